"""Can a classifier tell the model's phrases from people's? The nearer to 0.5, the more human.

Phrases are four bars of an excerpt, the person's and the model's of the very same bars. A forest
learns on some tunes and is asked about others; its area under the ROC curve is the figure. `raw`
sees pitch, rhythm, micro-timing and durations (`FEATURES`), `pitch` the pitches alone. The null
learns with labels shuffled within tunes: what the method finds where there is nothing to find.
Needs scikit-learn (the `train` extra).
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.metrics import ChordLine
from jambot.evaluation.spread import auc_interval
from jambot.music import Note, by_onset

PHRASE_BARS = 4
FEWEST_NOTES = 6
"""A phrase with fewer notes, on either side, says too little and is left out with its twin."""
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
FEATURES = (
    *PITCH_FEATURES,
    "notes", "time between onsets", "spread of that time", "median of that time", "length",
    "spread of lengths", "legato", "spread of legato", "gaps over a beat",
    *(f"onsets at {place}/{GRID} of a beat" for place in range(GRID)),
)  # fmt: skip
"""What `raw` sees, in the order of a phrase's row."""
TELLS = 6
"""How many of the features that give a model away are named."""

Features = NDArray[np.float64]


def realism_auc(
    pairs: Sequence[tuple[Excerpt, Sequence[Note]]], seed: int = 0
) -> dict[str, Any] | None:
    """`raw` and `pitch` AUC with intervals and nulls, for excerpts and the model's solos over them.

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
    for name, seen in (("raw", rows), ("pitch", rows[:, : len(PITCH_FEATURES)])):
        guesses = _guesses(seen, labels, groups, seed)
        found[name] = _auc(labels, guesses)
        found[f"{name}_ci"] = auc_interval(guesses, labels, groups)
        nulls = [_auc(null, _guesses(seen, null, groups, seed)) for null in shuffled]
        found[f"{name}_null"] = float(np.mean(nulls))
    found["tells"] = _tells(rows, labels, seed)
    return found


def phrase_features(notes: Sequence[Note], chords: ChordLine, start_beats: float) -> Features:
    """A phrase as numbers, the pitch features first; needs two notes.

    Pitch: mean, spread, range, distinct pitch classes, chord tones, a histogram of intervals, and
    how often the line turns. Rhythm, in 24ths of a beat: notes, time between onsets, durations, how
    legato, and a histogram of places in the beat, where micro-timing shows.
    """
    line = by_onset(notes)
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
    time = [
        len(line), gaps.mean(), gaps.std(), np.median(gaps), lengths.mean(), lengths.std(),
        legato.mean(), legato.std(), (gaps > GRID).mean(),
    ]  # fmt: skip
    return np.concatenate([pitch, steps / max(len(moves), 1), [turns], time, places])


def _phrases(
    pairs: Sequence[tuple[Excerpt, Sequence[Note]]],
) -> tuple[Features, NDArray[np.int64], list[str]]:
    rows: list[Features] = []
    labels: list[int] = []
    tunes: list[str] = []
    for excerpt, generated in pairs:
        chords, length = ChordLine.of(excerpt.chords), PHRASE_BARS * excerpt.meter.beats_per_bar
        for phrase in range(excerpt.bars // PHRASE_BARS):
            start = excerpt.start_beats + phrase * length
            both = [
                [n for n in solo if start <= n.onset_beats < start + length]
                for solo in (excerpt.human, generated)
            ]
            if min(map(len, both)) < FEWEST_NOTES:
                continue
            rows += [phrase_features(notes, chords, start) for notes in both]
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


def _guesses(
    rows: Features, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int
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


def _tells(rows: Features, labels: NDArray[np.int64], seed: int) -> list[dict[str, Any]]:
    weights = _forest(seed).fit(rows, labels).feature_importances_
    people, model = (rows[labels == label].mean(axis=0) for label in (0, 1))
    return [
        {
            "feature": FEATURES[i],
            "weight": float(weights[i]),
            "people": float(people[i]),
            "model": float(model[i]),
        }
        for i in np.argsort(-weights, kind="stable")[:TELLS]
    ]


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
