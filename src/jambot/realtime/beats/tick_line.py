"""The straight line through the last ticks of a clock: how long one is, when it really was."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jambot.realtime.beats.beat_line import FASTEST_BPM, SLOWEST_BPM

TICKS_PER_BEAT = 24
SHORTEST_PERIOD = 60.0 / (FASTEST_BPM * TICKS_PER_BEAT)
LONGEST_PERIOD = 60.0 / (SLOWEST_BPM * TICKS_PER_BEAT)
WINDOWS = (96, 48, 24, 12, 6)
"""Ticks that a line may be laid through; the longest one that still fits is taken."""
RECENT = 12
FIT_SECONDS = 0.001
"""So near the line the last ticks must be, on average (±3 ms of jitter: 0.5 ms in twelve)."""
FEWEST = 6
"""With fewer ticks nobody can tell a lost one from a slower clock."""
PAUSE_SECONDS = 0.5
"""After such a pause no tick says anything about those before (20 bpm: 0.125 s a tick)."""
PRIOR_TOLERANCE = 0.25
LONG_GAP = 1.25
"""A shorter gap hides no lost tick, with ±3 ms of jitter up to 240 bpm."""
DECIDE_TICKS = 4
"""So many ticks after a gap, with jitter of ±3 ms at 240 bpm, tell what it was."""
TOGETHER_SECONDS = 0.001
"""Ticks nearer than this are one bunch: some hosts write those of a whole period at its start."""
MOST_TOGETHER = 32
"""A period of 8,192 frames holds no more, at the fastest tempo: a bunch of more is no clock's."""
COARSE_TICKS = 96
LOSS_TICKS, MOST_LOST = 48, 4
"""Where more of so many ticks seem lost, none is: they come at the steps of the host's periods."""
RATE_TICKS = 96
MAD_SECONDS = 0.8 * RATE_TICKS * SHORTEST_PERIOD
"""So many ticks in less than this are no clock: faster than the fastest tempo, also for one that
comes in bunches 0.1 s apart."""


@dataclass(slots=True)
class _Doubt:
    """What was known before a gap, and the ticks since, the one before it first."""

    number: int
    period: float
    lost: int
    ticks: list[float]


