// The jam in the browser, with no DAW and no synthesiser: parts, each with its volume and its sound.

import { DrumSound } from "./drum_sound.js";
import { SOUNDS, Voice, strikeClick } from "./voices.js";

const REVERB_SECONDS = 1.4;
const REMEMBERED = "sound";

export class Sound {
  constructor() {
    this.on = false;
    this.volume = 0.7;
    this.voices = new Set();
    this.parts = remembered();
  }

  /** How loud all of it is, 0 to 1. */
  turn(volume) {
    this.volume = volume;
    this.glide(this.out, loudness(volume));
  }

  /** How loud a part is, 0 to 1; it is remembered in this browser. */
  mix(part, volume) {
    this.parts[part].volume = volume;
    this.glide(this.gains?.[part], loudness(volume) / loudness(0.7));
    this.remember();
  }

  /** Gives a part another sound, from the next note on. */
  choose(part, name) {
    this.parts[part].name = name;
    this.remember();
  }

  timbre(part) {
    const { name } = this.parts[part];
    return SOUNDS[part][name] ?? Object.values(SOUNDS[part])[0];
  }

  remember() {
    localStorage.setItem(REMEMBERED, JSON.stringify(this.parts));
  }

  glide(node, gain) {
    node?.gain.setTargetAtTime(gain, this.context.currentTime, 0.02);
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
    this.onturn?.(this.on);
    return this.on;
  }

  build() {
    const context = new AudioContext({ latencyHint: "interactive" });
    const squeeze = new DynamicsCompressorNode(context, { threshold: -16, ratio: 4, release: 0.2 });
    const room = new ConvolverNode(context, { buffer: reverb(context) });
    room.connect(new GainNode(context, { gain: 0.16 })).connect(squeeze);
    this.gains = {};
    for (const part of Object.keys(SOUNDS)) {
      const gain = new GainNode(context, { gain: loudness(this.parts[part].volume) / loudness(0.7) });
      this.gains[part] = gain;
      if (part === "click") {
        gain.connect(squeeze);
        continue;
      }
      const louder = new GainNode(context, { gain: 1.5 });
      gain.connect(louder).connect(squeeze);
      louder.connect(room);
    }
    this.meter = new AnalyserNode(context, { fftSize: 512 });
    this.out = new GainNode(context, { gain: loudness(this.volume) });
    squeeze.connect(this.out).connect(this.meter).connect(context.destination);
    this.drums = new DrumSound(context, this.gains.drums);
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
  play(part, pitch, velocity, inMs, forMs) {
    if (!this.on || !this.gains[part]) return () => {};
    const start = this.context.currentTime + Math.max(0, inMs) / 1000 + 0.004;
    if (part === "drums") {
      const { soft } = this.timbre(part);
      const stroke = this.drums.strike(pitch, velocity / 127, start, (over) => this.voices.delete(over), soft);
      if (stroke) this.voices.add(stroke);
      return () => {};
    }
    const voice = new Voice(this.context, this.gains[part], this.timbre(part), pitch, velocity / 127, start);
    this.voices.add(voice);
    voice.onended = () => this.voices.delete(voice);
    if (forMs !== null) voice.end(start + Math.max(40, forMs) / 1000);
    return (laterMs = 0) => voice.end(this.context.currentTime + Math.max(0, laterMs) / 1000);
  }

  /** A click of the metronome in `inMs` from now. */
  click(inMs, accent) {
    if (!this.on) return;
    const start = this.context.currentTime + Math.max(0, inMs) / 1000 + 0.004;
    strikeClick(this.context, this.gains.click, this.timbre("click"), accent, start);
  }

  silence() {
    for (const voice of this.voices) voice.cut(this.context.currentTime);
  }
}

function loudness(volume) {
  return volume ** 2 * 2;
}

/** Volumes and sounds as this browser last had them. */
function remembered() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    // What is no JSON was not ours.
  }
  const parts = Object.entries(SOUNDS).map(([part, sounds]) => {
    const { volume, name } = kept[part] ?? {};
    const known = name in sounds ? name : Object.keys(sounds)[0];
    return [part, { volume: volume >= 0 && volume <= 1 ? volume : 0.7, name: known }];
  });
  return Object.fromEntries(parts);
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
