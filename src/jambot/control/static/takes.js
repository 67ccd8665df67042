// The shelf of takes: to hear in the browser, to read about, and to drag into a DAW.

const AHEAD_SECONDS = 1;
const TICK_MS = 200;

export class Takes {
  constructor(dialog, sound) {
    this.dialog = dialog;
    this.list = dialog.querySelector("ul");
    this.sound = sound;
    this.playing = null;
    dialog.addEventListener("close", () => this.stop());
  }

  async open() {
    this.dialog.showModal();
    this.list.textContent = "…";
    try {
      const answer = await fetch("takes");
      const rows = (await answer.json()).map((take) => this.row(take));
      this.list.replaceChildren(...rows);
      if (rows.length === 0) this.list.textContent = "No takes are kept: jambot jam --report FOLDER keeps them.";
    } catch {
      this.list.textContent = "JAM_BOT is out of reach, and the takes with it.";
    }
  }

  row(take) {
    const at = `takes/${encodeURIComponent(take.name)}`;
    const item = document.createElement("li");
    const title = text("strong", take.running ? "This take, so far" : take.name);
    const story = text("p", take.headline || when(take));
    const play = text("button", "Play");
    play.type = "button";
    play.addEventListener("click", () => (this.playing?.button === play ? this.stop() : this.play(at, play)));
    const midi = draggable(`${at}/session.mid`, "MIDI", `jambot_${take.name}.mid`);
    const report = link(`${at}/report.html`, "Report");
    report.target = "_blank";
    const doors = document.createElement("div");
    doors.append(play, midi, report);
    if (take.sound) doors.append(link(`${at}/solo.wav`, "WAV"));
    const kept = document.createElement("div");
    kept.append(...take.kept.map((file) => draggable(`${at}/${encodeURIComponent(file)}`, file, file)));
    item.append(title, story, doors, kept);
    return item;
  }

  async play(at, button) {
    this.stop();
    const playing = (this.playing = { button, due: [], timer: 0 });
    button.textContent = "Stop";
    const notes = await fetch(`${at}/notes`).then((answer) => (answer.ok ? answer.json() : null));
    if (this.playing !== playing) return;
    if (!notes) return this.stop();
    if (!this.sound.on) document.getElementById("sound").click();
    for (const kind of ["solo", "hands"]) for (const note of notes[kind]) playing.due.push([kind, ...note]);
    playing.due.sort((a, b) => a[1] - b[1]);
    const first = playing.due[0]?.[1] ?? 0;
    playing.from = performance.now() / 1000 + 0.1 - first;
    playing.timer = setInterval(() => this.goOn(playing), TICK_MS);
    this.goOn(playing);
  }

  /** Hands the notes of the next second over to the sound. */
  goOn(playing) {
    const now = performance.now() / 1000 - playing.from;
    while (playing.due.length && playing.due[0][1] < now + AHEAD_SECONDS) {
      const [kind, second, length, pitch, velocity] = playing.due.shift();
      if (second > now - 0.1) this.sound.play(kind, pitch, velocity, (second - now) * 1000, length * 1000);
    }
    if (playing.due.length === 0) this.stop(false);
  }

  stop(silent = true) {
    if (!this.playing) return;
    clearInterval(this.playing.timer);
    this.playing.button.textContent = "Play";
    this.playing = null;
    if (silent) this.sound.silence();
  }
}

function when(take) {
  return take.running ? "Being played now." : take.when.replace("T", " ");
}

function text(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}

function link(href, words) {
  const anchor = text("a", words);
  anchor.href = href;
  return anchor;
}

/** A MIDI file that a DAW takes from the browser's window. */
function draggable(href, words, file) {
  const anchor = link(href, words);
  anchor.draggable = true;
  anchor.title = "Drag it into FL Studio or any DAW, or click to save it";
  anchor.addEventListener("dragstart", (event) => {
    const name = file.replaceAll(":", "-");
    event.dataTransfer.setData("DownloadURL", `audio/midi:${name}:${anchor.href}`);
    event.dataTransfer.setData("text/uri-list", anchor.href);
  });
  return anchor;
}
