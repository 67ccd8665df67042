"""Four even strikes before the music: how fast it will go."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jambot.music.beat_model import Strike

COUNTED = 4
SLOWEST_BPM, FASTEST_BPM = 40.0, 320.0
UNEVEN, UNEVEN_NEAR = 1.2, 1.35
"""The longest gap is at the most so many times the shortest; more where the tempo is the one that
was told."""
NEAR = 0.25
"""A count-in this near the tempo that was told is believed."""
PARTS = (0.5, 2.0, 1.0 / 3.0, 3.0)
PART_NEAR = 0.08
"""Strikes at such a part or multiple of the tempo that was told are halves or eighths, no count."""


@dataclass(frozen=True, slots=True)
class CountIn:
    """The last strike of the count, by a straight line through all of them, and their tempo."""

    seconds: float
    bpm: float


def count_in(strikes: Sequence[float], told_bpm: float | None) -> CountIn | None:
    """What four strikes, in seconds, count; None where they count nothing.

    `told_bpm` is the tempo that was told beforehand, None where none was.
    """
    if len(strikes) != COUNTED:
        return None
    gaps = [b - a for a, b in pairwise(strikes)]
    middle = (COUNTED - 1) / 2
    weights = [i - middle for i in range(COUNTED)]
    gap = sum(w * at for w, at in zip(weights, strikes, strict=True)) / sum(w * w for w in weights)
    if min(gaps) <= 0 or gap <= 0:
        return None
    bpm = 60.0 / gap
    near = told_bpm is not None and abs(bpm / told_bpm - 1.0) <= NEAR
    if max(gaps) > (UNEVEN_NEAR if near else UNEVEN) * min(gaps):
        return None
    if not near and (not SLOWEST_BPM <= bpm <= FASTEST_BPM or _is_part(bpm, told_bpm)):
        return None
    return CountIn(sum(strikes) / COUNTED + middle * gap, bpm)


def counts_three(strikes: Sequence[Strike]) -> bool:
    """Whether somebody counted with one key, evenly, and one strike too few."""
    gaps = [b.seconds - a.seconds for a, b in pairwise(strikes)]
    one_key = {(struck.keys, struck.lowest) for struck in strikes} == {(1, strikes[0].lowest)}
    return one_key and max(gaps) <= UNEVEN * min(gaps)


def _is_part(bpm: float, told_bpm: float | None) -> bool:
    if told_bpm is None:
        return False
    return any(abs(bpm / (told_bpm * part) - 1.0) <= PART_NEAR for part in PARTS)
