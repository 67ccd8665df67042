"""What a drummer plays on one beat: time by the feel, and the comping of the left hand and foot."""

from collections.abc import Iterator
from random import Random

from jambot.band.feel import Feel, groups, strong_beats
from jambot.band.kit import FOOT, HAT, KICK, RIDE, SNARE, STICK, SWIRL, Hit

FEATHER_BPM = 220.0
"""Up to here the foot feathers the bass drum on every beat: felt more than heard."""
FAST_BPM = 260.0
"""From here on the ride leaves out most of its skips."""
CLAVE = (frozenset({0.0, 1.5, 3.0}), frozenset({1.0, 2.5}))
"""The rim of a bossa nova over two bars of four."""


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
