// Tunes to play: built in, saved under a name at this browser, typed or pasted; in any key.

const KEPT = "tunes";
const WAIT_MS = 250;
const NOW = "now";
// Before the name of a tune of one's own: an older one may be called as a built-in tune is.
const YOURS = "yours ";
const METRES = [2, 3, 4, 5, 6, 7];

export class TuneBook {
  /** `ask(order)` sends an order to the stage. */
  constructor(dialog, ask) {
    this.dialog = dialog;
    this.ask = ask;
    const find = (id) => dialog.querySelector(`#tune-${id}`);
    const names = ["list", "bpm", "beats", "text", "said", "marked", "nearest", "play", "name", "forget"];
    for (const name of names) this[name] = find(name);
    this.builtIn = [];
    this.playing = { chart: "", bpm: 120, beats: 4 };
    // The metre of the jam, in beats a bar.
    this.jams = 4;
    // How often the text was read: what an older reading says comes too late.
    this.reads = 0;
    this.list.addEventListener("change", () => this.choose(this.list.value));
    this.beats.addEventListener("change", () => this.read(0));
    this.text.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.read(0), WAIT_MS);
    });
    find("down").addEventListener("click", () => this.read(-1));
    find("up").addEventListener("click", () => this.read(1));
    find("play").addEventListener("click", () => this.start());
    find("drop").addEventListener("click", () => this.ask({ set_form: { chart: null } }));
    find("save").addEventListener("click", () => this.save());
    this.forget.addEventListener("click", () => this.remove());
  }

  /** Opens on what the stage plays; what was being written stays. */
  async open(picture) {
    this.follow(picture);
    this.dialog.showModal();
    if (!this.builtIn.length) this.builtIn = await (await fetch("tunes")).json();
    this.showList(NOW);
    if (!this.text.value || picture.chart) this.choose(NOW);
  }

  /** A chart typed elsewhere: played at once where it can be, else opened with what is to do. */
  async enter(text, picture) {
    if (!text) return this.ask({ set_form: { chart: null } });
    this.follow(picture);
    const told = await this.told(text, 0, this.jams);
    if (!told.why && told.beats === this.jams) return this.ask({ set_form: { chart: text } });
    await this.open({ ...picture, chart: { text } });
  }

  follow({ chart, bpm, meter }) {
    this.jams = meter;
    this.playing = { chart: chart?.text ?? "", bpm: Math.round(bpm), beats: meter };
  }

  get saved() {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  }

  showList(chosen) {
    const group = (label, names, before = "") => {
      const made = document.createElement("optgroup");
      made.label = label;
      made.append(...names.map((name) => new Option(name, before + name)));
      return made;
    };
    const yours = Object.keys(this.saved).sort();
    const fitting = this.builtIn.filter(({ beats }) => beats === this.jams);
    const others = this.builtIn.filter(({ beats }) => beats !== this.jams);
    this.list.replaceChildren(
      new Option("what is played now", NOW),
      ...(yours.length ? [group("Yours", yours, YOURS)] : []),
      group("Built in", fitting.map(({ name }) => name)),
      group("Built in, in another metre", others.map(({ name }) => name)),
    );
    this.list.value = chosen;
  }

  choose(value) {
    const name = value.startsWith(YOURS) ? value.slice(YOURS.length) : "";
    const tune = value === NOW ? this.playing : this.saved[name];
    const { chart, bpm, beats } = tune ?? this.builtIn.find((one) => one.name === value);
    this.text.value = chart;
    this.bpm.value = bpm;
    this.showMetre(beats ?? this.jams);
    this.name.value = name;
    this.forget.hidden = !name;
    this.read(0);
  }

  showMetre(beats) {
    const there = METRES.includes(beats) ? METRES : [...METRES, beats];
    this.beats.replaceChildren(...there.map((one) => new Option(`${one}/4`, one)));
    this.beats.value = beats;
  }

  async told(text, by, beats) {
    return (await fetch(`chart?${new URLSearchParams({ text, by, beats })}`)).json();
  }

  /** Has the text read, so many semitones higher, and says what it is or what is wrong in it. */
  async read(by) {
    const number = ++this.reads;
    const told = await this.told(this.text.value, by, Number(this.beats.value));
    if (number !== this.reads) return;
    if (by && !told.why) this.text.value = told.text;
    const empty = !this.text.value.trim();
    this.showMetre(told.beats);
    this.play.disabled = empty || Boolean(told.why);
    this.play.textContent = told.beats === this.jams ? "Play it" : `New take in ${told.beats}/4`;
    this.said.textContent = empty ? "" : told.why || sentence(told, this.jams);
    this.show(told);
  }

  /** What is not understood is marked where it stands; pressed, the nearest reading takes its place. */
  show({ marks }) {
    const text = this.text.value;
    const parts = [];
    let place = 0;
    for (const [at, length] of marks) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(at, at + length);
      parts.push(text.slice(place, at), mark);
      place = at + length;
    }
    this.marked.replaceChildren(...parts, text.slice(place));
    this.marked.hidden = !marks.length;
    const near = marks.filter(([, , reading]) => reading);
    this.nearest.replaceChildren(...near.map((mark) => this.replacing(mark, text)));
  }

  replacing([at, length, reading], text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${text.slice(at, at + length)} → ${reading}`;
    button.addEventListener("click", () => {
      this.text.value = text.slice(0, at) + reading + text.slice(at + length);
      this.read(0);
    });
    return button;
  }

  /** A jam keeps its metre: a tune in another one begins a new take. */
  start() {
    const [chart, beats] = [this.text.value.trim(), Number(this.beats.value)];
    const bpm = this.bpm.checkValidity() ? Number(this.bpm.value) : null;
    if (beats !== this.jams) {
      this.ask({ new_take: { chart, beats_per_bar: beats, bpm } });
    } else {
      if (bpm) this.ask({ set_tempo: { bpm } });
      this.ask({ set_form: { chart } });
    }
    this.dialog.close();
  }

  save() {
    const name = this.name.value.trim();
    if (!name) return this.name.focus();
    if (name === NOW || this.builtIn.some((one) => one.name === name)) {
      this.said.textContent = `Not saved: the list has "${name}" already. Type another name.`;
      return this.name.focus();
    }
    const tune = { chart: this.text.value, bpm: Number(this.bpm.value), beats: Number(this.beats.value) };
    localStorage.setItem(KEPT, JSON.stringify({ ...this.saved, [name]: tune }));
    this.showList(YOURS + name);
    this.forget.hidden = false;
  }

  remove() {
    const { [this.list.value.slice(YOURS.length)]: gone, ...kept } = this.saved;
    localStorage.setItem(KEPT, JSON.stringify(kept));
    this.showList(NOW);
    this.forget.hidden = true;
  }
}

function sentence({ bars, beats }, jams) {
  const length = `${bars.length} ${bars.length === 1 ? "bar" : "bars"} of ${beats} beats.`;
  if (beats === jams) return length;
  return `${length} This jam has ${jams}: the tune begins a new take, and this take is kept.`;
}
