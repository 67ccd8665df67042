// The shelf of takes: to find, to hear, to name, to read about, and to drag into a DAW.

import { button, draggable, link, text } from "./parts.js";

const NEAR_BPM = 5;
const NONE = "No take is kept yet: what is played goes here.";
const AWAY = "JAM_BOT is out of reach, and the takes with it. `jambot takes` shows them without a jam.";

export class Takes {
  /**
   * `area` holds the search fields, the list and what is said of it; `player` is a `TakePlayer`;
   * `ask(message)` asks the room and promises why not.
   */
  constructor(area, player, ask) {
    Object.assign(this, { player, ask, takes: [] });
    this.fields = area.querySelectorAll("input");
    this.list = area.querySelector("ul");
    this.said = area.querySelector("[role=status]");
    for (const field of this.fields) field.addEventListener("input", () => this.show());
  }

  async load() {
    try {
      this.takes = await (await fetch("takes")).json();
    } catch {
      this.said.textContent = AWAY;
      return;
    }
    this.show();
  }

  /** Shows what the search fields leave. */
  show() {
    const [words, bpm, minutes] = [...this.fields].map((field) => field.value.trim());
    const found = this.takes.filter((take) => matches(take, words, bpm, minutes));
    this.list.replaceChildren(...found.map((take) => this.row(take)));
    const count = `${found.length} of ${this.takes.length} takes`;
    this.said.textContent = this.takes.length === 0 ? NONE : count;
  }

  row(take) {
    const at = `takes/${encodeURIComponent(take.name)}`;
    const called = take.running ? "This take, so far" : take.title || take.name;
    const item = document.createElement("li");
    const title = text("h3", called);
    const notes = () => fetch(`${at}/notes`).then((answer) => (answer.ok ? answer.json() : null));
    const play = button("Listen", (pressed) => this.player.toggle(pressed, notes));
    const midi = draggable(`${at}/session.mid`, "MIDI", `jambot_${take.name}.mid`);
    const report = link(`${at}/report.html`, "Report");
    report.target = "_blank";
    const doors = document.createElement("div");
    doors.append(play, midi, report);
    if (take.sound) doors.append(link(`${at}/solo.wav`, "WAV"));
    if (!take.running) doors.append(this.namer(take, title), this.deleter(take));
    for (const door of doors.children) door.setAttribute("aria-label", `${door.textContent}: ${called}`);
    const kept = document.createElement("div");
    kept.append(...take.kept.map((file) => draggable(`${at}/${encodeURIComponent(file)}`, file, file)));
    item.append(title, text("small", facts(take)), text("p", take.headline), doors, kept);
    return item;
  }

  /** A button that turns the title into a field, and back. */
  namer(take, title) {
    return button("Name", () => {
      const field = Object.assign(document.createElement("input"), {
        type: "text", maxLength: 80, value: take.title, placeholder: "What is it called?",
      });
      field.setAttribute("aria-label", `Name of ${take.name}`);
      field.addEventListener("change", () => this.change({ entitle: take.name, title: field.value }));
      field.addEventListener("keydown", (event) => event.key === "Enter" && field.blur());
      field.addEventListener("blur", () => this.show());
      title.replaceChildren(field);
      field.focus();
    });
  }

  /** What is deleted does not come back: it takes a second press. */
  deleter(take) {
    return button("Delete", (pressed) => {
      if (pressed.dataset.sure) return this.change({ delete: take.name });
      pressed.dataset.sure = "yes";
      pressed.textContent = "Delete for good";
      pressed.setAttribute("aria-label", `Delete for good: ${take.title || take.name}`);
      pressed.addEventListener("blur", () => this.show(), { once: true });
    });
  }

  async change(message) {
    const why = await this.ask(message);
    await this.load();
    if (why) this.said.textContent = why;
  }
}

/** Whether a take is one that is looked for: by words or a date, a tempo, a length. */
function matches(take, words, bpm, minutes) {
  const told = `${take.title} ${take.name} ${take.when.replace("T", " ")}`.toLowerCase();
  if (!words.toLowerCase().split(/\s+/).every((word) => told.includes(word))) return false;
  if (bpm && !(Math.abs((take.bpm ?? 0) - Number(bpm)) <= NEAR_BPM)) return false;
  return !minutes || (take.seconds ?? 0) >= 60 * Number(minutes);
}

function facts(take) {
  const length = take.seconds && `${Math.floor(take.seconds / 60)}:${String(Math.floor(take.seconds % 60)).padStart(2, "0")}`;
  const tempo = take.bpm && `${Math.round(take.bpm)} bpm`;
  const when = take.running ? "being played now" : take.when.replace("T", " ");
  return [when, tempo, length].filter(Boolean).join(" · ");
}
