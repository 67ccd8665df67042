"""How hard the hands strike, as the intensity asked of the solo."""

from bisect import bisect_right
from dataclasses import dataclass

EDGES = (52.0, 64.0, 106.0, 116.0)
"""Mean velocities where the asking changes: very soft, soft, free, hard, very hard. Of 21,174 runs
of twelve notes in 150 files of POP909, 1 % lie below the first, 6 % below the second, 8 % above the
third and 2 % above the fourth: ordinary playing leaves the intensity to the model."""
ASKED = (0.1, 0.3, None, 0.7, 0.9)
"""What each of the five asks for: the middles of the knob's levels, and nothing."""
USUAL = 85.0
"""The median of the same runs: where it is before anything was struck."""
KEYS = 12.0
"""About so many keys, two or three chords, make a new mean."""
LOUD_SPAN = 80.0
"""Velocities from the softest to the loudest that hands keep up."""
MARGIN = 2.0
"""So far beyond an edge the mean has to be before it counts as crossed."""


@dataclass(slots=True)
class Touch:
    """Follows the hands, slowly; `on` is False while somebody else sets the intensity.

    Threads: the stage's alone.
    """

    on: bool = True
    _mean: float = USUAL
    _level: int = 2

    def strike(self, velocity: int) -> None:
        """A key went down."""
        self._mean += (velocity - self._mean) / KEYS
        low = EDGES[self._level - 1] - MARGIN if self._level else 0.0
        high = EDGES[self._level] + MARGIN if self._level < len(EDGES) else 128.0
        if not low <= self._mean < high:
            self._level = bisect_right(EDGES, self._mean)

    @property
    def loudness(self) -> float:
        """How loud the hands are, 0 to 1; the usual is 0.5."""
        return min(1.0, max(0.0, 0.5 + (self._mean - USUAL) / LOUD_SPAN))

    @property
    def intensity(self) -> float | None:
        """What is asked for, 0–1; None leaves it free."""
        return ASKED[self._level]
