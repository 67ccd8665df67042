// The live view: one picture of the jam from the stage ten times a second, drawn at display rate.

import { BeatClock } from "./beat_clock.js";
import { Keys } from "./keys.js";
import { Listening } from "./listening.js";
import { Readouts } from "./readouts.js";
import { Roll } from "./roll.js";
import { Sound } from "./sound.js";
import { StageLink } from "./stage_link.js";

const LISTEN_MS = 30;
const EMPTY = {
  playing: false, ready: false, bpm: 120, meter: 4, beat: 0, chord: "", ahead: 0, notes: 0, late: 0,
  underruns: 0, restarts: 0, performer: false, first_note_ms: null, lost: [], held: [], solo: [],
  hands: [], chords: [],
};

const element = (id) => document.getElementById(id);
const clock = new BeatClock();
const readouts = new Readouts();
const roll = new Roll(element("roll"));
export const sound = new Sound();
const listening = new Listening(sound, clock);
const ringing = new Map();
const struck = [];
let picture = EMPTY;
let linked = "connecting";

const link = new StageLink({
  onPicture(heard) {
    if (heard.type !== "jam") return;
    picture = heard;
    clock.hear(heard.beat, heard.bpm, performance.now());
    listening.listen(picture, performance.now());
  },
  onLink(state) {
    linked = document.body.dataset.link = state;
    if (state === "lost") keys.releaseAll();
  },
});

function panic() {
  link.send({ order: { panic: {} } });
  keys.releaseAll();
  sound.silence();
}

/** Sends what is played at one moment as one message: a chord is to arrive as a chord. */
function strike(...message) {
  if (struck.push(message) > 1) return;
  queueMicrotask(() => link.send({ midi: struck.splice(0) }));
}

const keys = new Keys({
  piano: element("piano"),
  pads: element("pads"),
  onPanic: panic,
  onKey(pitch, velocity) {
    strike(velocity ? 0x90 : 0x80, pitch, velocity);
    ringing.get(pitch)?.();
    ringing.delete(pitch);
    if (velocity) ringing.set(pitch, sound.play("hands", pitch, velocity, 0, null));
  },
});

element("panic").addEventListener("click", panic);
element("sound").addEventListener("click", () => {
  const on = sound.toggle();
  element("sound").setAttribute("aria-pressed", on);
  element("sound").querySelector("b").textContent = on ? "Sound on" : "Sound";
});

/** Keys that sound at this moment, for the piano at the foot of the page. */
function soundingKeys(beat) {
  const sounding = new Map(picture.held.map((pitch) => [pitch, "held"]));
  for (const pitch of keys.down.keys()) sounding.set(pitch, "held");
  for (const [onset, length, pitch, , tentative] of picture.solo) {
    if (!tentative && onset <= beat && beat < onset + length) sounding.set(pitch, "solo");
  }
  return sounding;
}

function say(now) {
  const silent = linked === "open" && picture !== EMPTY && clock.silent(now);
  const away = linked === "lost" ? "JAM_BOT is out of reach; trying again" : "";
  const ports = picture.lost.join(" and the ");
  const lost = ports && `The ${ports} port is gone; waiting for it`;
  readouts.write("away", away || (silent ? "The stage is silent" : lost));
  const waits = linked === "open" && !picture.playing && picture.held.length === 0;
  const hint = "Play a chord: hold 1 to 8, the keys A to L, or your own keyboard. JAM_BOT answers.";
  readouts.write("hint", waits && !silent ? hint : "");
}

function frame(now) {
  const beat = clock.beatAt(now);
  roll.draw(picture, beat, now);
  readouts.show(picture, beat);
  readouts.scale("level", Math.min(1, sound.level() * 2));
  keys.light(soundingKeys(beat));
  say(now);
  requestAnimationFrame(frame);
}

setInterval(() => listening.listen(picture, performance.now()), LISTEN_MS);
requestAnimationFrame(frame);
