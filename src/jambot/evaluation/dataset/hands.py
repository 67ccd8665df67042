"""What the two hands of a sample do: keys at once, how wide, how often the harmony changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.music import Meter, Note, harmony_changes
from jambot.music.note import STRIKE_S
from jambot.roles.sample import RoleSample
from jambot.roles.sources.hands import grips

HEARD_BARS = 32


def hand_figures(sample: RoleSample) -> dict[str, float]:
    """Figures by name: means over strikes, and changes of the heard harmony a bar.

    A hand that strikes nothing gives no figure. Changes are counted in the `HEARD_BARS` in the
    middle: hearing takes longer than everything else.
    """
    bpm = sample.meta.tempo_bpm
    figures: dict[str, float] = {}
    sizes, _ = _strikes(sample.target, bpm)
    if len(sizes):
        figures["Target: notes a strike"] = float(sizes.mean())
        figures["Target: strikes of two notes or more"] = float((sizes >= 2).mean())
        figures["Target: strikes of three notes or more"] = float((sizes >= 3).mean())
    sizes, spans = _strikes(sample.conditioning, bpm)
    if len(sizes):
        figures["Given: notes a strike"] = float(sizes.mean())
        figures["Given: changes of harmony a bar"] = _changes_a_bar(sample)
    if (sizes > 1).any():
        figures["Given: semitones a chord spans"] = float(spans[sizes > 1].mean())
    return figures


def _changes_a_bar(sample: RoleSample) -> float:
    meter = Meter(sample.meta.beats_per_bar)
    bars = meter.bar_at(max(n.onset_beats for n in (*sample.conditioning, *sample.target))) + 1
    heard = min(bars, HEARD_BARS)
    start = meter.bar_start((bars - heard) // 2)
    end = start + heard * meter.beats_per_bar
    given = [note for note in sample.conditioning if start <= note.onset_beats < end]
    return len(harmony_changes(given)) / heard


def _strikes(notes: Sequence[Note], bpm: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each strike: how many notes, and how many semitones from the lowest to the highest."""
    if not notes:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    numbers = grips(notes, STRIKE_S * bpm / 60.0)
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    pitches = np.array([note.pitch for note in notes])
    spans = np.maximum.reduceat(pitches, first) - np.minimum.reduceat(pitches, first)
    return np.bincount(numbers), spans
