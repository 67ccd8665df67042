"""Which hand plays which note, where nobody wrote it down: a split that follows the hands.

The split is the pitch between the hands, grip by grip. The cheapest path through all grips is taken
(Viterbi), where it costs something to stretch a hand, to leave a note next to the split, to mix
registers that the last and the coming beats keep apart, to stray from middle C, and to move.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jambot.music import Note

TOGETHER_BEATS = 0.06
"""Notes this close to each other are one grip of the hand (30 ms at 120 bpm)."""
SPLITS = np.arange(40, 81)
"""Where the hands may part: E2 to G#5."""
REACH = 12
"""Semitones a hand grips with ease."""
MIDDLE = 60
AROUND_BEATS = 2.0
HELD_NOTES = 24
"""How many notes back one that still sounds is looked for."""
NEAR, STRETCH, MIXED, STRAY, MOVE = 1.0, 1.0, 1.0, 0.1, 0.5
"""What each costs, by the semitone; measured by `jambot prepare --compare-splits`."""
BLOCK = 2048
"""Grips worked on at once, so that memory does not grow with the file."""

_PITCHES = np.arange(128)
_CLOSENESS = np.exp(-np.abs(_PITCHES[:, None] + 0.5 - SPLITS) / 2.0)


def grips(notes: Sequence[Note], together_beats: float = TOGETHER_BEATS) -> NDArray[np.int64]:
    """The number of the grip each note belongs to; `notes` in playing order."""
    numbers, grip, began = np.zeros(len(notes), dtype=np.int64), -1, float("-inf")
    for i, note in enumerate(notes):
        if note.onset_beats - began > together_beats:
            grip, began = grip + 1, note.onset_beats
        numbers[i] = grip
    return numbers


def right_hand(notes: Sequence[Note]) -> NDArray[np.bool_]:
    """For each of `notes`, in playing order, whether the right hand plays it."""
    if not notes:
        return np.zeros(0, dtype=bool)
    pitches = np.array([note.pitch for note in notes])
    onsets = np.array([note.onset_beats for note in notes])
    ends = np.array([note.end_beats for note in notes])
    number = grips(notes)
    first = np.searchsorted(number, np.arange(number[-1] + 2))
    blocks = [
        _costs(pitches, onsets, ends, first[start : start + BLOCK + 1])
        for start in range(0, len(first) - 1, BLOCK)
    ]
    return pitches >= SPLITS[_cheapest_path(np.concatenate(blocks))][number]


def _costs(
    pitches: NDArray[np.int64],
    onsets: NDArray[np.float64],
    ends: NDArray[np.float64],
    first: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(grips, splits): what each split costs at each grip; notes of grip k from first[k] on."""
    count = len(first) - 1
    began = onsets[first[:-1]]
    struck, sounding = np.zeros((2, count, 128), dtype=bool)
    for k, (a, b) in enumerate(pairwise(first)):
        struck[k, pitches[a:b]] = True
        back = max(0, a - HELD_NOTES)
        sounding[k, pitches[back:a][ends[back:a] > began[k] + TOGETHER_BEATS]] = True
    near = (struck @ _CLOSENESS) / np.sqrt(struck.sum(axis=1, keepdims=True))
    stretch = _stretch(struck | sounding)
    mixed = _mixed(pitches, onsets, began)
    stray = np.abs(SPLITS - MIDDLE)
    return np.asarray(NEAR * near + STRETCH * stretch + MIXED * mixed + STRAY * stray)


def _stretch(down: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(grips, splits): by how many semitones the keys that are down stretch either hand."""
    below = np.maximum.accumulate(np.where(down, _PITCHES, -1000), axis=1)[:, SPLITS - 1]
    above = np.minimum.accumulate(np.where(down, _PITCHES, 1000)[:, ::-1], axis=1)[:, ::-1]
    lowest, highest = above[:, :1], np.where(down, _PITCHES, -1000).max(axis=1, keepdims=True)
    left = np.maximum(0, below - lowest - REACH)
    right = np.maximum(0, highest - above[:, SPLITS] - REACH)
    return np.asarray(left + right, dtype=float)


def _mixed(
    pitches: NDArray[np.int64], onsets: NDArray[np.float64], began: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(grips, splits): the spread of the notes around, in semitones, within the two hands."""
    start = np.searchsorted(onsets, began[0] - AROUND_BEATS)
    last = np.searchsorted(onsets, began[-1] + AROUND_BEATS)
    heard = np.zeros((last - start + 1, 128), dtype=np.int32)
    heard[np.arange(1, last - start + 1), pitches[start:last]] = 1
    heard = heard.cumsum(axis=0, dtype=np.int32)
    around = (
        heard[np.searchsorted(onsets, began + AROUND_BEATS) - start]
        - heard[np.searchsorted(onsets, began - AROUND_BEATS) - start]
    ).astype(float)
    sums = [(around * _PITCHES**power).cumsum(axis=1) for power in range(3)]
    left = [total[:, SPLITS - 1] for total in sums]
    right = [total[:, -1:] - part for total, part in zip(sums, left, strict=True)]
    squares = sum(two - one**2 / np.maximum(zero, 1) for zero, one, two in (left, right))
    return np.asarray(np.sqrt(np.maximum(squares, 0.0) / sums[0][:, -1:]))


def _cheapest_path(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    moving = MOVE * np.abs(SPLITS[:, None] - SPLITS[None, :])
    came_from = np.zeros(costs.shape, dtype=np.int64)
    total, here = costs[0], np.arange(len(SPLITS))
    for k in range(1, len(costs)):
        ways = total[:, None] + moving
        came_from[k] = ways.argmin(axis=0)
        total = ways[came_from[k], here] + costs[k]
    path = np.zeros(len(costs), dtype=np.int64)
    path[-1] = total.argmin()
    for k in range(len(costs) - 1, 0, -1):
        path[k - 1] = came_from[k, path[k]]
    return path
