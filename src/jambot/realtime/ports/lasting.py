"""A port that comes back: it is opened again when the keyboard or the instrument is there again.

Two threads take part, and a port belongs to one of them at a time. The stage's thread uses it. When
it is lost the stage gives it back. The watching thread closes it, looks for the other side, opens
another and offers that. So nothing is closed while it is in use, and the stage never waits.
"""

from collections import deque
from typing import Generic, Protocol, TypeVar

from jambot.errors import JamBotError
from jambot.realtime.ports.port import InputPort, OutputPort, SentMessage, TimedMessage

PATIENT_TICKS = 2

AnyPort = TypeVar("AnyPort", InputPort, OutputPort)
Opened = TypeVar("Opened", covariant=True)


class PortPlace(Protocol[Opened]):
    """Where one port is plugged in. Threads: the watching one's; both calls may take long."""

    def there(self) -> bool:
        """Whether the other side of what was opened last is there, or is there again."""
        ...

    def open(self) -> Opened:
        """A port that is joined to it. PortError where it would not open."""
        ...


class _Lasting(Generic[AnyPort]):
    """One side. `look` and the fields it names are the watching thread's, all else the stage's."""

    def __init__(self, place: PortPlace[AnyPort]) -> None:
        """Open the port for the first time; PortError as the place says."""
        self._place: PortPlace[AnyPort] = place
        self._port: AnyPort | None = place.open()
        self._absent = 0
        """How many ticks the loss is old."""
        self._watched: AnyPort | None = self._port
        """What the stage was given last; None once it has come back. The watching thread's."""
        self._gone: AnyPort | None = None
        self._given_back: deque[AnyPort] = deque()
        self._offered: deque[AnyPort] = deque()

    @property
    def alive(self) -> bool:
        """False while it is lost, for a whole tick at least: whoever asks has to see it."""
        return self._in_use() is not None

    def look(self) -> None:
        """Close what was given back, and offer another once the other side is there."""
        while self._given_back:
            self._given_back.popleft().close()
            self._watched = None
        if self._watched is not None:
            if not self._place.there():
                self._gone = self._watched
        elif self._place.there():
            try:
                self._watched = self._place.open()
            except JamBotError:
                return
            self._offered.append(self._watched)

    def close(self) -> None:
        """End what sounds and let go; for whoever has both threads' work, at the end."""
        ports = [self._port, *self._given_back, *self._offered]
        self._port = None
        self._given_back.clear()
        self._offered.clear()
        for port in ports:
            if port is not None:
                port.close()

    def _in_use(self) -> AnyPort | None:
        """The port to use now, None while it is lost; a lost one is given back."""
        port = self._port
        if port is not None and (port is self._gone or not port.alive):
            self._port, self._absent = None, 0
            self._leave(port)
            self._given_back.append(port)
        return self._port

    def _once_a_tick(self) -> AnyPort | None:
        """The port to use now; what was offered is taken, though not in the tick of the loss."""
        if self._in_use() is None:
            self._absent += 1
            if self._absent >= PATIENT_TICKS and self._offered:
                self._port = self._offered.popleft()
        return self._port

    def _leave(self, port: AnyPort) -> None:
        """Take from a lost port what would be lost with it."""


class LastingInput(_Lasting[InputPort]):
    """An input that comes back; deaf while it is lost."""

    def poll(self) -> list[TimedMessage]:
        port = self._once_a_tick()
        return [] if port is None else port.poll()


class LastingOutput(_Lasting[OutputPort]):
    """An output that comes back; what is sent while it is lost goes nowhere."""

    def __init__(self, place: PortPlace[OutputPort]) -> None:
        super().__init__(place)
        assert self._port is not None
        self.schedules_ahead = self._port.schedules_ahead
        self._left: list[SentMessage] = []

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        port = self._in_use()
        if port is not None:
            port.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        port = self._once_a_tick()
        left, self._left = self._left, []
        return left if port is None else left + port.sent()

    def silence(self) -> None:
        port = self._in_use()
        if port is not None:
            port.silence()

    def _leave(self, port: OutputPort) -> None:
        self._left += port.sent()
