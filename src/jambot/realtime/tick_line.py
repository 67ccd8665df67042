"""The straight line through the last ticks of a clock: how long one is, when it really was."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TICKS_PER_BEAT = 24
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

    Threads: the stage's alone.
    """

    def __init__(self, bpm: float) -> None:
        self.number = -1
        self.seconds = 0.0
        """When the last tick was, smoothed."""
        self.period = 60.0 / (bpm * TICKS_PER_BEAT)
        """Seconds a tick."""
        self.lost = 0
        self._ticks: deque[tuple[int, float]] = deque(maxlen=WINDOWS[0])
        self._doubt: _Doubt | None = None

    def hear(self, seconds: float) -> None:
        """A tick came in at `seconds`, by the stage's clock."""
        missed = self._missed(seconds)
        if missed and self._doubt is None:
            self._doubt = _Doubt(self.number, self.period, self.lost, [self._ticks[-1][1]])
        self.number += 1 + missed
        self.lost += missed
        self._ticks.append((self.number, seconds))
        if self._doubt is not None:
            self._decide(self._doubt, seconds)
        self._fit()

    def _missed(self, seconds: float) -> int:
        """How many ticks must have been lost before this one."""
        if not self._ticks:
            return 0
        gap = seconds - self._ticks[-1][1]
        if gap > PAUSE_SECONDS:
            self._ticks.clear()
            self._ticks.append((self.number, seconds - gap))
            self._doubt = None
            return max(0, round(gap / self.period) - 1)
        if len(self._ticks) < FEWEST or gap < LONG_GAP * self.period:
            return 0
        return max(0, round((seconds - self.seconds) / self.period) - 1)

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
            self.period = (doubt.ticks[-1] - doubt.ticks[0]) / DECIDE_TICKS
            self._ticks.clear()
            self._ticks += enumerate(doubt.ticks, doubt.number)

    def _fit(self) -> None:
        ticks = np.array(self._ticks)
        numbers, times = ticks[:, 0] - self.number, ticks[:, 1]
        if len(ticks) < FEWEST:
            self._begin(numbers, times)
            return
        for window in WINDOWS:
            if window <= len(ticks) or window == WINDOWS[-1]:
                slope, at = _line(numbers[-window:], times[-window:])
                off = times[-RECENT:] - (at + slope * numbers[-RECENT:])
                if abs(float(off.mean())) < FIT_SECONDS or window == WINDOWS[-1]:
                    break
        self.period, self.seconds = max(slope, 1e-3), at

    def _begin(self, numbers: NDArray[np.float64], times: NDArray[np.float64]) -> None:
        """With few ticks: the tempo known before, unless they plainly tell another."""
        if len(times) >= 3:
            mean = float((times[-1] - times[0]) / (numbers[-1] - numbers[0]))
            if abs(mean - self.period) > PRIOR_TOLERANCE * self.period:
                self.period = mean
        self.seconds = float((times - numbers * self.period).mean())


def _line(numbers: NDArray[np.float64], times: NDArray[np.float64]) -> tuple[float, float]:
    """Least squares: seconds a tick, and the time of tick 0."""
    centred = numbers - numbers.mean()
    slope = float((centred * times).sum() / (centred * centred).sum())
    return slope, float(times.mean() - slope * numbers.mean())
