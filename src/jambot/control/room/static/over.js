// The end of a take: what was played, to hear, to keep and to read, also when JAM_BOT has gone.

import { link } from "./parts.js";

const element = (id) => document.getElementById(id);

export class Over {
  /** `send(message)` speaks to the room; `player` is a `TakePlayer`. */
  constructor(dialog, player, send) {
    Object.assign(this, { dialog, player, send, state: "", copy: null, copying: null });
    element("over-listen").addEventListener("click", () => {
      player.toggle(element("over-listen"), async () => this.copy?.notes);
    });
    element("over-new").addEventListener("click", () => send({ order: { new_take: {} } }));
    element("over-open").addEventListener("click", () => this.open());
    dialog.addEventListener("close", () => {
      player.stop();
      element("mixer-place").append(element("mixer"));
    });
  }

  /** Shows it, with the volumes at hand. */
  open() {
    this.dialog.append(element("mixer"));
    this.dialog.showModal();
  }

  /** Whether a take has ended and no other has begun. */
  get is() {
    return this.state !== "" && this.state !== "playing";
  }

  /** Takes in how far the take is. */
  async hear({ name, state, trouble }) {
    const before = this.state;
    Object.assign(this, { name, state });
    document.body.dataset.take = state;
    if (state === "playing") return this.begin();
    if (before === "" || before === "playing") this.open();
    element("over-new").disabled = state !== "ended";
    if (state === "ending") return this.say("Its notes have ended. The take is being made …");
    if (this.copying?.name !== name) this.copying = Object.assign(copyOf(name), { name });
    const copy = await this.copying;
    if (this.name !== name || this.state === "playing") return;
    this.copy = copy;
    this.offer();
    this.say([trouble && `${trouble}.`, copy.headline].filter(Boolean).join(" "));
    this.send({ has: name });
  }

  begin() {
    this.copy = this.copying = null;
    element("over-files").replaceChildren();
    element("over-listen").disabled = true;
    if (this.dialog.open) this.dialog.close();
  }

  say(text) {
    element("over-text").textContent = text || "Nothing was played.";
  }

  /** Puts the files within reach, as copies that outlive JAM_BOT. */
  offer() {
    const { notes, files } = this.copy;
    element("over-listen").disabled = !notes;
    const doors = [];
    if (files.midi) doors.push(saved(files.midi, "MIDI", `jambot_${this.name}.mid`));
    if (files.wav) doors.push(saved(files.wav, "WAV", `jambot_${this.name}.wav`));
    if (files.report) doors.push(this.report(files.report));
    element("over-files").replaceChildren(...doors);
  }

  /** Read here as long as JAM_BOT shows it; a page of another's making is only saved. */
  report(copy) {
    if (this.state === "leaving") return saved(copy, "Report", `jambot_${this.name}.html`);
    const report = link(`takes/${encodeURIComponent(this.name)}/report.html`, "Report");
    report.target = "_blank";
    return report;
  }
}

function saved(href, words, name) {
  const anchor = link(href, words);
  anchor.download = name;
  return anchor;
}

/** What there is of a take, brought into this page: what is missing is left out. */
async function copyOf(name) {
  const at = `takes/${encodeURIComponent(name)}`;
  const answered = (path) => fetch(path).then((answer) => (answer.ok ? answer : null), () => null);
  const file = async (of) => (await answered(`${at}/${of}`))?.blob();
  const [rows, notes, midi, report] = await Promise.all([
    answered("takes").then((answer) => answer?.json()),
    answered(`${at}/notes`).then((answer) => answer?.json()),
    file("session.mid"),
    file("report.html"),
  ]);
  const row = rows?.find((take) => take.name === name);
  const wav = row?.sound ? await file("solo.wav") : null;
  const addresses = Object.entries({ midi, report, wav }).map(([kind, blob]) => {
    return [kind, blob && URL.createObjectURL(blob)];
  });
  return { notes, headline: row?.headline ?? "", files: Object.fromEntries(addresses) };
}
