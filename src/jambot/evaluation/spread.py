"""How a figure spreads over tunes: median, quartiles, and how sure the median is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0

Interval = tuple[float, float]


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
    return Spread(len(every), median, q1, q3, *_middle(_resampled_medians(tunes)))


def _resampled_medians(tunes: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The median of all values, each tune's taken as often as it was drawn: `RESAMPLES` times."""
    times = _times_drawn(len(tunes))
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


def ratio_interval(by_tune: Mapping[str, Sequence[tuple[float, float]]]) -> Interval | None:
    """95 % bootstrap interval of sum(a) ÷ sum(b) over each tune's pairs (a, b), tunes resampled.

    None where b is empty.

    >>> ratio_interval({"a": [(1.0, 2.0)], "b": [(2.0, 4.0)]})
    (0.5, 0.5)
    """
    table = np.array([np.sum(pairs, axis=0) for pairs in by_tune.values() if len(pairs)])
    if not len(table) or table[:, 1].sum() <= 0:
        return None
    sums = _times_drawn(len(table)) @ table
    return _middle(sums[:, 0] / np.maximum(sums[:, 1], 1e-12))


def auc_interval(
    scores: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.int64]
) -> Interval:
    """95 % bootstrap interval of the area under the ROC curve, whole groups resampled.

    Formula: AUC(w) = sum of w_g w_h wins(g, h) ÷ sum of w_g w_h pairs(g, h), where wins(g, h)
    counts the pairs of a 1 of group g and a 0 of group h that the scores put in order, ties half,
    and w is how often each group was drawn. A resample without both labels cannot come about where
    every group has both.
    """
    names = np.unique(groups)
    wins, pairs = (np.zeros((len(names), len(names))) for _ in range(2))
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            ones = scores[(groups == one) & (labels == 1)][:, None]
            zeros = scores[(groups == other) & (labels == 0)][None, :]
            wins[i, j] = (ones > zeros).sum() + 0.5 * (ones == zeros).sum()
            pairs[i, j] = ones.size * zeros.size
    times = _times_drawn(len(names)).astype(float)
    won, asked = (((times @ table) * times).sum(axis=1) for table in (wins, pairs))
    return _middle(won / np.maximum(asked, 1.0))


def _times_drawn(tunes: int) -> NDArray[np.int64]:
    """How often each tune is drawn in each of `RESAMPLES` resamples, (resamples, tunes)."""
    drawn = np.random.default_rng(SEED).integers(0, tunes, (RESAMPLES, tunes))
    times: NDArray[np.int64] = (drawn[:, :, None] == np.arange(tunes)).sum(axis=1)
    return times


def _middle(found: NDArray[np.float64]) -> Interval:
    low, high = (float(q) for q in np.percentile(found, (2.5, 97.5)))
    return low, high
