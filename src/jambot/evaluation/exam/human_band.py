"""Is a solo like people's? A few figures against the middle half of people on the same excerpts.

Seven for lines, ten for pianists.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from jambot.evaluation.figures import Figures, figure_at
from jambot.evaluation.spread import Spread

SEVEN = (
    "chord_tone_ratio.all", "chord_tone_ratio.on_beat", "note_density", "dead_air.ratio",
    "repetition_rate", "step_share", "range",
)  # fmt: skip
"""What the design asks to lie inside the human quartiles."""
TEN = tuple(
    f"right_hand.{name}"
    for name in (
        "strikes_per_beat", "two_share", "three_share", "interval_below", "step_share",
        "repeat_share", "top_range", "top_median", "pauses_per_min", "in_harmony",
    )
)  # fmt: skip
"""The same of a pianist's right hand. Notes per strike is left out: the shares of strikes with two
and with three notes say nearly all of it, and one thing shall not count twice."""
FURTHEST = 4.0
"""A figure that is further off than this counts as this far: silence alone must not decide."""


def figures_for(player: str) -> tuple[str, ...]:
    """The figures that such a player's solos are held against people's by."""
    return TEN if player == "pianist" else SEVEN


def inside(
    spreads: Mapping[str, Spread], people: Mapping[str, Spread], names: Sequence[str] = SEVEN
) -> dict[str, bool]:
    """For each figure that both sides have: does the median lie within people's quartiles?"""
    return {
        name: people[name].q1 <= spreads[name].median <= people[name].q3
        for name in names
        if name in spreads and name in people
    }


def distance(
    figures: Figures, people: Mapping[str, Spread], names: Sequence[str] = SEVEN
) -> float | None:
    """How far one solo's figures lie from people's: the score that orders the solos shown.

    Formula: mean over `names` of min(|x - median| / ((q3 - q1) / 2), 4), the median and quartiles
    people's on the same excerpts; 0 is the median person, 1 the edge of the middle half. A figure
    that the solo does not have is left out. Empty case: None without any.

    >>> band = {"step_share": Spread(3, 0.6, 0.5, 0.7, 0.5, 0.7)}
    >>> round(distance({"step_share": 0.75}, band), 6), distance({}, band)
    (1.5, None)
    """
    found = []
    for name in names:
        value = figure_at(figures, name)
        if value is not None and name in people:
            spread = people[name]
            half = max((spread.q3 - spread.q1) / 2, 1e-9)
            found.append(min(abs(value - spread.median) / half, FURTHEST))
    return float(np.mean(found)) if found else None
