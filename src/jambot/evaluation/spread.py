"""How a figure spreads over tunes: median, quartiles, and how sure the median is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """`median` with its 95 % bootstrap interval (`ci_low`–`ci_high`), and the quartiles.

    `n` counts the excerpts; the interval resamples whole tunes, since excerpts of one tune are
    alike.
    """

    n: int
    median: float
    q1: float
    q3: float
    ci_low: float
    ci_high: float


def spread(by_tune: Mapping[str, Sequence[float]]) -> Spread | None:
    """The spread of a figure given for each tune; None without any value.

    >>> spread({"a": [1.0], "b": [3.0], "c": [2.0]}).median
    2.0
    """
    tunes = [np.asarray(values, float) for values in by_tune.values() if len(values)]
    if not tunes:
        return None
    every = np.concatenate(tunes)
    q1, median, q3 = (float(q) for q in np.percentile(every, (25, 50, 75)))
    low, high = np.percentile(_resampled_medians(tunes), (2.5, 97.5))
    return Spread(len(every), median, q1, q3, float(low), float(high))


def _resampled_medians(tunes: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The median of all values, each tune's taken as often as it was drawn: `RESAMPLES` times."""
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(tunes), (RESAMPLES, len(tunes)))
    times = (drawn[:, :, None] == np.arange(len(tunes))).sum(axis=1)
    every = np.concatenate(tunes)
    order = np.argsort(every)
    tune_of = np.repeat(np.arange(len(tunes)), [len(values) for values in tunes])[order]
    reached = times[:, tune_of].cumsum(axis=1)
    count = reached[:, -1:]
    lower = (reached < (count + 1) // 2).sum(axis=1)
    upper = (reached < count // 2 + 1).sum(axis=1)
    ranked = every[order]
    medians: NDArray[np.float64] = (ranked[lower] + ranked[upper]) / 2
    return medians


def ratio_interval(parts: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """95 % bootstrap interval of sum(a) ÷ sum(b) over tunes' (a, b); None where b is empty."""
    table = np.asarray(parts, float).reshape(-1, 2)
    if not len(table) or table[:, 1].sum() <= 0:
        return None
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(table), (RESAMPLES, len(table)))
    sums = table[drawn].sum(axis=1)
    ratios = sums[:, 0] / np.maximum(sums[:, 1], 1e-12)
    low, high = (float(q) for q in np.percentile(ratios, (2.5, 97.5)))
    return low, high
