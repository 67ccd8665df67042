// Instruments made in the browser: what of a sound is its own, for the solo, the hands, the click.

/**
 * By part and name. `pair`s are [hertz of the carrier, hertz of the bender, depth, how fast the
 * depth fades, loudness], in shares of the note's own frequency and its decay; `decay` is how long
 * a middle C rings, in seconds, `attack` how long it takes to speak.
 */
export const SOUNDS = {
  solo: {
    "Electric piano": { gain: 0.34, pan: 0.12, decay: 1.5, attack: 0.004, pairs: [[1, 1, 1.5, 0.33, 1], [1, 14, 0.5, 0.06, 0.35]] },
    Vibraphone: { gain: 0.4, pan: 0.12, decay: 2.4, attack: 0.003, pairs: [[1, 4, 0.35, 0.08, 1], [4, 9, 0.3, 0.04, 0.12]] },
    Flute: { gain: 0.3, pan: 0.12, decay: 6, attack: 0.05, pairs: [[1, 1, 0.5, 1, 1], [2, 1, 0.3, 1, 0.16]] },
  },
  hands: {
    "Electric piano": { gain: 0.15, pan: -0.15, decay: 2.6, attack: 0.004, pairs: [[1, 1, 0.7, 0.33, 1], [1, 14, 0.16, 0.04, 0.35]] },
    Organ: { gain: 0.1, pan: -0.15, decay: 30, attack: 0.012, pairs: [[1, 1, 0, 1, 1], [0.5, 1, 0, 1, 0.5], [3, 1, 0, 1, 0.35]] },
    Guitar: { gain: 0.18, pan: -0.15, decay: 1.4, attack: 0.003, pairs: [[1, 3, 1.3, 0.12, 1], [2, 1, 0.6, 0.1, 0.2]] },
  },
  bass: {
    "Double bass": { gain: 0.5, pan: 0, decay: 0.9, attack: 0.008, pairs: [[1, 1, 1.1, 0.08, 1], [2, 3, 0.5, 0.05, 0.14]] },
    "Electric bass": { gain: 0.42, pan: 0, decay: 1.6, attack: 0.005, pairs: [[1, 2, 1.2, 0.15, 1]] },
  },
  drums: {
    Kit: { soft: 1 },
    Brushes: { soft: 0.5 },
  },
  click: {
    Click: { hertz: [1760, 1175], gain: [0.22, 0.13], type: "sine", ring: 0.045 },
    Wood: { hertz: [980, 730], gain: [0.3, 0.2], type: "triangle", ring: 0.03 },
  },
};
const RELEASE_SECONDS = 0.09;
const HIGHEST_HERTZ = 9000;

/** One note of an instrument, from `start` on, into `out`. */
export class Voice {
  constructor(context, out, timbre, pitch, force, start) {
    const hertz = 440 * 2 ** ((pitch - 69) / 12);
    const decay = timbre.decay * 2 ** ((60 - pitch) / 30);
    this.gain = new GainNode(context, { gain: 0 });
    this.gain.gain.setValueAtTime(0, start);
    this.gain.gain.linearRampToValueAtTime(timbre.gain * force ** 1.6, start + timbre.attack);
    this.gain.gain.setTargetAtTime(0, start + timbre.attack, decay / 2);
    this.gain.connect(new StereoPannerNode(context, { pan: timbre.pan })).connect(out);
    this.sources = timbre.pairs.flatMap(([share, bender, depth, fade, loud]) => {
      const tone = bent(context, hertz * share, hertz * bender, hertz * depth * force, fade * decay, start);
      tone.carrier.connect(new GainNode(context, { gain: loud })).connect(this.gain);
      return [tone.carrier, tone.bender];
    });
    this.sources[0].onended = () => {
      this.gain.disconnect();
      this.onended?.();
    };
    this.end(start + decay * 4);
  }

  /** Lets the damper fall at `when`; a later end than one already set is left as it was. */
  end(when) {
    if (when >= this.until) return;
    this.until = when;
    this.gain.gain.setTargetAtTime(0, when, RELEASE_SECONDS / 3);
    for (const source of this.sources) source.stop(when + RELEASE_SECONDS * 2);
  }

  cut(now) {
    this.gain.gain.cancelScheduledValues(now);
    this.gain.gain.setTargetAtTime(0, now, 0.008);
    for (const source of this.sources) source.stop(now + 0.06);
  }
}

/** A sine that another one bends. */
function bent(context, hertz, benderHertz, depth, fade, start) {
  const carrier = new OscillatorNode(context, { frequency: hertz });
  const bender = new OscillatorNode(context, { frequency: Math.min(benderHertz, HIGHEST_HERTZ) });
  const bend = new GainNode(context, { gain: 0 });
  bend.gain.setValueAtTime(depth, start);
  bend.gain.setTargetAtTime(depth * 0.12, start, fade);
  bender.connect(bend).connect(carrier.frequency);
  carrier.start(start);
  bender.start(start);
  return { carrier, bender };
}

/** One beat of the metronome. */
export function strikeClick(context, out, timbre, accent, start) {
  const which = accent ? 0 : 1;
  const tone = new OscillatorNode(context, { frequency: timbre.hertz[which], type: timbre.type });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(timbre.gain[which], start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + timbre.ring);
  tone.connect(gain).connect(out);
  tone.start(start);
  tone.stop(start + timbre.ring + 0.005);
  tone.onended = () => gain.disconnect();
}
