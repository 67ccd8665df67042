// Chord names over the roll: what was heard and, from the form, what is expected.

import { COLOUR, SERIF, TOP } from "./look.js";
import { chordName } from "./names.js";

const GAP = 12;

/**
 * Draws the names of `roll.chords`; those from `coming` on are expected and stand in italics. The
 * last to pass the left edge waits there to be pushed out.
 */
export function drawNames(roll, coming) {
  const pen = roll.pen;
  const names = named(roll.chords, coming.length ? coming[0][0] : Infinity);
  const present = names.findLast((name) => name.beat <= roll.beat + 0.02);
  pen.textAlign = "left";
  let free = -Infinity;
  names.forEach((name, i) => {
    const next = i + 1 < names.length ? roll.x(names[i + 1].beat) : Infinity;
    if (!name.symbol || next < 4) return;
    const now = name === present;
    pen.font = `${name.coming ? "italic 500" : "600"} ${now ? 18 : 16}px ${SERIF}`;
    const words = chordName(name.symbol);
    const wide = pen.measureText(words).width;
    const x = Math.min(Math.max(8, roll.x(name.beat) + 2), next - wide - GAP);
    if (x < free || x + wide < 0) return;
    pen.fillStyle = now ? COLOUR.chord : name.coming ? COLOUR.coming : COLOUR.soft;
    pen.fillText(words, x, TOP - 16);
    free = x + wide + GAP - 2;
  });
}

/** One name for chords of the same name in a row. */
function named(chords, comingFrom) {
  const names = [];
  for (const [beat, symbol] of chords) {
    const coming = beat >= comingFrom;
    const last = names.at(-1);
    if (last && last.symbol === symbol && last.coming === coming) continue;
    names.push({ beat, symbol, coming });
  }
  return names;
}
