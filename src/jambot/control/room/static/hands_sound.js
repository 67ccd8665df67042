// The keys played at this page, sounding at once; the pedal holds them.

const CONTROL = 0xb0;
const SUSTAIN = 64;

export class HandsSound {
  constructor(sound) {
    this.sound = sound;
    this.ringing = new Map();
    this.held = new Set();
    this.pedal = false;
  }

  /** A key goes down, or with velocity 0 up. */
  key(pitch, velocity) {
    if (velocity) {
      this.damp(pitch);
      this.held.add(pitch);
      this.ringing.set(pitch, this.sound.play("hands", pitch, velocity, 0, null));
    } else {
      this.held.delete(pitch);
      if (!this.pedal) this.damp(pitch);
    }
  }

  /** What is no key: only the sustain pedal is heard. */
  control([status, number, value]) {
    if ((status & 0xf0) !== CONTROL || number !== SUSTAIN) return;
    this.pedal = value >= 64;
    if (this.pedal) return;
    for (const pitch of [...this.ringing.keys()]) if (!this.held.has(pitch)) this.damp(pitch);
  }

  damp(pitch) {
    this.ringing.get(pitch)?.();
    this.ringing.delete(pitch);
  }
}
