"""When a plugin's frames are: its host's time on the stage's clock, and where its song is.

A host asks for its blocks in bursts, some milliseconds late and never early. So the earliest
reading of the last two seconds says when a frame is; the last one would tremble with the bursts.
"""

from collections import deque
from dataclasses import dataclass

from jambot.realtime.ports.plugin_wire import HAS_BEAT, JUMPED, PLAYING, HostReport

WINDOW_SECONDS = 2.0


class Earliest:
    """The least of the values of the last two seconds. Threads: its owner's alone."""

    def __init__(self) -> None:
        self._values: deque[tuple[float, float]] = deque()

    def add(self, at: float, value: float) -> None:
        """One more value; those that it makes needless are let go of."""
        while self._values and self._values[-1][1] >= value:
            self._values.pop()
        self._values.append((at, value))
        while self._values[0][0] < at - WINDOW_SECONDS:
            self._values.popleft()

    @property
    def least(self) -> float:
        """Ask only where there is a value."""
        return self._values[0][1]


@dataclass(frozen=True, slots=True)
class HostPlace:
    """Where a host's song is: on `beat` (quarters) at `seconds`, going on at `bpm` if it plays.

    `jumps` counts the starts, stops and jumps so far.
    """

    playing: bool
    seconds: float
    beat: float
    bpm: float
    beats_per_bar: float
    jumps: int

    def beat_at(self, seconds: float) -> float:
        """The song's beat at a time of the stage's clock; a song at rest stays where it is."""
        gone = seconds - self.seconds if self.playing else 0.0
        return self.beat + gone * self.bpm / 60.0


class HostLine:
    """Frames to seconds and back, from the reports of one conversation.

    Threads: the stage's alone.
    """

    def __init__(self) -> None:
        self.rate = 0.0
        self._era = -1
        self._transit, self._begun, self._blocks = Earliest(), Earliest(), Earliest()
        self._last: HostReport | None = None
        self._jumps = 0

    @property
    def known(self) -> bool:
        """Whether there has been a report."""
        return self._last is not None

    @property
    def block_seconds(self) -> float:
        """The longest of the last blocks; 0 before one."""
        return -self._blocks.least / self.rate if self._last is not None else 0.0

    def hear(self, report: HostReport, arrived: float) -> None:
        """Take in a report that came at `arrived` on the stage's clock."""
        if report.era != self._era or report.rate != self.rate:
            self._era, self.rate = report.era, report.rate
            self._begun, self._blocks = Earliest(), Earliest()
        self._transit.add(arrived, arrived - report.sent_ns * 1e-9)
        self._begun.add(arrived, report.map_ns * 1e-9 - report.map_frame / report.rate)
        self._blocks.add(arrived, -float(report.block))
        self._jumps += bool(report.flags & JUMPED)
        self._last = report

    def seconds_at(self, frame: int) -> float:
        """When a frame sounds, latencies of the host's own aside."""
        return self._begun.least + self._transit.least + frame / self.rate

    def frame_at(self, seconds: float) -> int:
        """The frame nearest to a time; never before the first."""
        return max(0, round((seconds - self._begun.least - self._transit.least) * self.rate))

    def place(self) -> HostPlace | None:
        """Where the song is; None where the host has no song."""
        last = self._last
        if last is None or not last.flags & HAS_BEAT:
            return None
        at = self.seconds_at(last.beat_frame)
        playing = bool(last.flags & PLAYING)
        return HostPlace(playing, at, last.beat, last.bpm, last.beats_per_bar, self._jumps)
