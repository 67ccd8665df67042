"""The drum kit: General MIDI's notes, and how each of its parts lies in time and loudness."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

KICK, STICK, SNARE, SWIRL, HAT, FOOT, RIDE, CRASH = 36, 37, 38, 40, 42, 44, 51, 49
LOW_TOM, MID_TOM, HIGH_TOM = 45, 47, 50
"""General MIDI level 1 percussion. With a brush kit 38 is a tap and 40 a swirl (GS, program 41)."""
SHORT_BEATS = 0.2
"""Drums ring by themselves: a note-off means nothing to most of them."""
SOFTEST, LOUDEST = 8, 122


class Timing(NamedTuple):
    """Mean and standard deviation of an onset from its place, in seconds; later is positive."""

    late: float
    loose: float


TIMINGS = {RIDE: Timing(0.0, 0.003), FOOT: Timing(-0.001, 0.003), HAT: Timing(0.0, 0.003),
           SNARE: Timing(0.004, 0.005), KICK: Timing(0.001, 0.004)}  # fmt: skip
OTHERS = Timing(0.002, 0.005)
"""The ride is the beat; the left hand a little behind it. Players' spread within a kit is some
milliseconds (Friberg and Sundström 2002); these are its order of magnitude, not a measurement."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One stroke: `place` in beats from the beat it belongs to; .5 is the off-beat of the feel."""

    place: float
    drum: int
    velocity: int


def strayed(hit: Hit, bpm: float, luck: Random) -> float:
    """How far from its place the stroke falls, in beats."""
    timing = TIMINGS.get(hit.drum, OTHERS)
    return luck.gauss(timing.late, timing.loose) * bpm / 60.0