class TickLine:
    """Numbers the ticks that come in, smooths their times, and makes up for lost ones.

    A tick that comes when the next but one was due means that one was lost; when those that follow
    take as long again, nothing was lost and the clock has become slower. (Where several in a row
    really lose their neighbours the place is wrong, until the next start or song position.)
    Some hosts write a tick at the start of the period it falls in: of a bunch that comes at one
    moment the first alone has a time, and while ticks come so none is taken for lost. Ticks that
    come faster than any tempo are passed over, and the tempo of before them holds.

    Threads: the stage's alone.
    """

    def __init__(self, bpm: float) -> None:
        self.number = -1
        self.seconds = 0.0
        """When the last tick was, smoothed."""
        self.period = _playable(60.0 / (bpm * TICKS_PER_BEAT))
        """Seconds a tick."""
        self.lost = 0
        self._ticks: deque[tuple[int, float]] = deque(maxlen=WINDOWS[0])
        self._doubt: _Doubt | None = None
        self._stamps: deque[tuple[float, float]] = deque(maxlen=RATE_TICKS + 1)
        """When the last ticks came, and the period that held before each."""
        self._mad = False
        self._coarse = 0
        """So many ticks more they are taken to come in the steps of a host, and none for lost."""
        self._made_up: deque[int] = deque(maxlen=LOSS_TICKS)
        """How many were taken for lost before each of the last ticks."""

    def hear(self, seconds: float) -> bool:
        """A tick came in at `seconds`, by the stage's clock; False where it was passed over."""
        before = self._stamps[-1][0] if self._stamps else float("-inf")
        seconds = max(seconds, before)
        self._stamps.append((seconds, self.period))
        if self._too_fast():
            return False
        together = bool(self._ticks) and seconds - before < TOGETHER_SECONDS
        uneven = self._coarse and seconds - before >= LONG_GAP * self.period
        self._coarse = COARSE_TICKS if together or uneven else max(0, self._coarse - 1)
        if together:
            self.number += 1
            self.seconds += self.period
            self._doubt = None
            return True
        missed = self._missed(seconds, seconds - before)
        if missed and self._doubt is None:
            self._doubt = _Doubt(self.number, self.period, self.lost, [self._ticks[-1][1]])
        self.number += 1 + missed
        self.lost += missed
        if sum(self._made_up) > MOST_LOST:
            self._lose_none()
        self._ticks.append((self.number, seconds))
        if self._doubt is not None:
            self._decide(self._doubt, seconds)
        self._fit()
        return True

    def _too_fast(self) -> bool:
        """Whether nobody's clock ticks like that; then all is forgotten that it has spoilt."""
        first, period = self._stamps[0]
        now = self._stamps[-1][0]
        full = len(self._stamps) > RATE_TICKS
        mad = full and now - first < MAD_SECONDS
        if self._ticks and now - self._stamps[-2][0] < TOGETHER_SECONDS:
            mad |= self.number - self._ticks[-1][0] + 2 > MOST_TOGETHER
        if mad and not self._mad:
            self.period = period
        if mad:
            self._ticks.clear()
            self._doubt, self._coarse = None, 0
        self._mad = mad
        return mad

    def _lose_none(self) -> None:
        """No cable loses so many: they are late by the host's own steps."""
        self.number -= sum(self._made_up)
        self.lost -= sum(self._made_up)
        self._made_up.clear()
        self._ticks.clear()
        self._doubt, self._coarse = None, COARSE_TICKS

    def _missed(self, seconds: float, gap: float) -> int:
        """How many ticks must have been lost before this one."""
        if not self._ticks:
            return 0
        if gap > PAUSE_SECONDS:
            self._ticks.clear()
            self._ticks.append((self.number, seconds - gap))
            self._doubt = None
            self._made_up.clear()
            return max(0, round(gap / self.period) - 1)
        missed = 0
        if not self._coarse and len(self._ticks) >= FEWEST and gap >= LONG_GAP * self.period:
            missed = max(0, round((seconds - self.seconds) / self.period) - 1)
        self._made_up.append(missed)
        return missed

    def _decide(self, doubt: "_Doubt", seconds: float) -> None:
        """A gap: was a tick lost, or has the clock become slower? The next ones tell."""
        doubt.ticks.append(seconds)
        if len(doubt.ticks) <= DECIDE_TICKS:
            return
        self._doubt = None
        first, *others = (b - a for a, b in pairwise(doubt.ticks))
        usual = sum(others) / len(others)
        if abs(usual - first) < abs(usual - doubt.period):
            self.number, self.lost = doubt.number + DECIDE_TICKS, doubt.lost
            self.period = _playable((doubt.ticks[-1] - doubt.ticks[0]) / DECIDE_TICKS)
            self._ticks.clear()
            self._ticks += enumerate(doubt.ticks, doubt.number)

    def _fit(self) -> None:
        ticks = np.array(self._ticks)
        numbers, times = ticks[:, 0] - self.number, ticks[:, 1]
        if len(ticks) < FEWEST:
            self._begin(numbers, times)
            return
        near = self.period / 2 if self._coarse else FIT_SECONDS
        for window in WINDOWS:
            if window <= len(ticks) or window == WINDOWS[-1]:
                slope, at = _line(numbers[-window:], times[-window:])
                off = times[-RECENT:] - (at + slope * numbers[-RECENT:])
                if abs(float(off.mean())) < near or window == WINDOWS[-1]:
                    break
        self.period, self.seconds = _playable(slope), at

    def _begin(self, numbers: NDArray[np.float64], times: NDArray[np.float64]) -> None:
        """With few ticks: the tempo known before, unless they plainly tell another."""
        if len(times) >= 3:
            mean = float((times[-1] - times[0]) / (numbers[-1] - numbers[0]))
            if abs(mean - self.period) > PRIOR_TOLERANCE * self.period:
                self.period = _playable(mean)
        self.seconds = float((times - numbers * self.period).mean())


def _playable(period: float) -> float:
    """The period, or the nearest of a tempo that is played."""
    return min(max(period, SHORTEST_PERIOD), LONGEST_PERIOD)


def _line(numbers: NDArray[np.float64], times: NDArray[np.float64]) -> tuple[float, float]:
    """Least squares: seconds a tick, and the time of tick 0."""
    centred = numbers - numbers.mean()
    slope = float((centred * times).sum() / (centred * centred).sum())
    return slope, float(times.mean() - slope * numbers.mean())
