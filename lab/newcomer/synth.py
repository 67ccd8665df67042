"""The newcomer's synthesiser on JACK: an input alone, so that nobody takes it for a keyboard."""

import time
from dataclasses import dataclass
from typing import Any

from jambot.realtime.ports.jack_server import load_jack, open_client

NAME = "newcomer-synth"
CHANNELS = {"solo": 0, "bass": 1, "drums": 9}
"""Where a jam sends its parts, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A note-on, by the machine's clock."""

    seconds: float
    channel: int
    pitch: int


class Synth:
    """Keeps what arrives at its input, and which notes sound. A context manager.

    Threads: JACK's own runs `_process`; the lists only grow, and are read by the user's thread.
    """

    def __init__(self) -> None:
        self.struck: list[Struck] = []
        self._down: set[tuple[int, int]] = set()
        self._client: Any = open_client(load_jack(), NAME)
        self._port = self._client.midi_inports.register("in")
        self._client.set_process_callback(self._process)
        self._client.activate()

    def __enter__(self) -> "Synth":
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    @property
    def sounding(self) -> frozenset[tuple[int, int]]:
        """(channel, pitch) of the notes that have not been ended."""
        return frozenset(self._down)

    def since(self, seconds: float) -> dict[str, int]:
        """How many notes of each part were struck since then."""
        recent = [struck.channel for struck in list(self.struck) if struck.seconds >= seconds]
        return {part: recent.count(channel) for part, channel in CHANNELS.items()}

    def _process(self, frames: int) -> None:
        for _, data in self._port.incoming_midi_events():
            message = bytes(data)
            kind, channel = message[0] >> 4, message[0] & 15
            if kind == 9 and message[2]:
                self.struck.append(Struck(time.monotonic(), channel, message[1]))
                self._down.add((channel, message[1]))
            elif kind in (8, 9):
                self._down.discard((channel, message[1]))
