"""Stage B controls: what can be asked of the solo, each from 0 to 1, or left free.

A control is measured on human solos for training and asked for by a knob when playing; both sides
use the same scale. Its edges are quintiles of what such players do (windows of 8 bars).
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
    texture: float | None = None
    """From a single line (0) to chords (1)."""

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

Edges = dict[str, tuple[float, float, float, float]]

LINE_EDGES: Edges = {
    "density": (1.0, 1.28, 1.5, 1.81),
    "register": (61.6, 64.4, 67.0, 70.0),
    "intensity": (76.3, 78.2, 79.6, 81.2),
    "inside_outside": (0.47, 0.54, 0.60, 0.67),
    "swing": (0.556, 0.577, 0.597, 0.622),
    "texture": (1.03, 1.25, 1.4, 1.6),
}
"""Where a measure passes to the next level for horns and voices: quintiles of 3,379 windows of the
Weimar training solos. density: strikes a beat; register: mean pitch of top notes; intensity: mean
velocity of top notes; inside_outside: share of top notes *outside* what the hands play; swing: mean
place in the beat of strikes between 0.4 and 0.75 (0.5 straight, 0.67 triplet); texture: notes a
strike, as for pianists."""

PIANIST_EDGES: Edges = {
    **LINE_EDGES,
    "density": (1.28, 1.47, 1.66, 1.94),
    "register": (69.6, 72.4, 74.8, 78.3),
    "swing": (0.581, 0.602, 0.618, 0.636),
}
"""The same for the right hands of pianists: quintiles of 756 windows of the trio recordings. Of
texture, the lowest level is a single line and the others are quarters of what is left."""

LEVEL_EDGES: dict[str, Edges] = {
    "pianist": PIANIST_EDGES,
    "horn": LINE_EDGES,
    "voice": LINE_EDGES,
}

OFFBEAT = (0.4, 0.75)
FEWEST_OFFBEATS = 4


def measured(
    beats: float,
    phases: NDArray[np.float64],
    pitches: NDArray[np.float64],
    velocities: NDArray[np.float64],
    outside: NDArray[np.bool_],
    colours: int = 0,
) -> dict[str, float | None]:
    """What each control moves, of a window of `beats`; None where it cannot be measured.

    The arrays hold, per strike, the place in the beat (0–1), and of its top note the MIDI pitch,
    the velocity, and whether it lies outside the harmony; `colours` are the notes below those. No
    notes: density 0, the rest None.
    """
    if not len(pitches) or beats <= 0:
        return {name: 0.0 if name == "density" else None for name in LINE_EDGES}
    offbeats = phases[(phases > OFFBEAT[0]) & (phases < OFFBEAT[1])]
    return {
        "density": len(pitches) / beats,
        "register": float(pitches.mean()),
        "intensity": float(velocities.mean()),
        "inside_outside": float(outside.mean()),
        "swing": float(offbeats.mean()) if len(offbeats) >= FEWEST_OFFBEATS else None,
        "texture": (len(pitches) + colours) / len(pitches),
    }


def measured_levels(
    player: str,
    beats: float,
    phases: NDArray[np.float64],
    pitches: NDArray[np.float64],
    velocities: NDArray[np.float64],
    outside: NDArray[np.bool_],
    colours: int = 0,
) -> list[int]:
    """The levels 0–4 of a window among such players', in field order; else `FREE`."""
    found = measured(beats, phases, pitches, velocities, outside, colours)
    edges = LEVEL_EDGES[player]
    return [
        FREE if measure is None else sum(measure >= edge for edge in edges[name])
        for name, measure in found.items()
    ]
