"""One conversation between the engine and a plugin: records in order, each heard once.

Datagrams on loopback are lost only where somebody sleeps; so what is not confirmed within 30 ms is
said again, all of it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from jambot.realtime.ports.host_line import HostLine
from jambot.realtime.ports.plugin_wire import MOST_RECORDS, Datagram, Record

AGAIN_SECONDS = 0.03
WINDOW = 512
"""So many records are under way at most."""
MOST_WAITING = 16384
"""Where more waits, no note begins any more; what ends one is always taken."""
SAY_SECONDS = 0.05
"""At least so often the engine gives a sign of life: a tenth of what a plugin takes for a loss."""


@dataclass(slots=True)
class Conversation:
    """With one plugin, from its knock to its leaving. Threads: the stage's alone.

    `address` is where it is, `instance` who it is, `session` which of its conversations this is.
    """

    address: tuple[str, int]
    instance: int
    session: int
    heard_at: float
    line: HostLine = field(default_factory=HostLine)
    began_at: float = 0.0
    heard: int = 0
    """The serial of its last record that was heard."""
    _unheard: deque[Record] = field(default_factory=deque)
    _first: int = 1
    _told: int = 0
    _said_at: float = float("-inf")
    _progress_at: float = float("-inf")
    _owes: bool = True

    @property
    def waits(self) -> bool:
        """Whether something said has not been heard yet."""
        return bool(self._unheard)

    def say(self, record: Record) -> bool:
        """Tell it something, in order; False where it is a note and too much waits already."""
        if record.strikes and len(self._unheard) >= MOST_WAITING:
            return False
        self._unheard.append(record)
        return True

    def hear(self, datagram: Datagram, now: float) -> list[Record]:
        """Take in what it says; gives the records that are new."""
        self.heard_at = now
        if datagram.report is not None:
            self.line.hear(datagram.report, now)
        confirmed = min((datagram.ack - self._first + 1) & 0xFFFFFFFF, 1 << 31)
        for _ in range(confirmed if confirmed <= self._told else 0):
            self._unheard.popleft()
            self._first += 1
            self._told -= 1
            self._progress_at = now
        fresh = []
        for serial, record in enumerate(datagram.records, datagram.first):
            if serial == self.heard + 1:
                self.heard = serial
                fresh.append(record)
        self._owes = self._owes or bool(datagram.records)
        return fresh

    def due(self, now: float) -> Iterator[tuple[int, tuple[Record, ...]]]:
        """What is to be sent now: the first serial and the records of each datagram."""
        if self._told and now - self._progress_at > AGAIN_SECONDS:
            self._told, self._progress_at = 0, now
        said = False
        while self._told < min(len(self._unheard), WINDOW):
            if not self._told:
                self._progress_at = now
            end = min(len(self._unheard), WINDOW, self._told + MOST_RECORDS)
            some = tuple(self._unheard[i] for i in range(self._told, end))
            first, self._told, said = self._first + self._told, end, True
            yield first, some
        if not said and (self._owes or now - self._said_at >= SAY_SECONDS):
            said = True
            yield self._first, ()
        if said:
            self._said_at, self._owes = now, False
