// What the stage is asked for beside the knobs: tempo, trading, laying out, ending, form, style.

import { Choice } from "./choice.js";

const element = (id) => document.getElementById(id);

export class Steering {
  /** `ask(order)` sends an order to the stage. */
  constructor(ask) {
    this.ask = ask;
    this.laidOut = false;
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
      ask({ set_form: { chart: this.form.value.trim() || null } });
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
      keep: () => this.ask({ keep: { bars: 32 } }),
    };
  }

  /** Shows how the stage stands. */
  show({ bpm, settings }) {
    if (document.activeElement !== this.tempo) this.write(String(Math.round(bpm * 10) / 10));
    if (!settings) return;
    this.trade.show(settings.trade);
    this.response.show(settings.response);
    this.laidOut = settings.lay_out;
    element("lay_out").setAttribute("aria-pressed", String(settings.lay_out));
    this.showStyles(settings);
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
