// The page's own keyboard: letters, chord pads on the digits, mouse and touch.

import { chordName } from "./names.js";

// Places on the keyboard, not letters: the same keys under the hand on every layout.
const ROW = [
  "KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ",
  "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon",
];
const PADS = [
  ["Dm9", [38, 53, 57, 60, 64]],
  ["G13", [43, 53, 57, 59, 64]],
  ["Cmaj9", [36, 52, 55, 59, 62]],
  ["A9", [45, 55, 59, 61, 64]],
  ["Fmaj7", [41, 52, 57, 60, 64]],
  ["Bm7b5", [47, 57, 62, 65]],
  ["E7b9", [40, 56, 59, 62, 65]],
  ["Am9", [45, 55, 59, 60, 64]],
];
const VELOCITY = 84;
// Where letters and digits are the field's own.
const TYPED_IN = 'select, textarea, input:not([type="range"])';
const BLACK = new Set([1, 3, 6, 8, 10]);

export class Keys {
  /**
   * `onKey(pitch, velocity)` is called for a key going down, with velocity 0 for one going up;
   * `shortcuts` are further keys, by their place, and what they do.
   */
  constructor({ piano, pads, onKey, shortcuts }) {
    this.piano = piano;
    this.onKey = onKey;
    this.octave = 48;
    this.down = new Map();
    this.sources = new Map();
    this.lit = new Map();
    this.padButtons = this.buildPads(pads);
    new ResizeObserver(() => this.buildPiano()).observe(piano);
    this.buildPiano();
    const pitchOf = (key) => key?.dataset.pitch && [Number(key.dataset.pitch)];
    this.hearPointers(piano, pitchOf, true);
    this.hearPointers(pads, (target) => PADS[target?.closest("button")?.dataset.pad]?.[1]);
    addEventListener("keydown", (event) => this.keyDown(event, shortcuts));
    addEventListener("keyup", (event) => this.release(event.code));
    addEventListener("blur", () => this.releaseAll());
    document.addEventListener("visibilitychange", () => document.hidden && this.releaseAll());
  }

  /** Whether the page's own player holds this key. */
  holds(pitch) {
    return this.down.has(pitch);
  }

  keyDown(event, shortcuts) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code !== "Escape" && event.target.matches(TYPED_IN)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") return shortcuts.help();
    if (shortcuts[event.code]) return shortcuts[event.code]();
    if (event.code === "KeyZ") return this.shift(-12);
    if (event.code === "KeyX") return this.shift(12);
    const digit = /^Digit([1-8])$/.exec(event.code);
    const place = ROW.indexOf(event.code);
    if (digit) this.press(event.code, PADS[digit[1] - 1][1], Number(digit[1]) - 1);
    else if (place >= 0) this.press(event.code, [this.octave + place]);
  }

  shift(semitones) {
    this.octave = Math.min(72, Math.max(24, this.octave + semitones));
    this.buildPiano();
  }

  /** `source` (a key's code, a pointer) holds `pitches` until it is released. */
  press(source, pitches, pad = null, velocity = VELOCITY) {
    this.release(source);
    this.sources.set(source, { pitches, pad });
    for (const pitch of pitches) {
      const count = this.down.get(pitch) ?? 0;
      this.down.set(pitch, count + 1);
      if (count === 0) this.onKey(pitch, velocity);
    }
    this.padButtons[pad]?.classList.add("down");
  }

  release(source) {
    const held = this.sources.get(source);
    if (!held) return;
    this.sources.delete(source);
    for (const pitch of held.pitches) {
      const count = this.down.get(pitch) - 1;
      if (count > 0) {
        this.down.set(pitch, count);
      } else {
        this.down.delete(pitch);
        this.onKey(pitch, 0);
      }
    }
    this.padButtons[held.pad]?.classList.remove("down");
  }

  releaseAll() {
    for (const source of [...this.sources.keys()]) this.release(source);
  }

  /** Mouse and fingers, each holding what it lies on; sliding goes on to the next key. */
  hearPointers(area, pitchesOf, lower = false) {
    const touch = (event) => {
      const target = document.elementFromPoint(event.clientX, event.clientY);
      const pitches = area.contains(target) ? pitchesOf(target) : null;
      const source = `pointer ${event.pointerId}`;
      const held = this.sources.get(source);
      if (!pitches) return this.release(source);
      if (held && String(held.pitches) === String(pitches)) return;
      const pad = target.closest("button")?.dataset.pad;
      const velocity = lower ? depth(event, target) : VELOCITY;
      this.press(source, pitches, pad === undefined ? null : Number(pad), velocity);
    };
    area.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      area.setPointerCapture(event.pointerId);
      touch(event);
    });
    area.addEventListener("pointermove", (event) => event.buttons && touch(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      area.addEventListener(end, (event) => this.release(`pointer ${event.pointerId}`));
    }
  }

  /** Shows which keys sound: a map from pitch to `held` or `solo`. */
  light(sounding) {
    for (const [pitch, kind] of this.lit) {
      if (sounding.get(pitch) !== kind) this.keys.get(pitch)?.classList.remove(kind);
    }
    for (const [pitch, kind] of sounding) {
      if (this.lit.get(pitch) !== kind) this.keys.get(pitch)?.classList.add(kind);
    }
    this.lit = sounding;
  }

  buildPads(area) {
    return PADS.map(([name], i) => {
      const button = document.createElement("button");
      const key = document.createElement("kbd");
      button.type = "button";
      button.dataset.pad = i;
      key.textContent = i + 1;
      button.append(key, chordName(name));
      button.addEventListener("keydown", (event) => {
        if (!event.repeat && (event.code === "Space" || event.code === "Enter")) {
          this.press(event.code, PADS[i][1], i);
        }
      });
      area.append(button);
      return button;
    });
  }

  buildPiano() {
    const room = this.piano.clientWidth;
    const low = room < 560 ? this.octave : 36;
    const high = room < 560 ? this.octave + 17 : room < 900 ? 84 : 96;
    const pitches = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    const whites = pitches.filter((pitch) => !BLACK.has(pitch % 12)).length;
    const wide = 100 / whites;
    let place = 0;
    this.keys = new Map();
    this.lit = new Map();
    this.piano.replaceChildren(
      ...pitches.map((pitch) => {
        const black = BLACK.has(pitch % 12);
        const key = document.createElement("i");
        const letter = ROW[pitch - this.octave];
        key.className = black ? "black" : "white";
        key.dataset.pitch = pitch;
        key.textContent = letter ? letter.replace("Key", "").replace("Semicolon", ";") : "";
        key.style.left = `${black ? place * wide - wide * 0.31 : place * wide}%`;
        key.style.width = `${black ? wide * 0.62 : wide}%`;
        place += black ? 0 : 1;
        this.keys.set(pitch, key);
        return key;
      }),
    );
  }
}

/** The lower a key is struck, the louder. */
function depth(event, key) {
  const { top, height } = key.getBoundingClientRect();
  return Math.round(50 + 60 * Math.min(1, Math.max(0, (event.clientY - top) / height)));
}
