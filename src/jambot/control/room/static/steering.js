// What the stage is asked for beside the knobs: tempo, trading, laying out, ending, form, style.

import { Choice } from "./choice.js";

const element = (id) => document.getElementById(id);

export class Steering {
  /** `ask(order)` sends an order to the stage; `enter(chart)` has a typed chart played. */
  constructor(ask, enter) {
    this.ask = ask;
    this.laidOut = this.paused = this.held = false;
    this.trade = new Choice(
      element("trade"),
      [[0, "no"], [2, "2"], [4, "4"], [8, "8"]],
      (bars) => ask({ trade: { bars } }),
    );
    this.response = new Choice(
      element("response"),
      [["now", "now"], ["beat", "beat"], ["bar", "bar"]],
      (value) => ask({ set_stage: { name: "response", value } }),
    );
    for (const [id, act] of Object.entries(this.acts())) element(id).addEventListener("click", act);
    this.tempo = element("tempo");
    this.tempo.addEventListener("change", () => {
      if (this.tempo.checkValidity()) ask({ set_tempo: { bpm: Number(this.tempo.value) } });
    });
    this.tempo.addEventListener("keydown", (event) => event.key === "Enter" && this.tempo.blur());
    this.form = element("form");
    this.form.addEventListener("change", () => {
      this.chart = null;
      enter(this.form.value.trim());
    });
    this.form.addEventListener("keydown", (event) => event.key === "Enter" && this.form.blur());
    this.adapter = element("adapter");
    this.adapter.addEventListener("change", () => ask({ set_adapter: { name: this.adapter.value } }));
  }

  /** What each button does, by its id; keys may do the same. */
  acts() {
    return {
      tap: () => this.ask({ tap: {} }),
      start: () => this.ask({ trigger: {} }),
      lay_out: () => this.ask({ lay_out: { on: !this.laidOut } }),
      end: () => this.ask({ end: {} }),
      pause: () => this.ask({ pause: { on: !this.paused } }),
      stop_take: () => this.ask({ stop_take: {} }),
      new_take: () => this.ask({ new_take: {} }),
      hold_tempo: () => this.ask({ hold_tempo: { on: !this.held } }),
      keep: () => this.ask({ keep: { bars: 32 } }),
    };
  }

  /** Shows how the stage stands. */
  show({ bpm, settings, followed, chart }) {
    this.showForm(chart ? chart.text : "");
    if (document.activeElement !== this.tempo) this.write(String(Math.round(bpm * 10) / 10));
    this.showFollowed(followed);
    if (!settings) return;
    this.trade.show(settings.trade);
    this.response.show(settings.response);
    this.laidOut = settings.lay_out;
    this.paused = settings.paused;
    element("lay_out").setAttribute("aria-pressed", String(settings.lay_out));
    element("pause").setAttribute("aria-pressed", String(settings.paused));
    this.showStyles(settings);
  }

  /** How sure the beat is that is taken from the hands; nothing where none is. */
  showFollowed(followed) {
    this.held = Boolean(followed?.held);
    const button = element("hold_tempo");
    button.hidden = !followed;
    button.setAttribute("aria-pressed", String(this.held));
    const sure = !followed ? "" : followed.said ? followed.said : this.held ? "held" : followed.found ? `${Math.round(100 * followed.sure)} % sure` : "listening";
    if (element("sure").textContent !== sure) element("sure").textContent = sure;
  }

  /** The stage's own chart stands in the field, but for while another is being typed. */
  showForm(text) {
    if (text === this.chart || document.activeElement === this.form) return;
    this.chart = this.form.value = text;
    this.form.title = text || "A chord chart that it is to expect; Enter takes it, empty it listens";
  }

  write(bpm) {
    if (this.tempo.value !== bpm) this.tempo.value = bpm;
  }

  /** The styles there are; the one that will play from a bar line on is marked until then. */
  showStyles({ adapter, next_adapter: next, styles }) {
    const names = styles.includes(adapter) || !adapter ? styles : [adapter, ...styles];
    element("adapter-row").hidden = names.length < 2;
    const state = `${names} ${adapter} ${next}`;
    if (state === this.styles) return;
    this.styles = state;
    const options = names.map((name) => new Option(styleName(name) + (name === next ? " …" : ""), name));
    this.adapter.replaceChildren(...options);
    this.adapter.value = next || adapter;
  }
}

/** A style that is a folder is called by the folder's own name. */
function styleName(name) {
  return name.split(/[\\/]/).at(-1);
}
