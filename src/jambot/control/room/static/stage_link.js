// The line to the stage: pictures in, commands out, and up again by itself when it breaks.

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 3000;

export class StageLink {
  /** `onMessage(message)` for all that comes, by its `type`; `onLink` for "open" and "lost". */
  constructor({ onMessage, onLink }) {
    this.onMessage = onMessage;
    this.onLink = onLink;
    this.asked = new Map();
    this.number = 0;
    this.pause = FIRST_PAUSE_MS;
    this.open();
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = FIRST_PAUSE_MS;
      this.onLink("open");
    };
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = () => {
      this.onLink("lost");
      setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 1.6, LONGEST_PAUSE_MS);
    };
  }

  /** Asks for something, and promises why it was refused, empty where it was done. */
  ask(message) {
    return new Promise((tell) => {
      this.asked.set(++this.number, tell);
      this.send({ ...message, id: this.number });
    });
  }

  hear(message) {
    if (message.type !== "answer") return this.onMessage(message);
    this.asked.get(message.id)?.(message.why);
    this.asked.delete(message.id);
  }

  /** Sends a command; where nobody listens it is lost, as a key on an unplugged keyboard is. */
  send(command) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }
}
