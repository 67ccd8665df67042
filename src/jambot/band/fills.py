"""Where the drums leave time for a figure: into a section, before trades, to a landing."""

from jambot.band.feel import dice
from jambot.band.kit import CRASH, HIGH_TOM, KICK, LOW_TOM, MID_TOM, RIDE, SNARE, Hit

S, H, M, L, K = SNARE, HIGH_TOM, MID_TOM, LOW_TOM, KICK
EIGHTHS = (
    ((0.0, S), (0.5, S), (1.0, H), (1.5, L)),
    ((0.5, S), (1.0, K), (1.5, S)),
    ((0.0, S), (0.5, H), (1.0, M), (1.5, K)),
    ((0.0, K), (0.5, S), (1.0, S), (1.5, K)),
)
TRIPLETS = (
    ((0.0, S), (1 / 3, S), (2 / 3, H), (1.0, H), (4 / 3, L), (5 / 3, K)),
    ((0.0, S), (1 / 3, H), (2 / 3, L), (1.0, S), (4 / 3, H), (5 / 3, L)),
    ((0.0, K), (1 / 3, S), (2 / 3, S), (1.0, K), (4 / 3, S), (5 / 3, S)),
)
"""Figures of two beats; .5 is the off-beat of the feel."""
TRIPLET_BPM = 190.0
LANDING = (Hit(0.0, CRASH, 92), Hit(0.0, KICK, 90))
SET_UP = (Hit(0.5, SNARE, 78), Hit(0.5, KICK, 76))
"""The last off-beat of a bar, so that whoever rests comes in on the next."""


def fill(
    seed: int, bar: int, place: int, beats: int, fill_beats: int, bpm: float, swings: bool
) -> list[Hit] | None:
    """The figure's strokes on beat `place` of `bar`; None where that beat is not in it.

    It takes the last `fill_beats` of the bar. It grows louder toward the bar line.
    """
    start = beats - min(fill_beats, beats)
    if place < start or not fill_beats:
        return None
    figures = EIGHTHS + TRIPLETS if swings and bpm < TRIPLET_BPM else EIGHTHS
    figure = dice(seed, "fill", bar, (place - start) // 2).choice(figures)
    if (beats - start) % 2 and place == start:
        return [Hit(0.0, RIDE, 72), Hit(0.5, SNARE, 62)]
    within = (place - start - (beats - start) % 2) % 2
    loud = 66 + round(26 * (place - start + 1) / (beats - start))
    return [Hit(at - within, drum, loud) for at, drum in figure if within <= at < within + 1]
