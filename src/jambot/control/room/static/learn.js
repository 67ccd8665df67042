// MIDI learn: which knob, pedal or pad asks for what, and teaching it by moving one.

const NAMES = {
  density: "Density", register: "Register", intensity: "Intensity", inside_outside: "In / out",
  swing: "Swing", texture: "Texture", trigger: "Start", stop: "Silence", lay_out: "Lay out", end: "End",
  trade_2: "Trade 2", trade_4: "Trade 4", trade_8: "Trade 8", tap: "Tap", keep: "Keep",
  hold_tempo: "Hold tempo", bass: "Bass", drums: "Drums",
};
const WATCHING = "Another view plays and steers: take over first.";
const HOW = "Press Learn, then move the knob, pedal or pad on your keyboard that is to ask for it.";

export class Learn {
  /** `ask(order)` sends an order to the stage. */
  constructor(dialog, ask) {
    this.dialog = dialog;
    this.ask = ask;
    this.awaited = "";
    this.asked = false;
    this.said = dialog.querySelector("p");
    this.rows = new Map();
    dialog.addEventListener("close", () => this.asked && this.listenFor(null));
  }

  open() {
    this.dialog.showModal();
  }

  listenFor(action) {
    this.asked = action !== null;
    this.ask({ learn: { action } });
  }

  /** Shows what asks for what, what is waited for, and what was found. */
  show({ gestures, learning, learns }) {
    if (!gestures) return;
    this.awaited = learns;
    if (!this.dialog.open) return;
    const sentence = learning ? `${learning[0].toUpperCase()}${learning.slice(1)}.` : HOW;
    const said = this.dialog.querySelector("fieldset").disabled ? WATCHING : sentence;
    if (this.said.textContent !== said) this.said.textContent = said;
    for (const [action, controls] of Object.entries(gestures)) {
      const row = this.rows.get(action) ?? this.build(action);
      if (row.controls.textContent !== controls) row.controls.textContent = controls;
      row.button.setAttribute("aria-pressed", String(action === learns));
      row.button.textContent = action === learns ? "Waiting" : "Learn";
    }
  }

  build(action) {
    const name = NAMES[action] ?? action;
    const [line, title, controls, button] = ["li", "strong", "span", "button"].map((tag) =>
      document.createElement(tag),
    );
    title.textContent = name;
    button.type = "button";
    button.setAttribute("aria-label", `Learn ${name}`);
    button.addEventListener("click", () => this.listenFor(action === this.awaited ? null : action));
    line.append(title, controls, button);
    this.dialog.querySelector("ul").append(line);
    const row = { controls, button };
    this.rows.set(action, row);
    return row;
  }
}
