// The shelf by itself, where no jam runs.

import { buildMixer } from "./mixer.js";
import { Sound } from "./sound.js";
import { StageLink } from "./stage_link.js";
import { TakePlayer } from "./take_player.js";
import { Takes } from "./takes.js";

const volume = document.getElementById("volume");
const sound = new Sound();
const link = new StageLink({ onMessage() {}, onLink() {} });
const takes = new Takes(document.querySelector("main"), new TakePlayer(sound), (message) => link.ask(message));

volume.addEventListener("input", () => sound.turn(Number(volume.value)));
buildMixer(document.getElementById("mixer"), sound);
takes.load();
