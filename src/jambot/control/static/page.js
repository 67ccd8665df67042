// The live view: one picture of the jam from the stage ten times a second, drawn at display rate.

import { BeatClock } from "./beat_clock.js";
import { Click } from "./click.js";
import { HandsSound } from "./hands_sound.js";
import { Keys } from "./keys.js";
import { Knobs } from "./knobs.js";
import { Learn } from "./learn.js";
import { Listening } from "./listening.js";
import { MidiIn } from "./midi_in.js";
import { PlanBars } from "./plan_bars.js";
import { Readouts } from "./readouts.js";
import { Roll } from "./roll.js";
import { Sound } from "./sound.js";
import { StageLink } from "./stage_link.js";
import { Steering } from "./steering.js";
import { Takes } from "./takes.js";

const LISTEN_MS = 30;
const REFUSAL_MS = 6000;
const NOBODY = { driving: false, driven: false };
const EMPTY = {
  playing: false, ready: false, bpm: 120, meter: 4, beat: 0, chord: "", ahead: 0, notes: 0, late: 0,
  underruns: 0, restarts: 0, performer: false, first_note_ms: null, jitter_ms: null, isr: null,
  refused: 0, lost: [], log_fault: "", held: [], solo: [], hands: [], chords: [],
};

const element = (id) => document.getElementById(id);
const clock = new BeatClock();
const readouts = new Readouts();
const roll = new Roll(element("roll"));
export const sound = new Sound();
const listening = new Listening(sound, clock);
const click = new Click(sound, clock);
const handsSound = new HandsSound(sound);
const struck = [];
let picture = EMPTY;
let linked = "connecting";
let driver = NOBODY;
let refusal = { text: "", until: 0 };

const link = new StageLink({
  onMessage(message) {
    if (message.type === "jam") show(message);
    if (message.type === "driver") follow(message);
    if (message.type === "refused") refuse(message.why);
  },
  onLink(state) {
    linked = document.body.dataset.link = state;
    follow(NOBODY);
    if (state === "lost") keys.releaseAll();
  },
});

/** Says for a while why something was not done. */
function refuse(why) {
  refusal = { text: why, until: performance.now() + REFUSAL_MS };
}

function show(heard) {
  if (heard.refused > picture.refused) refuse(heard.notice);
  picture = heard;
  clock.hear(heard.beat, heard.bpm, performance.now());
  listen();
  knobs.show(heard.settings);
  steering.show(heard);
  learn.show(heard);
}

/** Who steers: this page, another, or nobody yet. */
function follow(message) {
  driver = message;
  const another = message.driven && !message.driving;
  document.body.dataset.driver = message.driving ? "self" : another ? "another" : "nobody";
  const idle = another || linked !== "open";
  for (const controls of document.querySelectorAll(".steers")) controls.disabled = idle;
  if (another) keys.releaseAll();
}

const ask = (order) => link.send({ order });
const knobs = new Knobs({ knobs: element("knobs"), dials: element("dials"), ask });
const steering = new Steering(ask);
const planBars = new PlanBars(element("plan"), ask);
const learn = new Learn(element("learn"), ask);
const takes = new Takes(element("shelf"), sound);

function panic() {
  ask({ panic: {} });
  keys.releaseAll();
  sound.silence();
}

/** Sends what is played at one moment as one message: a chord is to arrive as a chord. */
function strike(...message) {
  if (struck.push(message) > 1) return;
  queueMicrotask(() => link.send({ midi: struck.splice(0) }));
}

function clicked() {
  element("click").setAttribute("aria-pressed", String(click.toggle()));
  if (click.on && !sound.on) element("sound").click();
}

const acts = steering.acts();
const keys = new Keys({
  piano: element("piano"),
  pads: element("pads"),
  shortcuts: {
    Escape: panic, KeyM: clicked, KeyC: acts.tap, KeyV: acts.start, KeyB: acts.end, KeyN: acts.lay_out,
    KeyQ: acts.keep,
  },
  onKey(pitch, velocity) {
    strike(velocity ? 0x90 : 0x80, pitch, velocity);
    handsSound.key(pitch, velocity);
  },
});
const midiIn = new MidiIn({
  onKey: (source, pitch, velocity) =>
    velocity ? keys.press(source, [pitch], null, velocity) : keys.release(source),
  onControl(bytes) {
    link.send({ midi: [bytes] });
    handsSound.control(bytes);
  },
  onText: (text) => readouts.write("midi-text", text),
});

element("panic").addEventListener("click", panic);
element("click").addEventListener("click", clicked);
element("midi").addEventListener("click", () => midiIn.open());
element("teach").addEventListener("click", () => learn.open());
element("takes").addEventListener("click", () => takes.open());
element("drive").addEventListener("click", () => link.send({ drive: true }));
element("volume").addEventListener("input", () => sound.turn(Number(element("volume").value)));
element("sound").addEventListener("click", () => {
  const on = sound.toggle();
  element("sound").setAttribute("aria-pressed", String(on));
});

/** Which keys sound now: the hands' (any keyboard's) and the solo's. */
function soundingKeys(beat) {
  const held = linked === "open" ? picture.held : [];
  const sounding = new Map(held.map((pitch) => [pitch, "held"]));
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
  const refused = now < refusal.until ? refusal.text : "";
  const here = silent ? "The stage is silent" : lost || picture.log_fault || refused;
  readouts.write("away", away || here);
  const another = driver.driven && !driver.driving && linked === "open";
  readouts.write("driver-text", another ? "Another view plays and steers; here you watch." : "");
  const waits = linked === "open" && !picture.playing && picture.held.length === 0 && !another;
  const hint = picture.settings?.lay_out
    ? "Laid out. Press Lay out again, or Start, and JAM_BOT goes on."
    : "Play a chord: hold 1 to 8, the keys A to L, or your own keyboard. JAM_BOT answers.";
  readouts.write("kept", picture.kept ? `${picture.kept} lies in Takes.` : "");
  readouts.write("hint", waits && !silent ? hint : "");
}

function frame(now) {
  const beat = clock.beatAt(now);
  roll.draw(picture, beat, now);
  readouts.show(picture, beat);
  readouts.scale("level", Math.min(1, sound.level() * 2));
  planBars.show(picture, beat);
  keys.light(soundingKeys(beat));
  say(now);
  requestAnimationFrame(frame);
}

function listen() {
  const now = performance.now();
  listening.listen(picture, now);
  click.listen(picture, now, listening.delayMs(picture));
}

setInterval(listen, LISTEN_MS);
midiIn.resume();
// The token has become a cookie; it need not stand in the address.
if (location.search) history.replaceState(null, "", location.pathname);
requestAnimationFrame(frame);
