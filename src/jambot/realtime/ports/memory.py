"""Ports without a cable: an input fed by hand and an output that remembers.

Tests, `--fast` runs and the built-in comping performer play through these.
"""

import heapq
from collections import deque

from jambot.music.midi import is_realtime
from jambot.realtime.clock import Clock
from jambot.realtime.ports.port import SentMessage, SoundingNotes, TimedMessage


class MemoryInput:
    """An input that hears what `feed` gives it.

    Threads: one may feed while another polls.
    """

    def __init__(self, clock: Clock) -> None:
        self.alive = True
        self._clock = clock
        self._waiting: deque[TimedMessage] = deque()

    def feed(self, data: bytes, seconds: float | None = None) -> None:
        """Let one message arrive, at `seconds` or now; in order of time."""
        stamp = self._clock.now() if seconds is None else seconds
        self._waiting.append(TimedMessage(stamp, bytes(data)))

    def poll(self) -> list[TimedMessage]:
        """What has arrived by now; a message fed with a later time waits for it."""
        now = self._clock.now()
        arrived: list[TimedMessage] = []
        while self._waiting and self._waiting[0].seconds <= now:
            arrived.append(self._waiting.popleft())
        return arrived

    def close(self) -> None:
        self.alive = False


class RecordingOutput:
    """An output that keeps what left, in `messages`, as a perfect port would have sent it.

    One that does not remember keeps only what `sent` has not been asked for yet.
    With `schedules_ahead` a message leaves exactly when due; without, at the moment of the call.
    Set `alive` to False to play a port that was lost. Threads: for a single thread.
    """

    def __init__(self, clock: Clock, schedules_ahead: bool = True, remembers: bool = True) -> None:
        self.schedules_ahead = schedules_ahead
        self._remembers = remembers
        self.alive = True
        self._clock = clock
        self._waiting: list[tuple[float, int, bytes]] = []
        self._handed_in = 0
        self._left: list[SentMessage] = []
        self._drained = 0
        self._sounding = SoundingNotes()

    @property
    def messages(self) -> list[TimedMessage]:
        """Everything that has left by now, oldest first."""
        self._let_go()
        return [TimedMessage(sent.actual_seconds, sent.data) for sent in self._left]

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        self._let_go()
        if not self.alive:
            return
        now = self._clock.now()
        due = now if at_seconds is None else at_seconds
        if self.schedules_ahead and due > now:
            heapq.heappush(self._waiting, (due, self._handed_in, bytes(data)))
            self._handed_in += 1
        else:
            self._leave(due, now, bytes(data))

    def sent(self) -> list[SentMessage]:
        self._let_go()
        fresh = self._left[self._drained :]
        if not self._remembers:
            self._left.clear()
        self._drained = len(self._left)
        return fresh

    def silence(self) -> None:
        self._let_go()
        self._waiting = [due for due in self._waiting if is_realtime(due[2])]
        heapq.heapify(self._waiting)
        now = self._clock.now()
        for note_off in self._sounding.note_offs():
            self._leave(now, now, note_off)

    def close(self) -> None:
        if self.alive:
            self.silence()
            self.alive = False

    def _let_go(self) -> None:
        """Let every waiting message leave that was due by now."""
        while self.alive and self._waiting and self._waiting[0][0] <= self._clock.now():
            due, _, data = heapq.heappop(self._waiting)
            self._leave(due, due, data)

    def _leave(self, due: float, actual: float, data: bytes) -> None:
        sent = SentMessage(due, actual, data)
        self._left.append(sent)
        self._sounding.follow(sent.midi)
