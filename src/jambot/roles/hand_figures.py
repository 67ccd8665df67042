"""What the two hands of a sample do: keys at once, how wide, how often the harmony changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.music import Note, harmony_changes
from jambot.roles.sample import RoleSample
from jambot.roles.sources.hands import grips

STRIKE_S = 0.04
"""Keys of one hand that go down within this time of the first are one strike."""


def hand_figures(sample: RoleSample) -> dict[str, float]:
    """Figures by name: means over strikes, and changes of the heard harmony a bar.

    A hand that strikes nothing gives no figure. The bars counted reach from the first note to the
    end of the last.
    """
    bpm, played = sample.meta.tempo_bpm, (*sample.conditioning, *sample.target)
    if not played:
        return {}
    figures: dict[str, float] = {}
    sizes, _ = _strikes(sample.target, bpm)
    if len(sizes):
        figures["Target: notes a strike"] = float(sizes.mean())
        figures["Target: strikes of two notes or more"] = float((sizes >= 2).mean())
        figures["Target: strikes of three notes or more"] = float((sizes >= 3).mean())
    sizes, spans = _strikes(sample.conditioning, bpm)
    if len(sizes):
        figures["Given: notes a strike"] = float(sizes.mean())
    if (sizes > 1).any():
        figures["Given: semitones a chord spans"] = float(spans[sizes > 1].mean())
    beats = max(n.end_beats for n in played) - min(n.onset_beats for n in played)
    if beats > 0:
        changes = len(harmony_changes(sample.conditioning))
        figures["Given: changes of harmony a bar"] = changes * sample.meta.beats_per_bar / beats
    return figures


def _strikes(notes: Sequence[Note], bpm: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each strike: how many notes, and how many semitones from the lowest to the highest."""
    if not notes:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    numbers = grips(notes, STRIKE_S * bpm / 60.0)
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    pitches = np.array([note.pitch for note in notes])
    spans = np.maximum.reduceat(pitches, first) - np.minimum.reduceat(pitches, first)
    return np.bincount(numbers), spans
