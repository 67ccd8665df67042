// Three lines for somebody who is here for the first time; gone for good once each is done.

const REMEMBERED = "begun";

export class FirstRun {
  constructor(area) {
    this.area = area;
    this.left = new Set(["sound", "play", "knob"]);
    area.hidden = localStorage.getItem(REMEMBERED) === "yes";
    area.querySelector("button").addEventListener("click", () => this.end());
  }

  /** One of the three was done. */
  did(what) {
    if (this.area.hidden || !this.left.delete(what)) return;
    this.area.querySelector(`[data-do="${what}"]`).classList.add("done");
    if (this.left.size === 0) this.end();
  }

  end() {
    this.area.hidden = true;
    localStorage.setItem(REMEMBERED, "yes");
  }
}
