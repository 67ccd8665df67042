"""Can a classifier tell the model's phrases from people's? The nearer to 0.5, the more human.

Phrases are four bars of an excerpt, the person's and the model's of the very same bars. A forest
learns on some tunes and is asked about others; its area under the ROC curve is the figure. `raw`
sees pitch, rhythm, micro-timing and durations, `pitch` the pitches alone. The null learns with
labels shuffled within tunes: what the method finds where there is nothing to find.
Needs scikit-learn (the `train` extra).
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.excerpts import Excerpt
from jambot.evaluation.metrics import ChordLine
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
PITCH_FEATURES = 5 + len(INTERVAL_EDGES) + 1 + 1
"""How many of a phrase's features, counted from the first, are about pitch."""

Features = NDArray[np.float64]


def realism_auc(
    pairs: Sequence[tuple[Excerpt, Sequence[Note]]], seed: int = 0
) -> dict[str, Any] | None:
    """`raw` and `pitch` AUC with their nulls, for excerpts and the model's solos over them.

    None without scikit-learn, or with phrases of fewer than two tunes.
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
    for name, seen in (("raw", rows), ("pitch", rows[:, :PITCH_FEATURES])):
        found[name] = _cross_validated_auc(seen, labels, groups, seed)
        nulls = [_cross_validated_auc(seen, null, groups, seed) for null in shuffled]
        found[f"{name}_null"] = float(np.mean(nulls))
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


def _cross_validated_auc(
    rows: Features, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int
) -> float:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    forest = RandomForestClassifier(TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
    folds = GroupKFold(min(FOLDS, len(np.unique(groups))))
    guesses = cross_val_predict(
        forest, rows, labels, groups=groups, cv=folds, method="predict_proba", n_jobs=1
    )
    return float(roc_auc_score(labels, guesses[:, 1]))
