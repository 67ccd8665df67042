// A drum kit made of noise and sines, by the numbers of General MIDI.

// tone: where its sine begins and ends (Hz); noise: the filter's kind and place; fade in seconds.
const KIT = {
  36: { tone: [120, 46], toneFade: 0.16, gain: 0.9 },
  37: { tone: [1700, 1650], toneFade: 0.02, noise: ["bandpass", 2600], fade: 0.03, gain: 0.4 },
  38: { tone: [210, 170], toneFade: 0.05, noise: ["highpass", 1500], fade: 0.11, gain: 0.42 },
  40: { noise: ["bandpass", 2600], fade: 0.24, gain: 0.16 },
  42: { noise: ["highpass", 8000], fade: 0.045, gain: 0.22 },
  44: { noise: ["highpass", 7000], fade: 0.06, gain: 0.2 },
  45: { tone: [118, 92], toneFade: 0.26, gain: 0.6 },
  47: { tone: [152, 122], toneFade: 0.22, gain: 0.55 },
  50: { tone: [205, 170], toneFade: 0.18, gain: 0.5 },
  49: { noise: ["highpass", 4200], fade: 1.1, gain: 0.3 },
  51: { tone: [5200, 5150], toneFade: 0.05, noise: ["bandpass", 7600], fade: 0.34, gain: 0.17 },
};
const NOISE_SECONDS = 2;

export class DrumSound {
  constructor(context, bus) {
    this.context = context;
    this.out = new StereoPannerNode(context, { pan: -0.05 });
    this.out.connect(bus);
    this.noise = noise(context);
  }

  /**
   * Sounds a drum at `start`, a time of the context; `cut(now)` of what it gives ends it. The
   * `soft`er (below 1), the duller and the longer its noise, as of brushes.
   */
  strike(pitch, force, start, onended, soft = 1) {
    const drum = KIT[pitch];
    if (!drum) return null;
    const loud = new GainNode(this.context, { gain: drum.gain * soft * force ** 1.5 });
    loud.connect(this.out);
    const sources = [];
    if (drum.tone) sources.push(this.tone(drum, start, loud));
    if (drum.noise) sources.push(this.hiss(drum, start, loud, soft));
    const stroke = { cut: (now) => loud.gain.setTargetAtTime(0, now, 0.008) };
    sources.at(-1).onended = () => {
      loud.disconnect();
      onended(stroke);
    };
    return stroke;
  }

  tone({ tone: [high, low], toneFade, noise }, start, out) {
    const source = new OscillatorNode(this.context, { frequency: high });
    source.frequency.setValueAtTime(high, start);
    source.frequency.exponentialRampToValueAtTime(low, start + toneFade);
    source.connect(this.fading(start, toneFade, noise ? 0.35 : 1)).connect(out);
    source.start(start);
    source.stop(start + toneFade * 5);
    return source;
  }

  hiss({ noise: [type, place], fade: hard }, start, out, soft) {
    const [frequency, fade] = [place * (0.4 + 0.6 * soft), hard * (2 - soft)];
    const source = new AudioBufferSourceNode(this.context, { buffer: this.noise });
    const filter = new BiquadFilterNode(this.context, { type, frequency, Q: 0.7 });
    source.connect(filter).connect(this.fading(start, fade, 1)).connect(out);
    source.start(start, Math.random());
    source.stop(start + Math.min(fade * 5, NOISE_SECONDS - 1.01));
    return source;
  }

  fading(start, fade, top) {
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(top, start + 0.0015);
    gain.gain.setTargetAtTime(0, start + 0.0015, fade / 2);
    return gain;
  }
}

function noise(context) {
  const length = context.sampleRate * NOISE_SECONDS;
  const buffer = new AudioBuffer({ length, numberOfChannels: 1, sampleRate: context.sampleRate });
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < length; i++) samples[i] = Math.random() * 2 - 1;
  return buffer;
}
