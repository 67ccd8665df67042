"""Does a quantised model play like the one it was made from? Both foretell the same solos.

As `jambot export --check`, which compares with the checkpoint itself, but between two exported
folders, run as the stage runs them, and without torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.prediction import windows_of
from jambot.evaluation.spread import Interval, ratio_interval
from jambot.generation import LanguageModel


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over `places` where a note's token is due in held-out solos.

    `top1`: share of places with the same likeliest token. `kl_mean` and `kl_p99`: Kullback-Leibler
    divergence of the model from the reference, in nats, sum of p (ln p - ln q) over the vocabulary.
    """

    places: int
    top1: float
    top1_ci: Interval | None
    kl_mean: float
    kl_mean_ci: Interval | None
    kl_p99: float


def agreement(
    model: LanguageModel, reference: LanguageModel, excerpts: Sequence[Excerpt]
) -> Agreement | None:
    """Compare the two on the excerpts' solos by people; None where nothing is foretold.

    >>> from jambot.generation import ChordToneModel
    >>> agreement(ChordToneModel(), ChordToneModel(), []) is None
    True
    """
    same: dict[str, list[tuple[float, float]]] = {}
    apart: dict[str, list[tuple[float, float]]] = {}
    every: list[float] = []
    for excerpt in excerpts:
        for header, body, counted in windows_of(excerpt, reference):
            known, played = (_foretold(m, header, body, counted) for m in (reference, model))
            for p, q in zip(known, played, strict=True):
                every.append(float((np.exp(p) * (p - q)).sum()))
                apart.setdefault(excerpt.tune, []).append((every[-1], 1.0))
                same.setdefault(excerpt.tune, []).append((float(p.argmax() == q.argmax()), 1.0))
    if not every:
        return None
    agreed = [one for pairs in same.values() for one, _ in pairs]
    return Agreement(
        len(every),
        float(np.mean(agreed)),
        ratio_interval(same),
        float(np.mean(every)),
        ratio_interval(apart),
        float(np.percentile(every, 99)),
    )


def _foretold(
    model: LanguageModel, header: Sequence[int], body: Sequence[int], counted: set[int]
) -> list[NDArray[np.float64]]:
    """Log-probabilities at each counted place of one window."""
    model.rewind(0)
    pending, found = list(header), []
    for i, token in enumerate(body):
        if i in counted:
            model.append(pending)
            pending = []
            logits = model.logits().astype(np.float64)
            logits -= logits.max()
            found.append(logits - np.log(np.exp(logits).sum()))
        pending.append(token)
    return found
