// A volume and a choice of sounds for every part that this browser makes audible.

import { text } from "./parts.js";
import { SOUNDS } from "./voices.js";

const NAMES = { solo: "Solo", hands: "Chords", bass: "Bass", drums: "Drums", click: "Click" };

/** Fills `area` with a row for each part of `sound`. */
export function buildMixer(area, sound) {
  area.append(...Object.keys(SOUNDS).map((part) => row(part, sound)));
}

function row(part, sound) {
  const name = NAMES[part];
  const line = document.createElement("div");
  line.className = "row";
  const volume = document.createElement("input");
  Object.assign(volume, {
    id: `mix-${part}`, type: "range", min: 0, max: 1, step: 0.02, value: sound.parts[part].volume,
  });
  volume.setAttribute("aria-label", `Volume of ${name} in this browser`);
  volume.addEventListener("input", () => sound.mix(part, Number(volume.value)));
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", `Sound of ${name} in this browser`);
  choice.append(...Object.keys(SOUNDS[part]).map((sounds) => new Option(sounds, sounds)));
  choice.value = sound.parts[part].name;
  choice.addEventListener("change", () => sound.choose(part, choice.value));
  line.append(text("span", name), volume, choice);
  return line;
}
