"""Does a style play like its own pianists? Its phrases lie nearer to theirs than the default's do.

For each style a forest learns to tell four-bar phrases of the style's own pianists from those of
all others, on the training tunes and by the features of `realism` that both sides have. That it
tells people apart at all is shown on tunes it has not learnt from. Then it hears the style and the
default over the same held-out hands. Needs scikit-learn (the `train` extra).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.errors import DatasetError
from jambot.evaluation.exam.excerpts import Excerpt, alike, excerpt_of, training_solos
from jambot.evaluation.exam.realism import FEATURES, Features, phrases_of, views
from jambot.evaluation.exam.soloists import Soloist
from jambot.evaluation.spread import Interval, ratio_interval
from jambot.music import Note
from jambot.training.material import Material, weight_of

PHRASES_A_STRETCH = 4
"""Of each recording's stretch, spread over it: a long one shall not speak for its pianist alone."""
FOLDS = 5
TREES = 200
FEWEST_OF_A_STYLE = 20
"""Phrases; fewer are no style to learn."""
LONGEST_BARS = 100_000
SEED = 0

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Phrases:
    """People's phrases: `rows` (n, features), and by row its tune and who played it (`metas`)."""

    rows: Features
    tunes: NDArray[np.int64]
    metas: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One style. `auc`: how well its pianists are told from others on unlearnt tunes, by people.

    `style` and `default`: how likely their phrases are, on average, to be by the style's pianists;
    `nearer` the difference over the same bars, with its 95 % interval, whole tunes resampled.
    """

    name: str
    own: int
    others: int
    auc: float
    auc_null: float
    style: float
    default: float
    nearer: float
    nearer_ci: Interval | None

    @property
    def recognised(self) -> bool:
        """Whether the style lies nearer to its own pianists beyond its interval."""
        return self.nearer_ci is not None and self.nearer_ci[0] > 0.0


def peoples_phrases(
    role_dir: Path, source: str | None, features: Sequence[str], tell: Progress
) -> Phrases:
    """Phrases of all training solos of a corpus. Raises DatasetError without any."""
    rows: list[Features] = []
    tunes: list[str] = []
    metas: list[Any] = []
    for done, sample in enumerate(training_solos(role_dir, source)):
        tell("people's phrases", done, done + 1)
        excerpt = excerpt_of(sample, LONGEST_BARS)
        found = [row for _, row in phrases_of(excerpt, excerpt.human)]
        count = min(len(found), PHRASES_A_STRETCH)
        rows += [found[i * len(found) // count] for i in range(count)]
        tunes += [excerpt.tune] * count
        metas += [sample.meta] * count
    if not rows:
        raise DatasetError("no phrases of training solos", "train samples", "prepare them")
    seen = _seen(np.array(rows), features)
    return Phrases(seen, np.unique(tunes, return_inverse=True)[1], tuple(metas))


def recognise(
    name: str,
    tables: Sequence[Material],
    people: Phrases,
    solos: Sequence[tuple[Excerpt, Sequence[Note], Sequence[Note]]],
    features: Sequence[str],
) -> Recognised | None:
    """A style's solos beside the default's: (excerpt, the style's notes, the default's).

    Its pianists are those of `tables`, by their weights, as in training. Empty case: None where
    they, or all others, have fewer than `FEWEST_OF_A_STYLE` phrases, or there is no solo to hear.
    """
    own = np.array([any(table.holds(meta) for table in tables) for meta in people.metas], int)
    pairs = _pairs(solos, features)
    if min(own.sum(), (1 - own).sum()) < FEWEST_OF_A_STYLE or not pairs:
        return None
    weights = np.array([weight_of(meta, tables) for meta in people.metas])
    shuffled = np.random.default_rng(SEED).permutation(own)
    forest = _forest().fit(people.rows, own, sample_weight=weights)
    by_tune: dict[str, list[tuple[float, float]]] = {}
    likely = []
    for tune, rows in pairs:
        style, default = forest.predict_proba(rows)[:, 1]
        likely.append((style, default))
        by_tune.setdefault(tune, []).append((float(style - default), 1.0))
    style, default = (float(mean) for mean in np.mean(likely, axis=0))
    return Recognised(
        name, int(own.sum()), int((1 - own).sum()), _auc(people, own, weights),
        _auc(people, shuffled, weights), style, default, style - default, ratio_interval(by_tune),
    )  # fmt: skip


def recognise_all(
    default: Soloist,
    styles: Mapping[str, tuple[Soloist, Sequence[Material]]],
    role_dir: Path,
    source: str | None,
    excerpts: Sequence[Excerpt],
    seed: int,
    tell: Progress,
) -> list[Recognised]:
    """Every style over the same excerpts as the default, by the same seeds.

    A style of too few phrases is left out. Raises DatasetError without people's phrases.
    """
    excerpts = alike(excerpts)
    features = views(excerpts)["raw"]
    people = peoples_phrases(role_dir, source, features, tell)

    def played(soloist: Soloist) -> list[tuple[Note, ...]]:
        found = []
        for done, excerpt in enumerate(excerpts):
            tell(f"{soloist.name}: improvising", done, len(excerpts))
            found.append(soloist.solo(excerpt, seed + done).notes)
        return found

    usual = played(default)
    found = []
    for name, (soloist, tables) in styles.items():
        solos = list(zip(excerpts, played(soloist), usual, strict=True))
        tell(f"{name}: telling pianists apart", 0, 1)
        found.append(recognise(name, tables, people, solos, features))
    return [one for one in found if one is not None]


def _pairs(
    solos: Sequence[tuple[Excerpt, Sequence[Note], Sequence[Note]]], features: Sequence[str]
) -> list[tuple[str, Features]]:
    """The tune, and the two phrases of the same bars, where both are long enough."""
    found = []
    for excerpt, style, default in solos:
        mine, theirs = (dict(phrases_of(excerpt, notes)) for notes in (style, default))
        for phrase in sorted(mine.keys() & theirs.keys()):
            rows = np.array([mine[phrase], theirs[phrase]])
            found.append((excerpt.tune, _seen(rows, features)))
    return found


def _seen(rows: Features, features: Sequence[str]) -> Features:
    return rows[:, [FEATURES.index(feature) for feature in features]]


def _auc(people: Phrases, own: NDArray[np.int64], weights: Features) -> float:
    """The forest about tunes that it has not learnt from; of shuffled labels 0.5."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    guesses = np.zeros(len(own))
    folds = GroupKFold(min(FOLDS, len(np.unique(people.tunes))))
    for learnt, asked in folds.split(people.rows, own, people.tunes):
        forest = _forest().fit(people.rows[learnt], own[learnt], sample_weight=weights[learnt])
        known = list(forest.classes_)
        if 1 in known:
            guesses[asked] = forest.predict_proba(people.rows[asked])[:, known.index(1)]
    return float(roc_auc_score(own, guesses))


def _forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        TREES, min_samples_leaf=3, class_weight="balanced", random_state=SEED, n_jobs=1
    )
