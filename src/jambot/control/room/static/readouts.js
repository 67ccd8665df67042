// The figures around the roll. The page is touched only where one of them has changed.

import { chordName, countIn, place } from "./names.js";

const FULL_BARS = 2;

export class Readouts {
  constructor() {
    this.shown = new Map();
  }

  /** Shows the picture's figures; the bar and beat are those of `beat`, now. */
  show(picture, beat) {
    const now = place(beat, picture.meter);
    this.write("chord", picture.chord ? chordName(picture.chord) : "–");
    const counted = picture.beat < 0 && beat < 0 ? countIn(beat, picture.meter) : 0;
    this.write("place", counted ? `in ${counted}` : `${now.bar}.${now.beat}`);
    this.write("ahead", `${picture.ahead.toFixed(1)} bars`);
    this.write("first", ms(picture.first_note_ms, 0), picture.first_note_ms > 120);
    this.write("jitter", ms(picture.jitter_ms, 1), picture.jitter_ms > 10);
    this.write("isr", share(picture.isr), picture.isr !== null && picture.isr < 0.99);
    this.write("notes", String(picture.notes));
    this.write("late", String(picture.late), picture.late > 0);
    this.write("underruns", String(picture.underruns), picture.underruns > 0);
    this.write("player", playerState(picture), picture.type && !picture.ready);
    this.scale("reach", Math.min(1, picture.ahead / FULL_BARS));
    this.dots(picture.meter, counted || now.beat);
  }

  scale(id, share) {
    const text = `scaleX(${share.toFixed(2)})`;
    if (this.changed(`${id} scale`, text)) document.getElementById(id).style.transform = text;
  }

  write(id, text, bad = false) {
    if (!this.changed(id, `${text} ${bad}`)) return;
    const output = document.getElementById(id);
    output.textContent = text;
    output.classList.toggle("bad", bad);
  }

  dots(meter, beat) {
    if (!this.changed("dots", `${meter} ${beat}`)) return;
    const dots = Array.from({ length: meter }, (_, i) => {
      const dot = document.createElement("i");
      dot.className = i + 1 === beat ? "now" : "";
      return dot;
    });
    document.getElementById("dots").replaceChildren(...dots);
  }

  changed(name, value) {
    if (this.shown.get(name) === value) return false;
    this.shown.set(name, value);
    return true;
  }
}

function playerState(picture) {
  if (!picture.type) return "–";
  if (!picture.ready) return picture.restarts > 0 ? "restarting" : "starting";
  if (picture.settings?.lay_out) return "laid out";
  return picture.playing ? "ready" : "listening";
}

function ms(value, digits) {
  return value === null ? "–" : `${value.toFixed(digits)} ms`;
}

/** Rounded down: what is not all is not shown as all. */
function share(value) {
  return value === null ? "–" : `${(Math.floor(value * 1000) / 10).toFixed(1)} %`;
}
