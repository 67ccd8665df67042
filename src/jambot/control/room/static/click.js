// A click on every beat, the first of a bar higher; a count-in is clicked whether it is on or not.

const HAND_OVER_MS = 160;

export class Click {
  constructor(sound, clock) {
    this.sound = sound;
    this.clock = clock;
    this.on = false;
    this.next = null;
  }

  toggle() {
    this.on = !this.on;
    this.next = null;
    return this.on;
  }

  /** Hands over the next click when it is near; call it often. */
  listen({ meter }, now, delayMs) {
    if (!this.clock.begun || this.clock.silent(now)) return;
    const beat = Math.ceil(this.clock.beatAt(now) + 1e-6);
    // What is counted in is clicked always.
    if (!this.on && beat >= 0) return;
    if (this.next === null || Math.abs(this.next - beat) > 2) this.next = beat;
    const inMs = this.clock.msUntil(this.next, now) + delayMs;
    if (inMs > HAND_OVER_MS) return;
    this.sound.click(inMs, this.next % meter === 0);
    this.next += 1;
  }
}
