"""Can a classifier tell the model's phrases from people's? The nearer to 0.5, the more human.

Phrases are four bars of an excerpt, the person's and the model's of the very same bars. A forest
learns on some tunes and is asked about others; its area under the ROC curve is the figure. `pitch`
sees the line on top of the strikes, `texture` what is struck with it (of pianists alone), `raw`
both, with rhythm, micro-timing and durations. What nobody knows of people's notes is seen of no
side. The null learns with labels shuffled within tunes: what the method finds where there is
nothing to find.
Needs scikit-learn (the `train` extra).
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.metrics import ChordLine
from jambot.evaluation.spread import auc_interval
from jambot.music import Note, strikes

PHRASE_BARS = 4
FEWEST_STRIKES = 6
"""A phrase with fewer strikes, on either side, says too little and is left out with its twin."""
FOLDS = 5
TREES = 200
NULLS = 3
INTERVAL_EDGES = (-7.5, -4.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 4.5, 7.5)
GRID = 24
"""Both sides' times are rounded to this part of a beat (the tokens' own, 15 ms at 170 bpm): with
finer times the forest names the grid, which no ear does, and any model measures 1.000."""
INTERVALS = ("≤ -8", "-7 … -5", "-4, -3", "-2", "-1", "0", "1", "2", "3, 4", "5 … 7", "≥ 8")
PITCH_FEATURES = (
    "mean pitch", "pitch spread", "pitch range", "distinct pitch classes", "chord tones",
    *(f"intervals {semitones}" for semitones in INTERVALS), "turns",
)  # fmt: skip
"""What `pitch` sees of a phrase."""
TIME_FEATURES = (
    "strikes", "time between onsets", "spread of that time", "median of that time",
    "gaps over a beat", *(f"onsets at {place}/{GRID} of a beat" for place in range(GRID)),
)  # fmt: skip
LENGTH_FEATURES = "length", "spread of lengths", "legato", "spread of legato"
WIDEST = 13
"""Semitones below the top note: these and more are one."""
SIZES = 2, 3, 4
QUARTERS = 4
TEXTURE_FEATURES = (
    "notes a strike", *(f"strikes of {size} and more" for size in SIZES),
    *(f"notes {semitones} below the top" for semitones in range(1, WIDEST)), "notes further below",
    "span of chords", "spread of spans", "kinds of chords", "chords in a row",
    *(f"chords in quarter {quarter + 1} of a beat" for quarter in range(QUARTERS)),
)  # fmt: skip
"""What `texture` sees; a chord is a strike of two notes and more."""
FEATURES = (*PITCH_FEATURES, *TIME_FEATURES, *LENGTH_FEATURES, *TEXTURE_FEATURES)
"""A phrase's row."""
TELLS = 6
"""How many of the features that give a model away are named."""

Features = NDArray[np.float64]


def realism_auc(
    pairs: Sequence[tuple[Excerpt, Sequence[Note]]], seed: int = 0
) -> dict[str, Any] | None:
    """`raw`, `pitch` and `texture` AUC, intervals and nulls, of the model's solos over excerpts.

    Formula: the share of pairs of a person's phrase and a model's that the forest, which has not
    seen their tunes, puts in order. `tells` are the features that the forest leans on most, with
    their mean in people's phrases and in the model's. Reference: Lopez-Paz & Oquab, "Revisiting
    Classifier Two-Sample Tests", ICLR 2017.
    Empty case: None without scikit-learn, or with phrases of fewer than two tunes.
    """
    if find_spec("sklearn") is None:
        return None
    rows, labels, tunes = _phrases(pairs)
    if len(set(tunes)) < 2:
        return None
    groups = np.unique(tunes, return_inverse=True)[1]
    random = np.random.default_rng(seed)
    shuffled = [_shuffled_within(labels, groups, random) for _ in range(NULLS)]
    found: dict[str, Any] = {"phrases": len(labels)}
    seen_by = views([excerpt for excerpt, _ in pairs])
    for name, features in seen_by.items():
        seen = rows[:, [FEATURES.index(feature) for feature in features]]
        guesses = model_guesses(seen, labels, groups, seed)
        found[name] = _auc(labels, guesses)
        found[f"{name}_ci"] = auc_interval(guesses, labels, groups)
        nulls = [_auc(null, model_guesses(seen, null, groups, seed)) for null in shuffled]
        found[f"{name}_null"] = float(np.mean(nulls))
    found["tells"] = _tells(rows, labels, seen_by["raw"], seed)
    return found


def views(excerpts: Sequence[Excerpt]) -> dict[str, tuple[str, ...]]:
    """Which features each forest sees: `raw`, `pitch` and, of pianists' excerpts, `texture`.

    Lengths are left out where they are unknown of any of them.
    """
    timed = all("duration" not in excerpt.unknown for excerpt in excerpts)
    raw = (*PITCH_FEATURES, *TIME_FEATURES, *(LENGTH_FEATURES if timed else ()))
    if not any(excerpt.player == "pianist" for excerpt in excerpts):
        return {"raw": raw, "pitch": PITCH_FEATURES}
    raw = (*raw, *TEXTURE_FEATURES)
    return {"raw": raw, "pitch": PITCH_FEATURES, "texture": TEXTURE_FEATURES}


