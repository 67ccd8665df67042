"""Two-hand piano: the left hand becomes the conditioning, the right hand the target."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from jambot.errors import UsageError
from jambot.music import Note, by_onset, one_line
from jambot.roles.sources.hands import grips, right_hand

HANDS = "hands"
Split = int | str
"""Where two hands part: a pitch 1–127, or `HANDS`, which follows them."""


def parse_splits(text: Split) -> tuple[Split, ...]:
    """The splits in `52,55,60,hands`, each once. Raises UsageError for what is none."""
    splits: list[Split] = []
    for word in str(text).split(","):
        word = word.strip().lower()
        pitch = int(word) if word.isdecimal() and word.isascii() and len(word) < 4 else 0
        if word != HANDS and not 1 <= pitch <= 127:
            raise UsageError(
                f"split pitch {word!r}", f"1–127 or {HANDS}", "such as 60, or 52,55,60,hands"
            )
        splits.append(HANDS if word == HANDS else pitch)
    return tuple(dict.fromkeys(splits))


def on_the_right(notes: Sequence[Note], split: Split) -> NDArray[np.bool_]:
    """For each of `notes`, in playing order, whether the right hand plays it."""
    if isinstance(split, int):
        return np.array([note.pitch >= split for note in notes], dtype=bool)
    return right_hand(notes)


def split_hands(notes: Sequence[Note], split: Split) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """(conditioning, target): the left hand and the right hand, each with all its notes."""
    ordered = by_onset(notes)
    right = on_the_right(ordered, split)
    hands = [
        tuple(note for note, is_right in zip(ordered, right, strict=True) if is_right == side)
        for side in (False, True)
    ]
    return hands[0], hands[1]


def on_top(notes: Sequence[Note]) -> NDArray[np.bool_]:
    """For each of `notes`, in playing order, whether it is the highest of its grip."""
    tops = np.zeros(len(notes), dtype=bool)
    for _, grip in groupby(enumerate(grips(notes)), key=lambda pair: pair[1]):
        tops[max((i for i, _ in grip), key=lambda i: notes[i].pitch)] = True
    return tops


def upper_line(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The highest note of every grip, as one line."""
    ordered = by_onset(notes)
    return tuple(one_line(n for n, top in zip(ordered, on_top(ordered), strict=True) if top))


def split_in_words(split: Split) -> str:
    """How the hands were told apart, for `choice`."""
    return "told apart by following them" if split == HANDS else f"split at {split}"
