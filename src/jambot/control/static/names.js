// How notes and chords are written.

/** `Bbmaj7/D` with real accidentals: `B♭maj7/D`, `Bm7b5` as `Bm7♭5`. */
export function chordName(symbol) {
  return symbol
    .replace(/(^|\/)([A-G])b/g, "$1$2♭")
    .replace(/(^|\/)([A-G])#/g, "$1$2♯")
    .replace(/b(?=\d)/g, "♭")
    .replace(/#(?=\d)/g, "♯");
}

/** Bar and beat as musicians count, from 1. */
export function place(beat, meter) {
  const whole = Math.max(0, Math.floor(beat + 1e-6));
  return { bar: Math.floor(whole / meter) + 1, beat: (whole % meter) + 1 };
}
