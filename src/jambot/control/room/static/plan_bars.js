// The next two bars of the plan, to be kept as they are, played another way, or thinned out.

const BARS = 2;
// Of a bar so much must be planned to be worked on; the page knows of it a moment late.
const LEAST_BARS = 0.25;
const DEEDS = [
  ["lock", "Lock", "Keep the plan as it is to the end of this bar"],
  ["reroll", "Again", "Improvise this bar, and what follows, another way"],
  ["thin", "Thin", "Take out the weaker half of this bar's notes, and keep the rest"],
];

export class PlanBars {
  /** `ask(order)` sends an order to the stage. */
  constructor(area, ask) {
    this.ask = ask;
    this.bars = Array.from({ length: BARS }, () => this.build(area));
  }

  build(area) {
    const group = document.createElement("div");
    const label = document.createElement("span");
    const bar = { number: null, locked: false, label, buttons: {} };
    group.className = "bar";
    group.setAttribute("role", "group");
    group.append(label);
    for (const [deed, words, title] of DEEDS) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: words, title });
      // Which bar is meant is settled where the press begins: bars move on meanwhile.
      const mean = () => (bar.meant = bar.number);
      button.addEventListener("pointerdown", mean);
      button.addEventListener("keydown", (event) => event.repeat || mean());
      button.addEventListener("click", () => this.act(deed, bar));
      bar.buttons[deed] = button;
      group.append(button);
    }
    bar.group = group;
    area.append(group);
    return bar;
  }

  act(deed, { meant, number, locked }) {
    const bar = meant ?? number;
    if (deed === "lock") this.ask({ lock: { bar: locked ? null : bar } });
    else this.ask({ [deed]: { bar } });
  }

  /** Shows the bars after `beat`; those that no plan reaches cannot be touched. */
  show({ meter, playing, ahead, locked }, beat) {
    const present = Math.floor(Math.max(0, beat) / meter + 1e-6);
    const reach = beat / meter + ahead;
    this.bars.forEach((bar, i) => {
      const number = present + 2 + i;
      const planned = playing && reach > number - 1 + LEAST_BARS;
      // Of a bar that was not planned to its end yet, what there was is kept.
      const held = (locked ?? 0) > (number - 1) * meter + 1e-6;
      const state = `${number} ${planned} ${held}`;
      if (state === bar.state) return;
      Object.assign(bar, { state, number, locked: held });
      bar.label.textContent = `Bar ${number}`;
      bar.group.setAttribute("aria-label", `Bar ${number} of the plan`);
      bar.buttons.lock.setAttribute("aria-pressed", String(held));
      for (const button of Object.values(bar.buttons)) {
        button.disabled = !planned;
        button.setAttribute("aria-label", `${button.textContent} bar ${number}`);
      }
    });
  }
}
