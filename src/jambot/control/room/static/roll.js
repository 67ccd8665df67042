// The scrolling piano roll, drawn anew for every frame of the display.

import { drawNames } from "./chord_names.js";
import { COLOUR, FOOT, SANS, TOP } from "./look.js";

const SCALE = 52;
const SMALLEST_RANGE = 34;
const GLIDE_MS = 260;

export class Roll {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.low = 40;
    this.high = 84;
    this.drawnAt = -Infinity;
    new ResizeObserver(() => this.fit()).observe(canvas);
    this.fit();
  }

  fit() {
    const scale = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.beatWidth = Math.min(92, Math.max(40, this.width / 17));
    this.playhead = Math.round(Math.max(96, this.width * 0.4));
  }

  /** Draws `picture` (see picture.py) with the playhead on `beat`, at `now` (ms). */
  draw(picture, beat, now) {
    this.beat = beat;
    this.from = beat - this.playhead / this.beatWidth;
    this.until = beat + (this.width - this.playhead) / this.beatWidth;
    this.chords = picture.chords.concat(picture.coming ?? []);
    this.pen.clearRect(0, 0, this.width, this.height);
    this.choosePitches(picture, now);
    this.drawChordTones();
    this.drawOctaves();
    this.drawBars(picture.meter);
    this.drawReach(picture);
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(0, TOP - 8, this.width, this.height - TOP - FOOT + 16);
    this.pen.clip();
    for (const key of picture.hands) this.drawHands(key);
    for (const note of picture.solo) this.drawSolo(note);
    this.pen.restore();
    this.drawPlayhead();
    this.drawScale();
    drawNames(this, picture.coming ?? []);
  }

  x(beat) {
    return this.playhead + (beat - this.beat) * this.beatWidth;
  }

  y(pitch) {
    const room = this.height - TOP - FOOT;
    return TOP + ((this.high - pitch) / (this.high - this.low)) * room;
  }

  get row() {
    return (this.height - TOP - FOOT) / (this.high - this.low);
  }

  /** The range glides to what is in view, so that nothing jumps while it is being read. */
  choosePitches(picture, now) {
    const glide = 1 - Math.exp((this.drawnAt - now) / GLIDE_MS);
    this.drawnAt = now;
    let low = Infinity;
    let high = -Infinity;
    const see = (start, end, pitch) => {
      if (end < this.from || start > this.until) return;
      low = Math.min(low, pitch);
      high = Math.max(high, pitch);
    };
    for (const [onset, end, pitch] of picture.hands) see(onset, end ?? this.beat, pitch);
    for (const [onset, length, pitch] of picture.solo) see(onset, onset + length, pitch);
    if (low > high) return;
    const spare = Math.max(0, SMALLEST_RANGE - (high - low)) / 2;
    this.low += (low - 3 - spare - this.low) * glide;
    this.high += (high + 4 + spare - this.high) * glide;
  }

  chordAt(beat) {
    let found = null;
    for (const chord of this.chords) {
      if (chord[0] > beat + 0.02) break;
      found = chord;
    }
    return found;
  }

  /** Rows of the chord's own notes glow faintly: a solo note on one of them is inside. */
  drawChordTones() {
    const pen = this.pen;
    for (let i = 0; i < this.chords.length; i++) {
      const [start, , classes] = this.chords[i];
      const end = i + 1 < this.chords.length ? this.chords[i + 1][0] : this.until;
      const left = Math.max(0, this.x(start));
      const right = Math.min(this.width, this.x(end));
      if (right <= left) continue;
      pen.fillStyle = "rgba(255, 217, 138, 0.045)";
      for (let pitch = Math.ceil(this.low); pitch < this.high; pitch++) {
        if (!classes.includes(pitch % 12)) continue;
        pen.fillRect(left, this.y(pitch) - this.row / 2, right - left - 1, this.row);
      }
    }
  }

  drawOctaves() {
    this.pen.strokeStyle = COLOUR.grid;
    for (const pitch of this.octaves()) {
      const y = Math.round(this.y(pitch) + this.row / 2) + 0.5;
      line(this.pen, 0, y, this.width, y);
    }
  }

  octaves() {
    const lowest = Math.ceil(this.low / 12) * 12;
    const count = Math.max(0, Math.ceil((this.high - lowest) / 12));
    return Array.from({ length: count }, (_, i) => lowest + 12 * i);
  }

  /** The octaves' names; what scrolls out fades away beneath them. */
  drawScale() {
    const pen = this.pen;
    const fade = pen.createLinearGradient(0, 0, SCALE, 0);
    fade.addColorStop(0, COLOUR.ground);
    fade.addColorStop(0.55, COLOUR.ground + "d8");
    fade.addColorStop(1, COLOUR.ground + "00");
    pen.fillStyle = fade;
    pen.fillRect(0, TOP, SCALE, this.height - TOP - FOOT);
    pen.fillStyle = COLOUR.soft;
    pen.font = `12px ${SANS}`;
    pen.textAlign = "left";
    for (const pitch of this.octaves()) pen.fillText(`C${pitch / 12 - 1}`, 8, this.y(pitch) + 4);
  }

  drawBars(meter) {
    const pen = this.pen;
    pen.font = `12px ${SANS}`;
    pen.textAlign = "left";
    for (let beat = Math.max(0, Math.ceil(this.from)); beat <= this.until; beat++) {
      const x = Math.round(this.x(beat)) + 0.5;
      const opens = beat % meter === 0;
      pen.strokeStyle = opens ? COLOUR.bar : COLOUR.beat;
      line(pen, x, opens ? TOP - 8 : TOP, x, this.height - FOOT);
      if (!opens) continue;
      pen.fillStyle = COLOUR.soft;
      pen.fillText(String(beat / meter + 1), x + 5, this.height - 8);
    }
  }

  /** What is to come stands on lighter ground, as far as the plan reaches. */
  drawReach(picture) {
    const end = Math.min(this.width, this.x(this.beat + picture.ahead * picture.meter));
    if (end <= this.playhead) return;
    const pen = this.pen;
    const ground = pen.createLinearGradient(this.playhead, 0, end, 0);
    ground.addColorStop(0, "rgba(127, 176, 255, 0.10)");
    ground.addColorStop(1, "rgba(127, 176, 255, 0.03)");
    pen.fillStyle = ground;
    pen.fillRect(this.playhead, TOP, end - this.playhead, this.height - TOP - FOOT);
    pen.strokeStyle = "rgba(127, 176, 255, 0.35)";
    pen.setLineDash([3, 5]);
    line(pen, Math.round(end) - 0.5, TOP, Math.round(end) - 0.5, this.height - FOOT);
    pen.setLineDash([]);
    this.drawLocked(picture);
  }

  /** What the player asked to keep: a bar along the top, as far as it reaches. */
  drawLocked({ locked }) {
    const end = Math.min(this.width, this.x(locked ?? 0));
    if (end <= this.playhead) return;
    this.pen.fillStyle = COLOUR.chord;
    this.pen.fillRect(this.playhead, TOP, end - this.playhead, 3);
  }

  drawHands([onset, end, pitch, velocity]) {
    const down = end === null;
    const left = this.x(onset);
    const right = down ? this.playhead : this.x(end);
    if (right < 0 || left > this.width) return;
    const tall = Math.max(3, Math.min(this.row * 0.62, 9)) * (0.6 + (velocity / 127) * 0.6);
    this.pen.fillStyle = COLOUR.hands;
    this.pen.globalAlpha = down ? 1 : 0.62;
    this.block(left, this.y(pitch) - tall / 2, Math.max(3, right - left - 1), tall);
    this.pen.fill();
    this.pen.globalAlpha = 1;
  }

  drawSolo([onset, length, pitch, velocity, tentative, fallback]) {
    const pen = this.pen;
    const left = this.x(onset);
    const wide = Math.max(4, length * this.beatWidth - 1.5);
    if (left + wide < 0 || left > this.width) return;
    const sounding = !tentative && onset <= this.beat && this.beat < onset + length;
    const tall = Math.max(5, Math.min(this.row * 0.95, 15)) * (0.72 + (velocity / 127) * 0.4);
    const colour = this.soloColour(onset, pitch);
    this.block(left, this.y(pitch) - tall / 2, wide, tall);
    pen.fillStyle = pen.strokeStyle = colour;
    if (sounding) {
      pen.shadowColor = colour;
      pen.shadowBlur = 18;
    }
    pen.globalAlpha = tentative ? 0.26 : fallback ? 0.12 : onset + length < this.beat ? 0.8 : 1;
    pen.fill();
    pen.shadowBlur = 0;
    pen.globalAlpha = tentative ? 0.8 : 1;
    if (tentative || fallback) {
      pen.lineWidth = fallback ? 1.6 : 1;
      pen.setLineDash(fallback ? [4, 2.5] : []);
      pen.stroke();
      pen.setLineDash([]);
      pen.lineWidth = 1;
    }
    pen.globalAlpha = 1;
    if (sounding) {
      pen.fillStyle = "rgba(255, 255, 255, 0.55)";
      pen.fill();
    }
  }

  soloColour(onset, pitch) {
    const chord = this.chordAt(onset);
    if (!chord || chord[2].length === 0) return COLOUR.free;
    return chord[2].includes(pitch % 12) ? COLOUR.inside : COLOUR.outside;
  }

  block(left, top, wide, tall) {
    this.pen.beginPath();
    this.pen.roundRect(left, top, wide, tall, Math.min(4, tall / 2, wide / 2));
  }

  drawPlayhead() {
    const pen = this.pen;
    const x = this.playhead + 0.5;
    pen.strokeStyle = COLOUR.ink;
    pen.lineWidth = 1.5;
    line(pen, x, TOP - 8, x, this.height - FOOT);
    pen.lineWidth = 1;
  }
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