def phrase_features(notes: Sequence[Note], chords: ChordLine, start_beats: float) -> Features:
    """A phrase as numbers, in the order of `FEATURES`; needs two strikes.

    Pitch, of the strikes' top notes: mean, spread, range, distinct pitch classes, chord tones, a
    histogram of intervals, and how often the line turns. Rhythm, in 24ths of a beat: strikes, time
    between onsets, a histogram of places in the beat, where micro-timing shows, and the top notes'
    durations and how legato they are. Texture: `_texture`.
    """
    struck = strikes(notes)
    line = [strike[0] for strike in struck]
    pitches = np.array([n.pitch for n in line], float)
    onsets = np.round([(n.onset_beats - start_beats) * GRID for n in line])
    lengths = np.maximum(np.round([n.duration_beats * GRID for n in line]), 1)
    moves, gaps = np.diff(pitches), np.maximum(np.diff(onsets), 0.5)
    heard = [chords.at(n.onset_beats) for n in line]
    inside = np.mean([n.pitch % 12 in (c or ()) for n, c in zip(line, heard, strict=True)])
    turns = np.mean(np.sign(moves[1:]) != np.sign(moves[:-1])) if len(moves) > 1 else 0.0
    places = np.bincount(onsets.astype(int) % GRID, minlength=GRID) / len(line)
    pitch = [pitches.mean(), pitches.std(), np.ptp(pitches), len(set(pitches % 12)), inside]
    steps = np.bincount(np.digitize(moves, INTERVAL_EDGES), minlength=len(INTERVAL_EDGES) + 1)
    legato = np.minimum(lengths[:-1] / gaps, 2.0)
    time = [len(line), gaps.mean(), gaps.std(), np.median(gaps), (gaps > GRID).mean()]
    long = [lengths.mean(), lengths.std(), legato.mean(), legato.std()]
    intervals = steps / max(len(moves), 1)
    return np.concatenate([pitch, intervals, [turns], time, places, long, _texture(struck, onsets)])


def _texture(struck: Sequence[Sequence[Note]], onsets: Features) -> Features:
    """Of strikes at `onsets`, in 24ths: how many notes, how far below the top, how wide, where.

    Intervals below the top are shares of the notes there; `kinds of chords` is the share of chords
    that are of a shape not struck before in the phrase, `chords in a row` that of the chords that
    follow another; a quarter of the beat without a strike has no chords. No chords: zeros.
    """
    sizes = np.array([len(strike) for strike in struck])
    shapes = [tuple(strike[0].pitch - n.pitch for n in strike[1:]) for strike in struck]
    below = [min(interval, WIDEST) for shape in shapes for interval in shape]
    hung = np.bincount(below, minlength=WIDEST + 1)[1:] / max(len(below), 1)
    chords = sizes >= 2
    spans = np.array([shape[-1] for shape in shapes if shape] or [0])
    count = max(int(chords.sum()), 1)
    kinds = len({shape for shape in shapes if shape}) / count
    in_a_row = (chords[1:] & chords[:-1]).sum() / count
    quarters = (onsets.astype(int) % GRID) * QUARTERS // GRID
    where = [chords[quarters == q].mean() if (quarters == q).any() else 0 for q in range(QUARTERS)]
    counted = [sizes.mean(), *((sizes >= size).mean() for size in SIZES)]
    return np.array([*counted, *hung, spans.mean(), spans.std(), kinds, in_a_row, *where], float)


def phrases_of(excerpt: Excerpt, notes: Sequence[Note]) -> Iterator[tuple[int, Features]]:
    """Number and features of every phrase of `PHRASE_BARS` bars with enough strikes."""
    chords, length = ChordLine.of(excerpt.chords), PHRASE_BARS * excerpt.meter.beats_per_bar
    for phrase in range(excerpt.bars // PHRASE_BARS):
        start = excerpt.start_beats + phrase * length
        here = [n for n in notes if start <= n.onset_beats < start + length]
        if len(strikes(here)) >= FEWEST_STRIKES:
            yield phrase, phrase_features(here, chords, start)


def _phrases(
    pairs: Sequence[tuple[Excerpt, Sequence[Note]]],
) -> tuple[Features, NDArray[np.int64], list[str]]:
    rows: list[Features] = []
    labels: list[int] = []
    tunes: list[str] = []
    for excerpt, generated in pairs:
        human, model = (dict(phrases_of(excerpt, solo)) for solo in (excerpt.human, generated))
        for phrase in sorted(human.keys() & model.keys()):
            rows += [human[phrase], model[phrase]]
            labels += [0, 1]
            tunes += [excerpt.tune] * 2
    return np.array(rows), np.array(labels, np.int64), tunes


def _shuffled_within(
    labels: NDArray[np.int64], groups: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    shuffled = labels.copy()
    for group in np.unique(groups):
        here = groups == group
        shuffled[here] = random.permutation(labels[here])
    return shuffled


def model_guesses(
    rows: Features, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int = 0
) -> Features:
    """How sure a forest that knows other tunes only is that each phrase is the model's."""
    from sklearn.model_selection import GroupKFold, cross_val_predict

    folds = GroupKFold(min(FOLDS, len(np.unique(groups))))
    guesses: Features = cross_val_predict(
        _forest(seed), rows, labels, groups=groups, cv=folds, method="predict_proba", n_jobs=1
    )[:, 1]
    return guesses


def _auc(labels: NDArray[np.int64], guesses: Features) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, guesses))


def _tells(
    rows: Features, labels: NDArray[np.int64], features: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    seen = rows[:, [FEATURES.index(feature) for feature in features]]
    weights = _forest(seed).fit(seen, labels).feature_importances_
    people, model = (seen[labels == label].mean(axis=0) for label in (0, 1))
    return [
        {
            "feature": features[i],
            "weight": float(weights[i]),
            "people": float(people[i]),
            "model": float(model[i]),
        }
        for i in np.argsort(-weights, kind="stable")[:TELLS]
    ]


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
