// A row of buttons of which one is chosen.

export class Choice {
  /** `options` are [value, words]; `onChoose(value)` is called when one is pressed. */
  constructor(area, options, onChoose) {
    this.buttons = options.map(([value, words]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => {
        this.show(value);
        onChoose(value);
      });
      area.append(button);
      return [value, button];
    });
  }

  show(chosen) {
    if (chosen === this.chosen) return;
    this.chosen = chosen;
    for (const [value, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(value === chosen));
    }
  }
}
