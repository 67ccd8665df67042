"""Two-hand piano: the lower register becomes the conditioning, the upper line the target."""

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
    """(conditioning, target): the top of the right hand, and everything else.

    Inner notes of the right hand that are struck together with a higher one go to the conditioning:
    they are harmony, not line.
    """
    ordered = by_onset(notes)
    right = on_the_right(ordered, split)
    upper = [note for note, is_right in zip(ordered, right, strict=True) if is_right]
    lower = [note for note, is_right in zip(ordered, right, strict=True) if not is_right]
    top: list[Note] = []
    for _, grip in groupby(zip(grips(upper), upper, strict=True), key=lambda pair: pair[0]):
        by_pitch = sorted((note for _, note in grip), key=lambda note: note.pitch)
        top.append(by_pitch[-1])
        lower += by_pitch[:-1]
    return tuple(by_onset(lower)), tuple(one_line(top))


def split_in_words(split: Split) -> str:
    """How the hands were told apart, for `choice`."""
    return "told apart by following them" if split == HANDS else f"split at {split}"
