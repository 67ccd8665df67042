// The band: who of it plays, how loud, in what feel; and its lanes under the roll.

import { COLOUR, SANS } from "./look.js";

const VOICES = ["bass", "drums"];
const TOUCH = { bass: "Bass touch", drums: "Drum touch" };
const FEELS = ["auto", "swing", "two", "brushes", "straight", "bossa", "waltz", "pedal"];
// A slider that is dragged asks at most so often.
const PAUSE_MS = 80;
const OURS_MS = 700;
// On a lower window the fold would push style and volumes out of sight.
const ROOMY_PX = 860;
const LANE = { bass: 44, drums: 52 };
const BASS_LOW = 28;
const BASS_HIGH = 55;
// Rows of the drum lane from the top: cymbals, hats, snare and stick, toms, bass drum.
const ROWS = { 49: 0, 51: 0, 42: 1, 44: 1, 40: 2, 37: 2, 38: 2, 50: 3, 47: 3, 45: 3, 36: 4 };

export class Band {
  /** `ask(order)` sends an order to the stage. */
  constructor({ controls, lanes, fold, ask }) {
    Object.assign(this, { lanes, fold, ask, unfold: controls.closest("details"), opened: false });
    this.pen = lanes.getContext("2d");
    this.rows = new Map(VOICES.map((name) => [name, new VoiceRow(controls, name, ask)]));
    this.feel = document.createElement("select");
    this.feel.id = "feel";
    this.feel.append(...FEELS.map((feel) => new Option(feel, feel)));
    this.feel.addEventListener("change", () => ask({ set_feel: { feel: this.feel.value } }));
    const label = document.createElement("label");
    label.htmlFor = "feel";
    label.textContent = "Feel";
    const row = document.createElement("div");
    row.className = "row";
    row.append(label, this.feel);
    controls.append(row);
    this.folded = localStorage.getItem("jambot-band-folded") === "yes";
    fold.addEventListener("click", () => {
      this.folded = !this.folded;
      localStorage.setItem("jambot-band-folded", this.folded ? "yes" : "no");
    });
  }

  /** Shows how the stage stands. */
  show({ settings }) {
    if (!settings?.band) return;
    const stands = Object.values(settings.band);
    // Who comes to a trio finds its controls open, where there is room; who closes them keeps them closed.
    if (!this.opened && stands.some(({ on }) => on)) {
      this.opened = true;
      this.unfold.open ||= innerHeight >= ROOMY_PX;
    }
    for (const [name, row] of this.rows) if (settings.band[name]) row.show(settings.band[name]);
    if (document.activeElement !== this.feel) this.feel.value = settings.feel;
    this.feel.title = `What the band plays; now: ${settings.playing_feel}`;
  }

  /** Draws the lanes of the voices that play, in step with `roll`. */
  draw(picture, roll) {
    const settings = picture.settings?.band ?? {};
    const playing = VOICES.filter((name) => settings[name]?.on);
    this.fold.hidden = playing.length === 0;
    this.fold.setAttribute("aria-expanded", String(!this.folded));
    const shown = this.folded ? [] : playing;
    const tall = shown.reduce((sum, name) => sum + LANE[name], 0);
    this.fit(roll, tall);
    let top = 0;
    for (const name of shown) {
      this.drawLane(picture.band?.[name] ?? [], name, top, roll);
      top += LANE[name];
    }
  }

  fit(roll, tall) {
    const scale = window.devicePixelRatio || 1;
    const size = `${roll.width} ${tall} ${scale}`;
    if (size !== this.size) {
      this.size = size;
      this.lanes.parentElement.style.setProperty("--lanes", `${tall}px`);
      this.lanes.width = Math.round(roll.width * scale);
      this.lanes.height = Math.round(tall * scale);
      this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    }
    this.pen.clearRect(0, 0, roll.width, tall);
  }

  drawLane(notes, name, top, roll) {
    const pen = this.pen;
    const tall = LANE[name];
    pen.fillStyle = COLOUR.grid;
    pen.fillRect(0, top, roll.width, 1);
    for (const note of notes) {
      const [onset, length, pitch, velocity, tentative] = note;
      const left = roll.x(onset);
      const wide = name === "drums" ? 5 : Math.max(4, length * roll.beatWidth - 1.5);
      if (left + wide < 0 || left > roll.width) continue;
      const sounding = !tentative && onset <= roll.beat && roll.beat < onset + length;
      const share = name === "drums"
        ? (ROWS[pitch] ?? 2) / 4
        : 1 - (pitch - BASS_LOW) / (BASS_HIGH - BASS_LOW);
      const thick = name === "drums" ? 2 + (velocity / 127) * 6 : 6;
      const y = top + 7 + share * (tall - 14) - thick / 2;
      pen.fillStyle = pen.strokeStyle = sounding ? COLOUR.ink : COLOUR[name];
      pen.globalAlpha = tentative ? 0.5 : 0.45 + (velocity / 127) * 0.55;
      pen.beginPath();
      pen.roundRect(left, y, wide, thick, 2);
      if (tentative) pen.stroke();
      else pen.fill();
    }
    pen.globalAlpha = 1;
    pen.fillStyle = COLOUR.soft;
    pen.font = `11px ${SANS}`;
    pen.fillText(name, 8, top + 14);
    pen.fillStyle = COLOUR.ink;
    pen.fillRect(Math.round(roll.playhead), top, 1.5, tall);
  }
}

class VoiceRow {
  constructor(area, name, ask) {
    Object.assign(this, { name, ask, turnedAt: -Infinity });
    const row = document.createElement("div");
    row.className = "row";
    this.label = document.createElement("label");
    this.label.textContent = TOUCH[name];
    row.title = "How hard it is played: the velocity of its MIDI notes";
    this.slider = document.createElement("input");
    Object.assign(this.slider, { id: `voice-${name}`, type: "range", min: 0, max: 1, step: 0.02 });
    this.label.htmlFor = this.slider.id;
    this.button = document.createElement("button");
    Object.assign(this.button, { type: "button", id: `play-${name}`, className: "word" });
    row.append(this.label, this.slider, this.button);
    area.append(row);
    this.button.addEventListener("click", () => ask({ set_voice: { name, on: !this.on } }));
    this.slider.addEventListener("input", () => this.turn());
    this.show({ on: false, volume: 1 });
  }

  turn() {
    this.turnedAt = performance.now();
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.ask({ set_voice: { name: this.name, volume: Number(this.slider.value) } });
    }, PAUSE_MS);
  }

  show({ on, volume }) {
    this.on = on;
    this.button.textContent = on ? "plays" : "silent";
    this.button.setAttribute("aria-pressed", String(!on));
    this.button.setAttribute("aria-label", `The ${this.name} ${on ? "plays" : "is silent"}`);
    if (performance.now() - this.turnedAt > OURS_MS) this.slider.value = volume;
  }
}
