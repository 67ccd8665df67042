"""Another program's hands and ears on a JACK server, for measuring a jam from outside."""

import heapq
import time
from collections import deque
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any

from jambot.errors import PortError
from jambot.realtime.ports.jack_server import load_jack, names_of, open_client

FRAME_COUNTER = 1 << 32


@dataclass(frozen=True, slots=True)
class Stamped:
    """One message and when it was in our port, in seconds of JACK's own frames.

    `clock`: the same by the machine's clock, a period later at most; it stands still for no xrun.
    """

    seconds: float
    data: bytes
    clock: float = 0.0


class BenchHands:
    """A client whose output plays on given frames and whose input keeps all that it hears.

    Time is counted in the server's frames and told in seconds; no clock of ours
    takes part. `xruns` counts the periods that the server says it lost, and with them, it may be,
    messages. Usable as a context manager; a context that has ended keeps what was heard.

    Threads: JACK's own runs `_process` and owns `_due`; the user's thread hands messages over
    through `_inbox` and reads the list of what was heard, which only grows.
    """

    def __init__(self, name: str) -> None:
        self._jack = load_jack()
        self._client: Any = open_client(self._jack, name)
        self._rate = int(self._client.samplerate)
        # A second before the opening, so that no time is negative.
        self._zero = int(self._client.frame_time) - self._rate
        self._plays = self._client.midi_outports.register("plays")
        self._hears = self._client.midi_inports.register("hears")
        self._inbox: deque[tuple[int, int, bytes]] = deque()
        self._due: list[tuple[int, int, bytes]] = []
        self._numbers = count()
        self._heard: list[Stamped] = []
        self.xruns = 0
        self._client.set_xrun_callback(self._count_xrun)
        self._client.set_process_callback(self._process)
        self._client.activate()

    def __enter__(self) -> "BenchHands":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    @property
    def heard(self) -> list[Stamped]:
        """Everything that has arrived, oldest first."""
        return list(self._heard)

    def heard_after(self, count: int) -> list[Stamped]:
        """What has arrived after the first `count` messages."""
        return self._heard[count:]

    def heard_since(self, seconds: float) -> list[Stamped]:
        """What arrived at `seconds` or later."""
        recent: list[Stamped] = []
        for message in reversed(self._heard):
            if message.seconds < seconds:
                break
            recent.append(message)
        return recent[::-1]

    def now(self) -> float:
        """The present, by the server's frames."""
        return self._since(self._client.frame_time) / self._rate

    def wait_until(self, seconds: float) -> None:
        """Sleep until then. PortError where the server has stopped counting."""
        moved, before = time.monotonic(), self.now()
        while (now := self.now()) < seconds:
            if now > before:
                moved, before = time.monotonic(), now
            if time.monotonic() - moved > 5.0:
                raise PortError("the JACK server has stopped", "a running server", "start it again")
            time.sleep(min(0.05, seconds - now))

    def play(self, data: bytes, seconds: float) -> None:
        """Let one message leave on the frame of `seconds`; a time that has passed is at once."""
        self._inbox.append((round(seconds * self._rate), next(self._numbers), data))

    def sees(self, *names: str) -> bool:
        """Whether ports of all these full names are there."""
        return set(names_of(lambda: self._client.get_ports(is_midi=True))).issuperset(names)

    def connect(self, into: str, out_of: str) -> None:
        """Play into one port, and listen to the other."""
        self.play_into(into)
        self.listen_to(out_of)

    def play_into(self, port: str) -> None:
        """Play into a port; nothing new where that is done already."""
        self._join(self._plays, port)

    def listen_to(self, port: str) -> None:
        """Listen to a port; nothing new where that is done already."""
        self._join(self._hears, port)

    def join(self, source: str, sink: str) -> None:
        """Connect two ports, anybody's."""
        try:
            self._client.connect(source, sink)
        except self._jack.JackError as error:
            raise PortError(f"JACK would not connect: {error}", f"{source} to {sink}") from error

    def joined(self, source: str, sink: str) -> bool:
        """Whether both ports are there, and connected."""
        try:
            return sink in self._peers(self._client.get_port_by_name(source))
        except self._jack.JackError:
            return False

    def listens_to(self, port: str) -> bool:
        """Whether what leaves there is heard."""
        return port in self._peers(self._hears)

    def _peers(self, own: Any) -> set[str]:
        return set(names_of(lambda: self._client.get_all_connections(own)))

    def _join(self, own: Any, port: str) -> None:
        if port in self._peers(own):
            return
        self.join(*((port, own.name) if own.is_input else (own.name, port)))

    def _process(self, cycle_frames: int) -> None:
        start = self._since(self._client.last_frame_time)
        for offset, data in self._hears.incoming_midi_events():
            stamp = (start + offset) / self._rate
            self._heard.append(Stamped(stamp, bytes(data), time.perf_counter()))
        while self._inbox:
            heapq.heappush(self._due, self._inbox.popleft())
        self._plays.clear_buffer()
        while self._due and self._due[0][0] < start + cycle_frames:
            frame, _, data = heapq.heappop(self._due)
            self._plays.write_midi_event(max(0, frame - start), data)

    def _count_xrun(self, delayed_usecs: float) -> None:
        self.xruns += 1

    def _since(self, frame: int) -> int:
        """Frames since the opening; JACK's own count starts anew after a day."""
        return (frame - self._zero) % FRAME_COUNTER
