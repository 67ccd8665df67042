"""Whether a file was played to its own beat, or recorded without a click."""

from collections.abc import Sequence

import numpy as np

from jambot.music import Note, TempoMap
from jambot.roles.piece import RefusedError

PARTS_OF_A_BEAT = (1, 2, 3, 4, 6)
LEAST_FIT = 0.15
"""Below, nobody heard the file's beat: see the figures in `docs/dataset.md`."""
LEAST_ONSETS = 96
"""With fewer, chance alone may fit as well or as badly."""


def grid_fit(notes: Sequence[Note]) -> float:
    """How far onsets keep to one place in the beat or its 2nd, 3rd, 4th, 6th part: 0 to 1.

    The length of the mean of exp(2πi·k·onset), the best of k = 1, 2, 3, 4, 6 (Rayleigh's, of
    circular data). Playing late throughout, swing and human spread leave it high; onsets that know
    nothing of the beat bring it to about 1/√n. 1 without notes.
    """
    if not notes:
        return 1.0
    onsets = np.array([note.onset_beats for note in notes])
    return max(float(abs(np.exp(2j * np.pi * k * onsets).mean())) for k in PARTS_OF_A_BEAT)


def refuse_without_click(name: str, notes: Sequence[Note], tempo_map: TempoMap) -> None:
    """Raise RefusedError where the onsets do not know the file's beat.

    A file whose tempo changes was aligned by somebody, and a short one cannot be told.
    """
    if len(notes) < LEAST_ONSETS or len(set(tempo_map.bpms)) > 1:
        return
    fit = grid_fit(notes)
    if fit < LEAST_FIT:
        raise RefusedError(
            f"{name}: recorded without a click (its onsets fit the beat of "
            f"{tempo_map.median_bpm:g} bpm by {fit:.2f} of 1)",
            f"at least {LEAST_FIT}",
            "record to your DAW's metronome, or let the DAW find the tempo and export that",
        )
