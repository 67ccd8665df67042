// How notes and chords are written.

const SHARPS = { Db: "C#", Eb: "D#", Gb: "F#", Ab: "G#", Bb: "A#" };
let sharp = new Set();

/** From here on roots that the chart writes with a sharp are named so: F♯ and not G♭. */
export function spellAs(chart) {
  const words = chart.match(/[A-Za-z0-9]+[#♯]/g) ?? [];
  const roots = words.filter((word) => /^[A-Ga-g].$/.test(word));
  sharp = new Set(roots.map((root) => `${root[0].toUpperCase()}#`));
}

/** As musicians write it: `Bbmaj7/D` is `B♭maj7/D`, `Bm7b5` `Bm7♭5`, `Ammaj7` `Am(maj7)`, `F69` `F6/9`. */
export function chordName(symbol) {
  return symbol
    .replace(/(^|\/)([A-G]b)/g, (whole, before, root) => {
      return before + (sharp.has(SHARPS[root]) ? SHARPS[root] : root);
    })
    .replace(/mmaj(\d+)/, "m(maj$1)")
    .replace(/69/, "6/9")
    .replace(/(^|\/)([A-G])b/g, "$1$2♭")
    .replace(/(^|\/)([A-G])#/g, "$1$2♯")
    .replace(/b(?=\d)/g, "♭")
    .replace(/#(?=\d)/g, "♯");
}

/** The number to count while the first bar is counted in: `beat` is below 0. */
export function countIn(beat, meter) {
  const whole = Math.min(-1, Math.floor(beat + 1e-6));
  return (((whole % meter) + meter) % meter) + 1;
}

/** Bar and beat as musicians count, from 1. */
export function place(beat, meter) {
  const whole = Math.max(0, Math.floor(beat + 1e-6));
  return { bar: Math.floor(whole / meter) + 1, beat: (whole % meter) + 1 };
}
