// What of the picture is to be heard, and when: every note once, on its beat.

// Keys that the page is to sound are known only after they fell. So that they and the solo sound
// together, everything the stage tells is then heard this much later.
const PERFORMER_DELAY_MS = 170;
// Notes are handed to the audio clock this early; later ones may still be taken back by the stage.
const HAND_OVER_MS = 160;
const MISSED_MS = 90;
// Nearer than this a note is promised, though the picture that says so may still be on its way.
const PROMISED_MS = 55;
const REMEMBERED_BEATS = 40;

export class Listening {
  constructor(sound, clock) {
    this.sound = sound;
    this.clock = clock;
    this.handed = new Map();
    this.struck = null;
    this.ringing = [];
  }

  /** Hands over what is about to sound in `picture`; call it often. */
  listen(picture, now) {
    const delay = this.delayMs(picture);
    for (const [onset, length, pitch, velocity, tentative] of picture.solo) {
      const inMs = this.clock.msUntil(onset, now);
      if (tentative && inMs > PROMISED_MS) continue;
      this.sing("solo", onset, length, pitch, velocity, inMs + delay);
    }
    for (const [voice, notes] of Object.entries(picture.band ?? {})) {
      for (const [onset, length, pitch, velocity, tentative] of notes) {
        const inMs = this.clock.msUntil(onset, now);
        if (tentative && inMs > PROMISED_MS) continue;
        this.sing(voice, onset, length, pitch, velocity, inMs + delay);
      }
    }
    if (picture.performer) {
      for (const [onset, end, pitch, velocity] of picture.hands) {
        const length = end === null ? null : end - onset;
        this.sing("hands", onset, length, pitch, velocity, this.clock.msUntil(onset, now) + delay);
      }
    }
    this.forget();
  }

  /** How much later than on stage things are heard, less what the sound card takes by itself. */
  delayMs(picture) {
    return (picture.performer ? PERFORMER_DELAY_MS : 0) - this.sound.lagMs;
  }

  sing(kind, onset, length, pitch, velocity, inMs) {
    if (inMs > HAND_OVER_MS + 40) return;
    const key = `${kind} ${onset} ${pitch}`;
    const handed = this.handed.get(key);
    const beatMs = 60000 / this.clock.bpm;
    if (handed === undefined) {
      const missed = inMs < -MISSED_MS || !this.sound.on;
      const forMs = length === null ? null : length * beatMs;
      const end = missed ? null : this.sound.play(kind, pitch, velocity, inMs, forMs);
      if (kind === "solo" && end) this.strike(onset, end, inMs);
      this.handed.set(key, { onset, end, open: length === null });
    } else if (handed.open && length !== null) {
      handed.open = false;
      if (handed.end) setTimeout(handed.end, Math.max(0, inMs + length * beatMs));
    }
  }

  /** The solo goes from strike to strike: a new onset ends every note of the strike before. */
  strike(onset, end, inMs) {
    if (onset !== this.struck) {
      for (const endNote of this.ringing) endNote(inMs);
      this.struck = onset;
      this.ringing = [];
    }
    this.ringing.push(end);
  }

  forget() {
    for (const [key, { onset }] of this.handed) {
      if (Math.abs(onset - this.clock.beat) > REMEMBERED_BEATS) this.handed.delete(key);
    }
  }
}
