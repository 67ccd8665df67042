"""What the left hands of jazz pianists do, counted, and a chord laid as they lay it.

Counted in the 739 training tracks of the Jazz Trio Database (Cheston et al., TISMIR 2024; pitches
from Cheston, *ImprovID-app*, 2025; both MIT): 1,268 stretches in three and four, 84,000 strikes of
two keys and more of the hand that follows the lower register. Figures alone are kept, no notes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from math import exp
from operator import or_
from random import Random

from jambot.music.chord import Chord
from jambot.music.chord_parts import chord_parts

Voicing = tuple[int, ...]
"""Keys that go down together, lowest first."""

SIZES: Mapping[int, float] = {2: 0.49, 3: 0.31, 4: 0.15, 5: 0.05}
"""Keys in a strike of two and more -> share."""
SHAPES: Mapping[int, str] = {
    2: "6=163 5=126 12=124 3=106 4=105 2=85 7=74 1=70 10=48 9=36 8=34 11=11",
    3: "6,10=74 6,11=70 4,6=43 7,12=41 4,7=40 3,7=39 5,10=38 3,6=35 5,9=35 6,12=32 1,5=30 8,12=20"
    " 3,8=19 2,7=19 3,5=19 6,9=18 2,5=17 3,9=17 5,8=15 9,12=15 10,12=15 2,6=15 4,10=15 5,12=14"
    " 5,7=14 7,10=14 4,9=12 1,7=12 4,5=12 2,12=11 3,12=10 7,11=10 4,12=10 2,8=9 3,10=8 2,4=8 2,3=8"
    " 5,6=7 11,12=7 4,11=7",
    4: "4,7,11=58 4,6,11=56 3,6,10=33 3,7,10=26 3,6,9=25 3,5,10=23 4,5,9=21 6,10,12=20 2,5,9=20"
    " 1,7,12=17 4,7,12=17 5,9,12=17 3,8,12=15 2,8,12=15 3,6,11=15 1,5,8=15 5,8,12=14 5,10,12=13"
    " 5,7,12=12 7,8,12=12 2,7,12=12 3,5,8=11 3,7,12=11 7,10,12=11 3,7,9=10 5,6,10=9 6,9,12=9"
    " 6,11,12=8 4,7,10=8 4,6,10=8 3,7,11=8 2,4,7=7 4,7,9=7 3,6,12=7 4,9,12=7 3,7,8=7 1,5,7=7"
    " 4,6,12=6 5,7,10=6 2,5,7=6 8,12,14=6 7,9,12=6 3,5,7=6 2,3,7=6 2,6,11=6 7,11,12=6 2,5,8=6"
    " 2,6,10=5",
    5: "3,7,8,12=29 3,5,8,12=25 1,5,7,12=24 3,6,9,12=21 4,5,9,12=19 1,5,8,12=18 3,5,7,10=17"
    " 3,5,10,12=16 2,4,7,11=16 4,7,11,12=16 2,5,8,12=14 2,5,9,12=13 3,6,10,12=13 2,5,7,12=13"
    " 1,4,7,12=13 3,7,10,12=12 2,4,6,11=10 4,6,11,12=9 4,7,9,12=9 2,7,8,12=9 2,8,12,14=8"
    " 3,8,12,15=8 4,6,7,11=8 5,7,10,12=8",
}
"""Keys -> semitones above the lowest, and how many of 1,000 strikes of so many keys are laid so."""
LOWEST, HIGHEST = range(40, 61), 67
"""The lowest key of 9 strikes in 10, and the highest of 19 in 20."""
ROOTED = (1.0, 3.0, 8.0)
"""How much likelier a voicing is that has the bass not at all, in it or under it, where no bass
player says what it is: by ear, not counted."""
MOVE = 2.0
"""Semitones from each key to the nearest of the strike before, where the chord changes: median."""
STRUCK: Mapping[int, tuple[tuple[float, float, float, float], ...]] = {
    4: (
        (0.22, 0.32, 0.09, 0.19), (0.25, 0.22, 0.17, 0.26), (0.15, 0.21, 0.09, 0.19),
        (0.26, 0.28, 0.22, 0.41), (0.19, 0.28, 0.09, 0.21), (0.25, 0.28, 0.19, 0.37),
        (0.16, 0.26, 0.09, 0.19), (0.30, 0.37, 0.26, 0.43),
    ),
    3: (
        (0.39, 0.44, 0.15, 0.24), (0.34, 0.27, 0.13, 0.23), (0.17, 0.20, 0.07, 0.18),
        (0.41, 0.34, 0.22, 0.37), (0.21, 0.34, 0.08, 0.15), (0.30, 0.31, 0.22, 0.37),
    ),
}  # fmt: skip
"""Beats in a bar -> by eighth of the bar, how often a chord is struck there: with nothing on the
two eighths before, with the second last, the last, or both struck."""
STRIKES_A_BAR = ((100, 2.3), (140, 2.4), (180, 1.9), (220, 1.7), (260, 1.3), (300, 0.9))
"""Tempo -> strikes in a bar of four: medians of the stretches at about that tempo."""
USUAL_STRIKES = 2.0
"""What `STRUCK` amounts to in a bar of four, the changes that must be struck among them."""
SWING = ((100, 0.70), (140, 0.70), (180, 0.67), (220, 0.63), (260, 0.60), (300, 0.59))
"""Tempo -> where in the beat an off-beat chord is struck: medians."""
SHORT, SHORT_BEATS, HELD = 0.58, 0.36, (0.35, 0.95)
"""How often a chord is let go at once, and after how long; else it lasts so much of the time to the
next one."""
LOUD, LOUD_SPREAD = 68.0, 10.0
"""Velocity of 8,067 keys of the corpus's clips: median, and the spread from strike to strike."""


