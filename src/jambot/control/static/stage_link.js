// The line to the stage: pictures in, commands out, and up again by itself when it breaks.

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 3000;

export class StageLink {
  /** `onMessage(message)` for all that comes, by its `type`; `onLink` for "open" and "lost". */
  constructor({ onMessage, onLink }) {
    this.onMessage = onMessage;
    this.onLink = onLink;
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
    socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
    socket.onclose = () => {
      this.onLink("lost");
      setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 1.6, LONGEST_PAUSE_MS);
    };
  }

  /** Sends a command; where nobody listens it is lost, as a key on an unplugged keyboard is. */
  send(command) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }
}
