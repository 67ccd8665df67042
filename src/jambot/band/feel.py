"""How the band plays time: the feel, where the off-beat lies, and the chance of a place."""

from enum import StrEnum
from random import Random

SHORT_SECONDS = 0.1
"""Friberg and Sundström (2002, Music Perception 19:333) measured drummers' ride cymbals: the short
eighth lasts about 100 ms at medium and fast tempi, and the ratio falls to 1:1."""
MOST_SWING = 2.5
"""They found up to 3.5:1 around 120 bpm, and soloists far below it. Ours stays between the two, so
that the ride and the solo meet on the off-beat."""
SLOW_BPM, WAVER_BPM = 84.0, 4.0
"""Below it, a ballad: brushes, and the bass in two. A tempo that wavers so far about it changes
nothing."""


class Feel(StrEnum):
    """What the band plays; `auto` chooses by metre and tempo."""

    auto = "auto"
    swing = "swing"
    two = "two"
    brushes = "brushes"
    straight = "straight"
    bossa = "bossa"
    waltz = "waltz"
    pedal = "pedal"

    @property
    def swings(self) -> bool:
        """Whether its eighths are long and short."""
        return self not in (Feel.straight, Feel.bossa)


def feel_of(
    asked: Feel,
    beats_per_bar: int,
    bpm: float,
    swing: float | None = None,
    before: Feel | None = None,
) -> Feel:
    """The feel that is played where `asked` is wanted, and `before` was played; never `auto`.

    `swing` is the solo's knob, 0 to 1: asked for even eighths, the band plays them too.

    >>> feel_of(Feel.auto, 3, 140), feel_of(Feel.auto, 4, 60), feel_of(Feel.auto, 4, 140)
    (<Feel.waltz: 'waltz'>, <Feel.brushes: 'brushes'>, <Feel.swing: 'swing'>)
    """
    if asked is not Feel.auto:
        return asked
    if swing is not None and swing < 0.2:
        return Feel.straight
    waver = 0.0 if before is None else WAVER_BPM if before is Feel.brushes else -WAVER_BPM
    if bpm < SLOW_BPM + waver:
        return Feel.brushes
    return Feel.waltz if beats_per_bar in (3, 6) else Feel.swing


def swing_ratio(bpm: float) -> float:
    """Long eighth to short eighth on the ride cymbal, 1 to 2.5.

    >>> [round(swing_ratio(bpm), 2) for bpm in (60, 120, 200, 300)]
    [2.5, 2.5, 2.0, 1.0]
    """
    beat = 60.0 / bpm
    return min(MOST_SWING, max(1.0, (beat - SHORT_SECONDS) / SHORT_SECONDS))


def off_beat(feel: Feel, bpm: float) -> float:
    """Where in the beat its second eighth lies, 0.5 to 0.71."""
    if not feel.swings:
        return 0.5
    ratio = swing_ratio(bpm)
    return ratio / (1.0 + ratio)


def groups(beats_per_bar: int) -> tuple[int, ...]:
    """The beats of a bar in threes or twos, a three first: 4 is 2 + 2, 5 is 3 + 2, 6 is 3 + 3."""
    if beats_per_bar <= 3:
        return (beats_per_bar,)
    if beats_per_bar % 3 == 0:
        return (3,) * (beats_per_bar // 3)
    three = (3,) if beats_per_bar % 2 else ()
    return three + (2,) * ((beats_per_bar - sum(three)) // 2)


def strong_beats(beats_per_bar: int) -> frozenset[int]:
    """The beats on which groups begin: one and three of four, one of three, one and four of five.

    >>> [sorted(strong_beats(beats)) for beats in (3, 4, 5, 7)]
    [[0], [0, 2], [0, 3], [0, 3, 5]]
    """
    starts, at = [], 0
    for size in groups(beats_per_bar):
        starts.append(at)
        at += size
    return frozenset(starts)


def dice(seed: int, *place: object) -> Random:
    """The chance of one place in the music: the same whenever it is asked for."""
    return Random(f"{seed} {place}")
