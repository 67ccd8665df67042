// A take that is over, heard again in the browser: the solo and the hands, each at its own volume.

const AHEAD_SECONDS = 1;
const TICK_MS = 200;

export class TakePlayer {
  constructor(sound) {
    this.sound = sound;
    this.playing = null;
  }

  /**
   * Plays what `notes` gives (a promise of rows by kind: second, seconds, pitch, velocity), or
   * stops where `button` plays already; the button says which.
   */
  async toggle(button, notes) {
    const again = this.playing?.button === button;
    this.stop();
    if (again) return;
    const playing = (this.playing = { button, words: button.textContent, due: [], timer: 0 });
    button.textContent = "Stop";
    const rows = await notes();
    if (this.playing !== playing) return;
    if (!rows) return this.stop();
    if (!this.sound.on) this.sound.toggle();
    for (const [kind, found] of Object.entries(rows)) {
      for (const note of found) playing.due.push([kind, ...note]);
    }
    playing.due.sort((a, b) => a[1] - b[1]);
    const first = playing.due[0]?.[1] ?? 0;
    playing.from = performance.now() / 1000 + 0.1 - first;
    playing.timer = setInterval(() => this.goOn(playing), TICK_MS);
    this.goOn(playing);
  }

  /** Hands the notes of the next second over to the sound. */
  goOn(playing) {
    const now = performance.now() / 1000 - playing.from;
    while (playing.due.length && playing.due[0][1] < now + AHEAD_SECONDS) {
      const [kind, second, length, pitch, velocity] = playing.due.shift();
      if (second > now - 0.1) this.sound.play(kind, pitch, velocity, (second - now) * 1000, length * 1000);
    }
    if (playing.due.length === 0) this.stop(false);
  }

  stop(silent = true) {
    if (!this.playing) return;
    clearInterval(this.playing.timer);
    this.playing.button.textContent = this.playing.words;
    this.playing = null;
    if (silent) this.sound.silence();
  }
}
