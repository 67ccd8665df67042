"""Tempo by tapping along."""

from statistics import median

from jambot.realtime.beats.beat_line import BeatLine

FEWEST_TAPS = 3
KEPT_TAPS = 6
LONGEST_SECONDS = 2.0
"""A longer pause begins a new count; slower than 30 bpm nobody taps."""
SHORTEST_SECONDS = 0.15
"""What follows sooner is the same tap, bounced (400 bpm)."""


class TapTempo:
    """From the third tap on the beats follow the taps, in tempo and in place.

    The tempo is the median of the last gaps; within the next beat the line is bent so that the
    taps fall on beats. Threads: the stage's alone.
    """

    def __init__(self, line: BeatLine) -> None:
        self._line = line
        self._taps: list[float] = []

    def tap(self, seconds: float) -> float | None:
        """A tap came at `seconds`; the new tempo in beats per minute, None where it tells none."""
        gap = seconds - self._taps[-1] if self._taps else 0.0
        if self._taps and gap < SHORTEST_SECONDS:
            return None
        if gap > LONGEST_SECONDS:
            self._taps.clear()
        self._taps = [*self._taps[1 - KEPT_TAPS :], seconds]
        if len(self._taps) < FEWEST_TAPS:
            return None
        beat_seconds = median(b - a for a, b in zip(self._taps, self._taps[1:], strict=False))
        self._follow(seconds, beat_seconds)
        return 60.0 / beat_seconds

    def _follow(self, seconds: float, beat_seconds: float) -> None:
        if self._line.begun:
            here = self._line.beat_at(seconds)
            self._line.steer(seconds, (round(here) + 1 - here) * 60.0 / beat_seconds)
        self._line.steer(seconds + beat_seconds, 60.0 / beat_seconds)
