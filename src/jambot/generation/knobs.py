"""What a knob, from 0 to 1, does besides or instead of telling the model.

One stated rule each, strong enough to be heard and narrow enough to move nothing else. None leaves
everything as it is.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jambot.tokens import Controls

Logits = NDArray[np.float32]

CENTRE_SEMITONES = 12.0
"""What `register` moves the line's centre by, from 0 to 1: people's quintiles span 8.4."""

INSIDE, OUTSIDE = 1.0, -1.25
"""What `inside_outside` adds to the guidance at 0 and at 1: past none at all the chords repel."""

OFFBEAT_TICKS = range(10, 18)
"""Where an off-beat eighth may fall (24ths): what `tokens.controls` counts as swing."""
STRAIGHT_TICK, SWUNG_TICK = 12.0, 16.0
"""Where `swing` has it at 0 and at 1: in the middle, and on the triplet."""
LOOSE_TICKS = 1.5
"""So far off, a place is e times less likely; 30 ms at 120 bpm keeps it human."""
EIGHTHS_TICK = 5
"""A beat with a note from here to the off-beat holds sixteenths or a triplet; those stay."""


def told(controls: Controls) -> Controls:
    """What the model is told of: neither how notes are struck (`generation.dynamics`) nor swing.

    Told of swing as well as swung it moves no further, and plays fewer notes.
    """
    return replace(controls, intensity=None, swing=None)


def centre_of(centre: float, knob: float | None) -> float:
    """The pitch that the line keeps around.

    >>> centre_of(66.0, None), centre_of(66.0, 0.0), centre_of(66.0, 1.0)
    (66.0, 60.0, 72.0)
    """
    return centre if knob is None else centre + (knob - 0.5) * CENTRE_SEMITONES


def guidance_of(guidance: float, knob: float | None) -> float:
    """How strongly the chords pull the pitches inside.

    >>> [guidance_of(0.75, knob) for knob in (None, 0.0, 0.5, 1.0)]
    [0.75, 1.75, 0.75, -0.5]
    """
    if knob is None:
        return guidance
    return guidance + (1 - 2 * knob) * (INSIDE if knob < 0.5 else -OUTSIDE)


def swung(places: Logits, first: int, last: int, knob: float | None) -> Logits:
    """The logits of this beat's places from tick `first` on, off-beat eighths moved by `swing`.

    `last` is the tick of the last note, counted from this beat. The places of an off-beat keep
    together the probability that they had: whether one is played stays the model's choice.
    """
    here = [tick - first for tick in OFFBEAT_TICKS if tick >= first]
    if knob is None or last >= EIGHTHS_TICK or not here:
        return places
    target = STRAIGHT_TICK + knob * (SWUNG_TICK - STRAIGHT_TICK)
    ticks = np.array(here) + first
    lean = ((ticks - target) / LOOSE_TICKS) ** 2
    moved = (places[here] - lean).astype(np.float32)
    result = places.copy()
    result[here] = moved + (_log_sum(places[here]) - _log_sum(moved))
    return result


def _log_sum(logits: Logits) -> np.float32:
    most = logits.max()
    total: np.float32 = most + np.log(np.exp(logits - most).sum())
    return total
