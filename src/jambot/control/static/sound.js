// An electric piano in the browser, so that the jam is heard with no DAW and no synthesiser.

const VOICES = {
  // bell: how much of the tine's high partial; bright: how far the fundamental is bent.
  solo: { gain: 0.34, bright: 1.5, bell: 0.5, decay: 1.5, pan: 0.12 },
  hands: { gain: 0.15, bright: 0.7, bell: 0.16, decay: 2.6, pan: -0.15 },
};
const RELEASE_SECONDS = 0.09;
const REVERB_SECONDS = 1.4;

export class Sound {
  constructor() {
    this.on = false;
    this.volume = 0.7;
    this.voices = new Set();
  }

  /** How loud, 0 to 1. */
  turn(volume) {
    this.volume = volume;
    this.out?.gain.setTargetAtTime(volume ** 2 * 2, this.context.currentTime, 0.02);
  }

  /** How long sound takes from here to the loudspeaker, where the browser says. */
  get lagMs() {
    return this.on ? 1000 * (this.context.outputLatency || this.context.baseLatency || 0) : 0;
  }

  /** Turns it on or off, within a click, as browsers ask; gives the new state. */
  toggle() {
    this.on = !this.on;
    if (this.on) {
      this.context ??= this.build();
      this.context.resume();
    } else {
      this.silence();
    }
    return this.on;
  }

  build() {
    const context = new AudioContext({ latencyHint: "interactive" });
    this.bus = new GainNode(context, { gain: 1.5 });
    const squeeze = new DynamicsCompressorNode(context, { threshold: -16, ratio: 4, release: 0.2 });
    const room = new ConvolverNode(context, { buffer: reverb(context) });
    const wet = new GainNode(context, { gain: 0.16 });
    this.meter = new AnalyserNode(context, { fftSize: 512 });
    this.bus.connect(squeeze);
    this.bus.connect(room).connect(wet).connect(squeeze);
    this.out = new GainNode(context, { gain: this.volume ** 2 * 2 });
    squeeze.connect(this.out).connect(this.meter).connect(context.destination);
    this.clicks = squeeze;
    this.wave = new Float32Array(this.meter.fftSize);
    return context;
  }

  /** The loudest sample of the last hundredth of a second, 0 to 1. */
  level() {
    if (!this.on) return 0;
    this.meter.getFloatTimeDomainData(this.wave);
    return this.wave.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  /** Sounds a note in `inMs` from now, for `forMs`; null sounds until the returned call ends it (in so many ms). */
  play(kind, pitch, velocity, inMs, forMs) {
    if (!this.on) return () => {};
    const start = this.context.currentTime + Math.max(0, inMs) / 1000 + 0.004;
    const voice = new Voice(this.context, this.bus, VOICES[kind], pitch, velocity / 127, start);
    this.voices.add(voice);
    voice.onended = () => this.voices.delete(voice);
    if (forMs !== null) voice.end(start + Math.max(40, forMs) / 1000);
    return (laterMs = 0) => voice.end(this.context.currentTime + Math.max(0, laterMs) / 1000);
  }

  /** A click of the metronome in `inMs` from now. */
  click(inMs, accent) {
    if (!this.on) return;
    const start = this.context.currentTime + Math.max(0, inMs) / 1000 + 0.004;
    const tone = new OscillatorNode(this.context, { frequency: accent ? 1760 : 1175 });
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setValueAtTime(accent ? 0.22 : 0.13, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.045);
    tone.connect(gain).connect(this.clicks);
    tone.start(start);
    tone.stop(start + 0.05);
    tone.onended = () => gain.disconnect();
  }

  silence() {
    for (const voice of this.voices) voice.cut(this.context.currentTime);
  }
}

// Two pairs of sines, each bending the other: the body, and the tine that rings and dies away.
class Voice {
  constructor(context, bus, timbre, pitch, force, start) {
    const hertz = 440 * 2 ** ((pitch - 69) / 12);
    const decay = timbre.decay * 2 ** ((60 - pitch) / 30);
    this.gain = new GainNode(context, { gain: 0 });
    const loud = timbre.gain * force ** 1.6;
    this.gain.gain.setValueAtTime(0, start);
    this.gain.gain.linearRampToValueAtTime(loud, start + 0.004);
    this.gain.gain.setTargetAtTime(0, start + 0.004, decay / 2);
    this.gain.connect(new StereoPannerNode(context, { pan: timbre.pan })).connect(bus);
    const body = pair(context, hertz, hertz, hertz * timbre.bright * force, decay / 3, start);
    const high = Math.min(hertz * 14, 9000);
    const tine = pair(context, hertz, high, hertz * timbre.bell * force, 0.09, start);
    body.carrier.connect(this.gain);
    tine.carrier.connect(new GainNode(context, { gain: 0.35 })).connect(this.gain);
    this.sources = [body.carrier, body.bender, tine.carrier, tine.bender];
    body.carrier.onended = () => {
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

function pair(context, hertz, benderHertz, depth, fade, start) {
  const carrier = new OscillatorNode(context, { frequency: hertz });
  const bender = new OscillatorNode(context, { frequency: benderHertz });
  const bend = new GainNode(context, { gain: 0 });
  bend.gain.setValueAtTime(depth, start);
  bend.gain.setTargetAtTime(depth * 0.12, start, fade);
  bender.connect(bend).connect(carrier.frequency);
  carrier.start(start);
  bender.start(start);
  return { carrier, bender };
}

function reverb(context) {
  const length = Math.round(context.sampleRate * REVERB_SECONDS);
  const buffer = new AudioBuffer({ length, numberOfChannels: 2, sampleRate: context.sampleRate });
  for (let channel = 0; channel < 2; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < length; i++) samples[i] = (Math.random() * 2 - 1) * (1 - i / length) ** 3;
  }
  return buffer;
}
