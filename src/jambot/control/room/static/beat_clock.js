// Where the music is between two pictures: the beat runs on at the tempo, leaning on what it hears.

const SNAP_BEATS = 0.5;
const SILENCE_MS = 1500;
// A picture can only be late, never early: an early beat is believed, a late one mostly waited out.
const TRUST_EARLY = 0.5;
const TRUST_LATE = 0.06;

export class BeatClock {
  constructor() {
    this.bpm = 120;
    this.beat = 0;
    this.at = 0;
    this.heardAt = -Infinity;
  }

  /** Takes in the beat of a picture that arrived at `now` (ms of performance.now); in a pause it stands. */
  hear(beat, bpm, now, paused = false) {
    const error = beat - this.beatAt(now);
    const snap = beat === 0 || paused || Math.abs(error) > SNAP_BEATS;
    const trust = snap ? 1 : error > 0 ? TRUST_EARLY : TRUST_LATE;
    this.beat = beat - error * (1 - trust);
    this.at = this.heardAt = now;
    this.bpm = bpm;
    this.begun = beat !== 0 && !paused;
  }

  /** The beat at a moment; it stands still before the music begins and when the stage is silent. */
  beatAt(now) {
    if (!this.begun) return this.beat;
    const until = Math.min(now, this.heardAt + SILENCE_MS);
    return this.beat + ((until - this.at) * this.bpm) / 60000;
  }

  msUntil(beat, now) {
    return ((beat - this.beatAt(now)) * 60000) / this.bpm;
  }

  silent(now) {
    return now - this.heardAt > SILENCE_MS;
  }
}
