"""Stage B controls: what can be asked of the solo, each from 0 to 1, or left free.

A control is measured on human solos for training and asked for by a knob when playing; both sides
use the same scale, whose edges are the quintiles of the Weimar training solos (windows of 8 bars).
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from jambot.tokens.vocabulary import CONTROL_LEVELS, FREE


@dataclass(frozen=True, slots=True)
class Controls:
    """Knobs from 0 to 1; None leaves that side of the music to the player model."""

    density: float | None = None
    register: float | None = None
    intensity: float | None = None
    inside_outside: float | None = None
    swing: float | None = None

    def levels(self) -> tuple[int, ...]:
        """One level 0–4, or `FREE`, per control, in field order."""
        return tuple(
            FREE if knob is None else min(int(knob * CONTROL_LEVELS), CONTROL_LEVELS - 1)
            for knob in (getattr(self, field.name) for field in fields(self))
        )

    def steps(self, width: float) -> tuple[int | None, ...]:
        """In which step of this width each knob stands, in field order; None where it is free."""
        knobs = (getattr(self, field.name) for field in fields(self))
        return tuple(None if knob is None else int(knob / width) for knob in knobs)


UNSTEERED = Controls()

LEVEL_EDGES: dict[str, tuple[float, float, float, float]] = {
    "density": (1.0, 1.28, 1.5, 1.81),
    "register": (61.6, 64.4, 67.0, 70.0),
    "intensity": (76.3, 78.2, 79.6, 81.2),
    "inside_outside": (0.47, 0.54, 0.60, 0.67),
    "swing": (0.556, 0.577, 0.597, 0.622),
}
"""Where a measure passes to the next level (quintiles of 3,379 eight-bar windows). density: notes a
beat; register: mean pitch; intensity: mean velocity; inside_outside: share of notes *outside* what
the hands play; swing: mean place in the beat of notes between 0.4 and 0.75 (0.5 straight, 0.67
triplet)."""

OFFBEAT = (0.4, 0.75)
FEWEST_OFFBEATS = 4


def measured(
    beats: float,
    phases: NDArray[np.float64],
    pitches: NDArray[np.float64],
    velocities: NDArray[np.float64],
    outside: NDArray[np.bool_],
) -> dict[str, float | None]:
    """What each control moves, of a window of `beats`; None where it cannot be measured.

    The arrays hold, per note, the place in the beat (0–1), the MIDI pitch, the velocity, and
    whether it lies outside the harmony. No notes: density 0, the rest None.
    """
    if not len(pitches) or beats <= 0:
        return {name: 0.0 if name == "density" else None for name in LEVEL_EDGES}
    offbeats = phases[(phases > OFFBEAT[0]) & (phases < OFFBEAT[1])]
    return {
        "density": len(pitches) / beats,
        "register": float(pitches.mean()),
        "intensity": float(velocities.mean()),
        "inside_outside": float(outside.mean()),
        "swing": float(offbeats.mean()) if len(offbeats) >= FEWEST_OFFBEATS else None,
    }


def measured_levels(
    beats: float,
    phases: NDArray[np.float64],
    pitches: NDArray[np.float64],
    velocities: NDArray[np.float64],
    outside: NDArray[np.bool_],
) -> list[int]:
    """The control levels 0–4 of a window, in field order, by what `measured` finds; else `FREE`."""
    found = measured(beats, phases, pitches, velocities, outside)
    return [
        FREE if measure is None else sum(measure >= edge for edge in LEVEL_EDGES[name])
        for name, measure in found.items()
    ]
