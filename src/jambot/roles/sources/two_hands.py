"""Two-hand piano: the lower register becomes the conditioning, the upper line the target."""

from collections.abc import Sequence
from itertools import groupby

from jambot.music import Note, by_onset, one_line

TOGETHER_BEATS = 0.06
"""Notes this close to each other are one grip of the hand (30 ms at 120 bpm)."""


def split_hands(
    notes: Sequence[Note], split_pitch: int
) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """(conditioning, target): the skyline at or above `split_pitch`, and everything else.

    Inner notes above the split that are struck together with a higher one go to the conditioning:
    they are harmony, not line.
    """
    upper = [note for note in notes if note.pitch >= split_pitch]
    lower = [note for note in notes if note.pitch < split_pitch]
    top: list[Note] = []
    for _, grip in groupby(_in_grips(by_onset(upper)), key=lambda pair: pair[0]):
        ordered = sorted((note for _, note in grip), key=lambda note: note.pitch)
        top.append(ordered[-1])
        lower += ordered[:-1]
    return tuple(by_onset(lower)), tuple(one_line(top))


def _in_grips(notes: Sequence[Note]) -> list[tuple[int, Note]]:
    numbered, grip, began = [], -1, float("-inf")
    for note in notes:
        if note.onset_beats - began > TOGETHER_BEATS:
            grip, began = grip + 1, note.onset_beats
        numbered.append((grip, note))
    return numbered
