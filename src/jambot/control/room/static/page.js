// The live view: one picture of the jam from the stage ten times a second, drawn at display rate.

import { Band } from "./band.js";
import { BeatClock } from "./beat_clock.js";
import { ChartView } from "./chart_view.js";
import { Click } from "./click.js";
import { FirstRun } from "./first_run.js";
import { HandsSound } from "./hands_sound.js";
import { Keys } from "./keys.js";
import { Knobs } from "./knobs.js";
import { Learn } from "./learn.js";
import { Listening } from "./listening.js";
import { MidiIn } from "./midi_in.js";
import { buildMixer } from "./mixer.js";
import { Over } from "./over.js";
import { PlanBars } from "./plan_bars.js";
import { countIn } from "./names.js";
import { Readouts } from "./readouts.js";
import { Roll } from "./roll.js";
import { Seat } from "./seat.js";
import { Sound } from "./sound.js";
import { StageLink } from "./stage_link.js";
import { Steering } from "./steering.js";
import { TakePlayer } from "./take_player.js";
import { Takes } from "./takes.js";
import { TuneBook } from "./tune_book.js";

const LISTEN_MS = 30;
const REFUSAL_MS = 6000;
const OUT_OF_REACH = "JAM_BOT is out of reach; trying again. `jambot takes` shows what was played.";
const PAUSED = "Paused. Press Pause again, and the music goes on from here.";
const LAID_OUT = "Laid out. Press Lay out again, or Start, and JAM_BOT goes on.";
const WAITING = "Play a chord: hold 1 to 8, the keys A to L, or your own keyboard. JAM_BOT answers.";
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
const firstRun = new FirstRun(element("begin"));
sound.onturn = (on) => {
  element("sound").setAttribute("aria-pressed", String(on));
  if (on) firstRun.did("sound");
};
buildMixer(element("mixer"), sound);
const listening = new Listening(sound, clock);
const click = new Click(sound, clock);
const handsSound = new HandsSound(sound);
const struck = [];
let picture = EMPTY;
let linked = "connecting";
let driver = NOBODY;
let refusal = { text: "", until: 0 };
// The MIDI keyboard at this browser whose key is being heard; null for the page's own keys.
let webKeyboard = null;

const link = new StageLink({
  onMessage(message) {
    if (message.type === "jam") show(message);
    if (message.type === "driver") follow(message);
    if (message.type === "take") hearOfTake(message);
    if (message.type === "refused") refuse(message.why);
  },
  onLink(state) {
    linked = document.body.dataset.link = state;
    follow(NOBODY);
    if (state === "lost") keys.releaseAll();
  },
});

/** How far the take is; another one begins with nothing to be seen of the one before. */
function hearOfTake(message) {
  if (message.state === "playing" && over.is) picture = EMPTY;
  over.hear(message);
}

/** Says for a while why something was not done. */
function refuse(why) {
  refusal = { text: why, until: performance.now() + REFUSAL_MS };
}

function show(heard) {
  if (heard.refused > picture.refused) refuse(heard.notice);
  if (!heard.performer && heard.held.length > 0) firstRun.did("play");
  const paused = heard.settings.paused;
  if (paused && !picture.settings?.paused) sound.silence();
  picture = heard;
  clock.hear(heard.beat, heard.bpm, performance.now(), paused);
  listen();
  knobs.show(heard.settings);
  steering.show(heard);
  band.show(heard);
  seat.show(heard, driver.driving);
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

function ask(order) {
  link.send({ order });
  if (order.set_knob) firstRun.did("knob");
}
const knobs = new Knobs({ knobs: element("knobs"), dials: element("dials"), ask });
const steering = new Steering(ask, (chart) => tunes.enter(chart, picture));
const band = new Band({
  controls: element("band"), lanes: element("lanes"), fold: element("fold"), ask,
});
const seat = new Seat(ask);
const planBars = new PlanBars(element("plan"), ask);
const learn = new Learn(element("learn"), ask);
const player = new TakePlayer(sound);
const takes = new Takes(element("shelf"), player, (message) => link.ask(message));
element("shelf").addEventListener("close", () => player.stop());
const over = new Over(element("over"), player, (message) => link.send(message));
const chart = new ChartView(element("chart"));
const tunes = new TuneBook(element("tune"), ask);

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
    KeyQ: acts.keep, KeyR: acts.hold_tempo, KeyI: acts.pause, help: () => element("helping").showModal(),
  },
  onKey(pitch, velocity) {
    if (velocity) seat.struck(webKeyboard);
    strike(velocity ? 0x90 : 0x80, pitch, velocity);
    handsSound.key(pitch, velocity);
    firstRun.did("play");
  },
});
const midiIn = new MidiIn({
  onKey(source, pitch, velocity, name) {
    webKeyboard = name;
    if (velocity) keys.press(source, [pitch], null, velocity);
    else keys.release(source);
    webKeyboard = null;
  },
  onControl(bytes) {
    link.send({ midi: [bytes] });
    handsSound.control(bytes);
  },
  onText: (text) => readouts.write("midi-text", text),
});

element("help").addEventListener("click", () => element("helping").showModal());
element("panic").addEventListener("click", panic);
element("click").addEventListener("click", clicked);
element("midi").addEventListener("click", () => midiIn.open());
element("teach").addEventListener("click", () => learn.open());
element("tunes").addEventListener("click", () => tunes.open(picture));
element("takes").addEventListener("click", () => {
  element("shelf").showModal();
  takes.load();
});
element("drive").addEventListener("click", () => link.send({ drive: true }));
element("volume").addEventListener("input", () => sound.turn(Number(element("volume").value)));
element("sound").addEventListener("click", () => {
  sound.toggle();
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
  const silent = linked === "open" && picture !== EMPTY && !over.is && clock.silent(now);
  const away = linked === "lost" && !over.is ? OUT_OF_REACH : "";
  const ports = picture.lost.join(" and the ");
  const lost = ports && `The ${ports} port is gone; waiting for it`;
  const refused = now < refusal.until ? refusal.text : "";
  const here = silent ? "The stage is silent" : lost || picture.log_fault || refused;
  readouts.write("away", away || here);
  const another = driver.driven && !driver.driving && linked === "open";
  readouts.write("driver-text", another ? "Another view plays and steers; here you watch." : "");
  const waits = !over.is && linked === "open" && !picture.playing && picture.held.length === 0 && !another;
  const waiting = picture.seat?.offered ? `${WAITING} Or press Pianist, and it comps for you.` : WAITING;
  const hint = picture.settings?.lay_out ? LAID_OUT : waiting;
  const paused = picture.settings?.paused && !over.is;
  readouts.write("kept", picture.kept ? `${picture.kept} lies in Takes.` : "");
  const counting = picture.beat < 0 ? `Count-in: ${countIn(clock.beatAt(now), picture.meter)}` : "";
  const told = waits && !silent && (element("begin").hidden || hint !== waiting);
  readouts.write("hint", paused ? PAUSED : counting || (told ? hint : ""));
}

function frame(now) {
  const beat = clock.beatAt(now);
  roll.draw(picture, beat, now);
  band.draw(picture, roll);
  readouts.show(picture, beat);
  chart.show(picture, beat);
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
