"""What a drummer plays on one beat: time by the feel, the comping of the left hand and foot, fills.

A fill is a figure where the drums leave time for one: into a section, before trades, to a landing.
"""

from collections.abc import Iterator
from random import Random

from jambot.band.feel import Feel, dice, groups, strong_beats
from jambot.band.kit import (
    CRASH,
    FOOT,
    HAT,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    RIDE,
    SNARE,
    STICK,
    SWIRL,
    Hit,
)

FEATHER_BPM = 220.0
"""Up to here the foot feathers the bass drum on every beat: felt more than heard."""
FAST_BPM = 260.0
"""From here on the ride leaves out most of its skips."""
CLAVE = (frozenset({0.0, 1.5, 3.0}), frozenset({1.0, 2.5}))
"""The rim of a bossa nova over two bars of four."""
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


def time_hits(bar: int, place: int, beats: int, feel: Feel, bpm: float, luck: Random) -> list[Hit]:
    """The strokes that keep time on beat `place`, from 0, of a bar of so many."""
    match feel:
        case Feel.straight:
            return list(_straight(place, beats, luck))
        case Feel.bossa:
            return list(_bossa(bar, place, beats))
        case Feel.brushes:
            return list(_brushes(place, beats, luck))
        case _:
            return list(_swing(place, beats, HAT if feel is Feel.two else RIDE, bpm, luck))


def comping_hits(intensity: float, solo_rests: bool, luck: Random) -> Iterator[Hit]:
    """Snare and bass drum around the solo: more of them in loud company, and where it rests."""
    more = (0.6 + 0.8 * intensity) * (2.0 if solo_rests else 1.0)
    if luck.random() < 0.17 * more:
        yield Hit(0.5, SNARE, luck.choice((34, 42, 64)))
    elif luck.random() < 0.08 * more:
        yield Hit(0.5, KICK, luck.choice((58, 72)))
    if luck.random() < 0.06 * more:
        yield Hit(0.0, SNARE, luck.choice((30, 46)))


def _swing(place: int, beats: int, cymbal: int, bpm: float, luck: Random) -> Iterator[Hit]:
    """Spang, spang-a-lang: the skips after two and four, in three after two."""
    step, size = _in_group(place, beats)
    yield Hit(0.0, cymbal, 74 if step == 0 else 82)
    skips = 0.06 if step == 0 else 0.88 if step == 1 else 0.3
    if luck.random() < skips * (0.4 if bpm > FAST_BPM else 1.0):
        yield Hit(0.5, cymbal, 60)
    if step == 1 or (step == size - 1 and step > 0 and luck.random() < 0.5):
        yield Hit(0.0, FOOT, 62)
    if size == 3 and step == 0:
        yield Hit(0.0, KICK, 52)
    elif bpm < FEATHER_BPM:
        yield Hit(0.0, KICK, 27)


def _brushes(place: int, beats: int, luck: Random) -> Iterator[Hit]:
    step, _ = _in_group(place, beats)
    yield Hit(0.0, SWIRL, 42)
    if step:
        yield Hit(0.0, SNARE, 44)
        yield Hit(0.0, FOOT, 46)
    else:
        yield Hit(0.0, KICK, 24)
    if luck.random() < (0.5 if step else 0.15):
        yield Hit(0.5, SNARE, 28)


def _straight(place: int, beats: int, luck: Random) -> Iterator[Hit]:
    step, size = _in_group(place, beats)
    yield Hit(0.0, HAT, 68)
    yield Hit(0.5, HAT, 54)
    if step == 0:
        yield Hit(0.0, KICK, 82)
    elif step == size - 1:
        yield Hit(0.0, SNARE, 80)
    if luck.random() < 0.25:
        yield Hit(0.5, KICK, 66)


def _bossa(bar: int, place: int, beats: int) -> Iterator[Hit]:
    step, size = _in_group(place, beats)
    yield Hit(0.0, HAT, 52)
    yield Hit(0.5, HAT, 42)
    clave = CLAVE[bar % 2]
    for half in (0.0, 0.5):
        if place + half in clave if beats == 4 else step == 1 and half == 0.0:
            yield Hit(half, STICK, 66)
    if step == 0:
        yield Hit(0.0, KICK, 70)
    if step == size - 1:
        yield Hit(0.5, KICK, 50)
    if step == 1:
        yield Hit(0.0, FOOT, 50)


def _in_group(place: int, beats: int) -> tuple[int, int]:
    """Which beat of its group of twos and threes this is, from 0, and the group's size."""
    start = max(beat for beat in strong_beats(beats) if beat <= place)
    at = 0
    for size in groups(beats):
        if at == start:
            return place - start, size
        at += size
    raise ValueError(f"no beat {place} in a bar of {beats}")


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