def at_tempo(table: tuple[tuple[int, float], ...], bpm: float) -> float:
    """The figure of a table at this tempo, on a straight line between its rows."""
    tempi = [tempo for tempo, _ in table]
    i = bisect_right(tempi, bpm)
    if i in (0, len(table)):
        return table[min(i, len(table) - 1)][1]
    (slow, low), (fast, high) = table[i - 1], table[i]
    return low + (high - low) * (bpm - slow) / (fast - slow)


def voice(
    chord: Chord, keys: int, previous: Voicing | None, random: Random, rooted: bool = False
) -> Voicing:
    """`chord` under a left hand, with about so many keys, near where the hand was before.

    What tells the chord (its third and seventh, a fifth that is no perfect one) is in it from three
    keys on. Of the ways that the tables know one is drawn; `rooted` likes those best that stand on
    the bass.
    """
    ways = _ways(chord, keys)
    weights = [share for _, share in ways]
    if previous is not None:
        weights = [
            weight * exp(-motion(previous, laid) / MOVE)
            for weight, (laid, _) in zip(weights, ways, strict=True)
        ]
    if rooted:
        weights = [
            weight * ROOTED[_place_of(chord.bass, laid)]
            for weight, (laid, _) in zip(weights, ways, strict=True)
        ]
    return random.choices([laid for laid, _ in ways], weights)[0]


def motion(previous: Voicing, voicing: Voicing) -> float:
    """How far each key lies from the nearest of the strike before, in semitones: the mean."""
    return sum(min(abs(key - old) for old in previous) for key in voicing) / len(voicing)


def _place_of(bass: int, laid: Voicing) -> int:
    """Whether a pitch class is in a voicing (1), lowest (2), or not at all (0)."""
    return 2 if laid[0] % 12 == bass else int(any(key % 12 == bass for key in laid))


@lru_cache(maxsize=512)
def _ways(chord: Chord, keys: int) -> tuple[tuple[Voicing, float], ...]:
    """Every way to lay the chord with so many keys, with its share; with fewer where there is none,
    and its own tones upward where the tables know no way at all."""
    tones, needed = _tones(chord)
    for size in range(keys, 1, -1):
        ways = [
            (tuple(low + above for above in shape), share)
            for shape, share, classes in _shapes(size)
            for bottom in range(12)
            if _fits(_turned(classes, bottom), tones, needed, size)
            for low in LOWEST
            if low % 12 == bottom and low + shape[-1] <= HIGHEST
        ]
        if ways:
            return tuple(ways)
    low = LOWEST[0] + (chord.bass - LOWEST[0]) % 12
    return ((tuple(sorted({low + (pc - low) % 12 for pc in chord.pitch_classes})), 1.0),)


def _fits(classes: int, tones: int, needed: int, size: int) -> bool:
    """Whether pitch classes (bits) are the chord's, and tell it; two keys cannot tell all of it."""
    told = classes & needed
    return not classes & ~tones and (told == needed if size > 2 else told > 0)


def _tones(chord: Chord) -> tuple[int, int]:
    """The pitch classes that pianists play for a chord, and those that tell it from others."""
    parts = chord_parts(chord)
    colours = [i for i in (parts.ninth, parts.thirteenth) if i is not None]
    tones = _bits([*chord.pitch_classes, *(chord.root + i for i in colours)])
    telling = [parts.third, parts.seventh, parts.fifth if parts.fifth != 7 else None]
    return tones, tones & _bits([chord.root + i for i in telling if i is not None])


def _bits(pitches: Iterable[int]) -> int:
    return reduce(or_, (1 << pitch % 12 for pitch in pitches), 0)


def _turned(classes: int, semitones: int) -> int:
    """The same pitch classes, so much higher."""
    turned = classes << semitones
    return (turned | turned >> 12) & 0xFFF


@lru_cache(maxsize=8)
def _shapes(keys: int) -> tuple[tuple[tuple[int, ...], float, int], ...]:
    """The rows of `SHAPES`, the lowest key with them, and their pitch classes from it as bits."""
    rows = (row.split("=") for row in SHAPES[keys].split())
    shapes = [((0, *map(int, above.split(","))), int(share) / 1000) for above, share in rows]
    return tuple((shape, share, _bits(shape)) for shape, share in shapes)
