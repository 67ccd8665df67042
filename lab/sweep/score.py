"""By what the cells of a sweep are ordered, and how sure the order is.

Whatever the score, less is better, a cell's score is the mean over its solos, and its interval and
that of its difference from another cell resample whole tunes: all cells play the same bars by the
same seeds, so differences are taken solo by solo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jambot.errors import UsageError
from jambot.evaluation.exam.human_band import FURTHEST, SEVEN, distance
from jambot.evaluation.exam.results import FIGURES, Attempt
from jambot.evaluation.figures import figure_at
from jambot.evaluation.spread import Interval, Spread, ratio_interval

DEAD_AIR, DISTANCE, PEOPLES = "dead_air.ratio", "distance", "people:"


@dataclass(frozen=True, slots=True)
class Score:
    """`dead_air.ratio` as it is, or how far `figures` lie from people's on the same bars.

    The distance is `human_band.distance`: 0 is the median person, 1 the edge of the middle half. A
    solo without a note is dead air from end to end, and as far from people as can be.
    """

    name: str
    figures: tuple[str, ...] = ()

    @classmethod
    def named(cls, name: str) -> "Score":
        """The score of this name: `dead_air.ratio`, `distance`, or `people:` and a figure.

        Raises UsageError for any other.
        """
        figure = name.removeprefix(PEOPLES)
        if name == DEAD_AIR:
            return cls(name)
        if name == DISTANCE:
            return cls(name, SEVEN)
        if name.startswith(PEOPLES) and figure in FIGURES:
            return cls(name, (figure,))
        raise UsageError(
            f"--score {name}",
            f"{DEAD_AIR}, {DISTANCE}, or {PEOPLES}FIGURE (nearest to people's) with one of "
            + ", ".join(FIGURES),
        )

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        if not self.figures:
            return "share of the solo inside rests of 180 ms and more, the least is best"
        what = "seven figures" if self.figures == SEVEN else self.figures[0]
        return f"distance of {what} from people's on the same bars, the least is best"

    def of(self, attempt: Attempt, people: Mapping[str, Spread]) -> float:
        """One solo's score. What people cannot be compared on counts as their median."""
        if not attempt.solo:
            return FURTHEST if self.figures else 1.0
        if not self.figures:
            return figure_at(attempt.row, self.name) or 0.0
        return distance(attempt.row, people, self.figures) or 0.0


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over solos with its 95 % interval, tunes resampled."""

    mean: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Of a difference: whether 0 lies outside its interval."""
        return self.low > 0 or self.high < 0


def mean_over_tunes(values: Sequence[float], tunes: Sequence[str]) -> Mean:
    """The mean of one or more values, each of the tune beside it.

    >>> mean_over_tunes([1.0, 3.0], ["a", "a"])
    Mean(mean=2.0, low=2.0, high=2.0)
    """
    by_tune: dict[str, list[tuple[float, float]]] = {}
    for value, tune in zip(values, tunes, strict=True):
        by_tune.setdefault(tune, []).append((value, 1.0))
    mean = float(np.mean(values))
    interval: Interval = ratio_interval(by_tune) or (mean, mean)
    return Mean(mean, *interval)
