// Who plays the chords, the built-in pianist's switch, and whose turn it is.

const element = (id) => document.getElementById(id);
const PIANIST = "the built-in pianist";

export class Seat {
  /** `ask(order)` sends an order to the stage. */
  constructor(ask) {
    this.plays = false;
    this.keyboard = null;
    this.button = element("pianist");
    this.button.addEventListener("click", () => {
      ask({ set_performer: { mode: this.plays ? "off" : "auto" } });
    });
  }

  /** A key of this page went down, or one of the MIDI `keyboard` that the browser hears. */
  struck(keyboard) {
    this.keyboard = keyboard;
  }

  /** Shows the picture of the stage; `driving` says whether this page plays. */
  show({ seat, keyboard, performer, turn, settings }, driving) {
    if (!seat) return;
    this.plays = performer;
    const who = this.name(seat, keyboard, performer, driving);
    write("who", who);
    write("hands-name", seat.by || performer ? who : "the hands");
    write("turn", turn ? turnText(turn) : "");
    element("turn").dataset.bots = String(Boolean(turn?.bots));
    this.button.setAttribute("aria-pressed", String(performer));
    this.button.classList.toggle("offered", seat.offered && !settings?.lay_out);
  }

  name({ by }, keyboard, performer, driving) {
    if (performer) return PIANIST;
    if (by === "keyboard") return keyboard ? `your keyboard (${keyboard})` : "your keyboard";
    if (by === "page" && !driving) return "another page";
    if (by === "page") return this.keyboard ? `your keyboard (${this.keyboard})` : "this page";
    return keyboard ? `nobody yet; ${keyboard} is heard` : "nobody yet";
  }
}

function turnText({ bots, bars_left: left }) {
  return `${bots ? "JAM_BOT" : "You"}: ${left} ${left === 1 ? "bar" : "bars"} left`;
}

function write(id, text) {
  const place = element(id);
  if (place.textContent !== text) place.textContent = text;
}
