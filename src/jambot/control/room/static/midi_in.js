// MIDI keyboards at this browser, heard as if they were the page's own keys.

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const PROGRAM = 0xc0;
const CHANNEL_MODES = 120;
// Pads are on channel 10, counted here from 0: they ask for things, and are no keys.
const PADS_CHANNEL = 9;

export class MidiIn {
  /**
   * `onKey(source, pitch, velocity, keyboard)`, velocity 0 for a key going up; `onControl(bytes)` for pedals,
   * knobs, pads and programs; `onText(sentence)` says how it stands.
   */
  constructor({ onKey, onControl, onText }) {
    Object.assign(this, { onKey, onControl, onText });
    this.access = null;
  }

  /** Listens again where the browser was allowed to before, without asking. */
  async resume() {
    const name = "midi";
    const allowed = await navigator.permissions?.query({ name }).catch(() => null);
    if (allowed?.state === "granted" && localStorage.getItem("midi") === "on") await this.open();
  }

  /** Listens to every keyboard, now and plugged in later; the browser may ask first. */
  async open() {
    if (!navigator.requestMIDIAccess) {
      const why = isSecureContext ? "This browser has no Web MIDI" : "Browsers allow MIDI at 127.0.0.1 only";
      return this.onText(`${why}: name your keyboard with jambot jam --in.`);
    }
    try {
      this.access = await navigator.requestMIDIAccess();
    } catch {
      return this.onText("The browser was told to allow no MIDI for this page.");
    }
    localStorage.setItem("midi", "on");
    this.access.onstatechange = () => this.listen();
    this.listen();
  }

  listen() {
    const inputs = [...this.access.inputs.values()].filter((input) => input.state === "connected");
    for (const input of inputs) input.onmidimessage = (event) => this.hear(input, event.data);
    const names = inputs.map((input) => input.name).join(", ");
    this.onText(names ? `Listening to ${names}.` : "No MIDI keyboard yet: plug one in.");
  }

  hear({ id, name }, data) {
    const [status, first, second] = data;
    const kind = status & 0xf0;
    const key = kind === NOTE_ON || kind === NOTE_OFF;
    const pad = key && (status & 0x0f) === PADS_CHANNEL;
    if (key && !pad) {
      const velocity = kind === NOTE_ON ? second : 0;
      this.onKey(`${id} ${status & 0x0f} ${first}`, first, velocity, name);
    } else if (pad || kind === PROGRAM || (kind === CONTROL && first < CHANNEL_MODES)) {
      this.onControl([...data]);
    }
  }
}
