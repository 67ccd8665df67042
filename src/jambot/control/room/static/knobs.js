// The knobs: what the solo is asked for, each free until it is turned.

const KNOBS = [
  ["density", "Density", ["sparse", "airy", "even", "busy", "dense"]],
  ["register", "Register", ["low", "lower", "middle", "higher", "high"]],
  ["intensity", "Intensity", ["soft", "gentle", "even", "strong", "loud"]],
  ["inside_outside", "In / out", ["inside", "safe", "mixed", "daring", "outside"]],
  ["swing", "Swing", ["straight", "light", "medium", "swung", "heavy"]],
  ["texture", "Texture", ["line", "thin", "mixed", "thick", "chords"]],
];
const DIALS = [
  ["set_sampling", "temperature", "Temperature", 0, 2, 0.05, (v) => v.toFixed(2)],
  ["set_stage", "lookahead_bars", "Look ahead", 1, 4, 0.5, (v) => `${v} bars`],
  ["set_stage", "commit_beats", "Commit", 0, 2, 0.125, (v) => (v ? `${v} beat` : "60 ms")],
];
// What was just turned is not turned back by a picture that left before the stage heard of it.
const OURS_MS = 700;
// A knob that is dragged asks at most so often: every step may plan the solo anew.
const PAUSE_MS = 60;

export class Knobs {
  /** `ask(order)` sends an order to the stage. */
  constructor({ knobs, dials, ask }) {
    this.ask = ask;
    this.waiting = new Map();
    this.controls = [
      ...KNOBS.map(([name, label, words]) => new Knob(knobs, name, label, words, this)),
      ...DIALS.map((dial) => new Dial(dials, dial, this)),
    ];
  }

  /** Shows where the stage says they stand (`settings` of a picture). */
  show(settings) {
    if (!settings) return;
    for (const control of this.controls) control.show(settings);
  }

  /** Sends the newest of what is asked under one name, a moment later. */
  soon(name, order) {
    if (!this.waiting.has(name)) {
      setTimeout(() => {
        this.ask(this.waiting.get(name));
        this.waiting.delete(name);
      }, PAUSE_MS);
    }
    this.waiting.set(name, order);
  }
}

class Knob {
  constructor(area, name, label, words, knobs) {
    Object.assign(this, { name, label, words, knobs, turnedAt: -Infinity });
    this.slider = slider(`knob-${name}`, 0, 1, 0.01, 0.5);
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "word";
    this.button.title = "Free it, or ask for it";
    this.row = row(label, this.slider, this.button);
    area.append(this.row);
    this.slider.addEventListener("input", () => this.turn(Number(this.slider.value)));
    this.slider.addEventListener("dblclick", () => this.turn(null));
    this.slider.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") this.turn(null);
    });
    this.button.addEventListener("click", () => {
      this.turn(this.value === null ? Number(this.slider.value) : null);
    });
    this.set(null);
  }

  turn(value) {
    this.turnedAt = performance.now();
    this.set(value);
    this.knobs.soon(this.name, { set_knob: { name: this.name, value } });
  }

  show({ knobs }) {
    const told = knobs[this.name];
    if (performance.now() - this.turnedAt < OURS_MS || told === this.value) return;
    this.set(told);
  }

  set(value) {
    this.value = value;
    const word = value === null ? "free" : this.words[Math.min(4, Math.floor(value * 5))];
    if (value !== null) this.slider.value = value;
    this.row.classList.toggle("free", value === null);
    this.button.textContent = word;
    this.button.setAttribute("aria-label", `${this.label}: ${word}`);
    this.button.setAttribute("aria-pressed", String(value === null));
    this.slider.setAttribute("aria-valuetext", word);
  }
}

class Dial {
  constructor(area, [order, name, label, low, high, step, words], knobs) {
    Object.assign(this, { order, name, words, knobs, turnedAt: -Infinity });
    this.slider = slider(`dial-${name}`, low, high, step, low);
    this.output = document.createElement("span");
    this.output.className = "value";
    this.output.textContent = "–";
    area.append(row(label, this.slider, this.output));
    this.slider.addEventListener("input", () => {
      this.turnedAt = performance.now();
      const value = Number(this.slider.value);
      this.set(value);
      this.knobs.soon(name, { [order]: { name, value } });
    });
  }

  show(settings) {
    const told = this.order === "set_sampling" ? settings.sampling[this.name] : settings[this.name];
    if (told === undefined || performance.now() - this.turnedAt < OURS_MS) return;
    if (told !== this.value) this.set(told);
  }

  set(value) {
    this.value = value;
    this.slider.value = value;
    this.output.textContent = this.words(value);
    this.slider.setAttribute("aria-valuetext", this.output.textContent);
  }
}

function slider(id, min, max, step, value) {
  const input = document.createElement("input");
  Object.assign(input, { id, type: "range", min, max, step, value });
  return input;
}

function row(text, input, end) {
  const line = document.createElement("div");
  const label = document.createElement("label");
  line.className = "row";
  label.textContent = text;
  label.htmlFor = input.id;
  line.append(label, input, end);
  return line;
}
