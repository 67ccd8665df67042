"""How a pianist lays a chord under the hands, and moves from one chord to the next.

A *shape* is a tuple of intervals above the root, in the order they are stacked upward; a *voicing*
is ascending MIDI pitches. Families and their places follow common jazz piano practice (Levine, *The
Jazz Piano Book*: shells, rootless A and B, So What, spread and locked-hands voicings).
"""

import itertools
from functools import lru_cache
from random import Random

from jambot.music import Chord
from jambot.music.chord_parts import ChordParts, chord_parts

Voicing = tuple[int, ...]
FAMILIES = ("shell", "rootless", "quartal", "spread", "block")
LEFT_HAND = (45, 67)
"""Where a left hand comps alone: below it chords growl, above it they meet the solo."""
TWO_HANDS = (38, 76)
BASS = (31, 48)
LEFT_OUT = (7, 0, 6, 8, 3, 1, 2)
"""Of more than four tones pianists leave out the fifth first, then the root, then colours."""


def shapes(chord: Chord, family: str) -> list[tuple[int, ...]]:
    """The shapes of `family` for `chord`, at least one; triads fall back to close position."""
    parts = chord_parts(chord)
    if family == "block" or parts.third is None or parts.seventh is None:
        return _block_shapes(chord, open_position=family == "spread")
    make = {
        "shell": _shell_shapes,
        "rootless": _rootless_shapes,
        "quartal": _quartal_shapes,
        "spread": _spread_shapes,
    }[family]
    return [tuple(i for i in shape if i is not None) for shape in make(parts)]


def lay(chord: Chord, shape: tuple[int, ...], low: int, high: int) -> list[Voicing]:
    """Every place in `low`–`high` for `shape` stacked upward on `chord`'s root; may be empty."""
    bottom_class = (chord.root + shape[0]) % 12
    places: list[Voicing] = []
    for bottom in range(low + (bottom_class - low) % 12, high + 1, 12):
        pitches = [bottom]
        for interval in shape[1:]:
            pitches.append(pitches[-1] + ((chord.root + interval - pitches[-1] - 1) % 12 + 1))
        if pitches[-1] <= high:
            places.append(tuple(pitches))
    return places


def motion(previous: Voicing, voicing: Voicing) -> float:
    """How far the hands move: mean distance of each new pitch to the nearest old one, semitones.

    The top voice, which the ear follows, counts twice.
    """
    distances = [min(abs(pitch - old) for old in previous) for pitch in voicing]
    return (sum(distances) + abs(voicing[-1] - previous[-1])) / len(distances)


def voice(
    chord: Chord,
    family: str,
    reach: tuple[int, int],
    previous: Voicing | None,
    random: Random,
    elsewhere: bool = False,
) -> Voicing:
    """The next voicing of `chord`: in `reach`, and near `previous` most of the time.

    `elsewhere` asks for another one than `previous` where there is one.
    """
    low, high = reach
    candidates = _candidates(chord, family, low, high)
    if elsewhere:
        candidates = tuple(v for v in candidates if v != previous) or candidates
    centre = (low + high) / 2 - 1
    near = previous or (round(centre),)

    def cost(voicing: Voicing) -> float:
        drift = abs(sum(voicing) / len(voicing) - centre)
        muddy = sum(b - a < 3 and a < 48 for a, b in itertools.pairwise(voicing))
        leap = motion(near, voicing) if previous else 0.0
        return leap + 0.25 * drift + 2.0 * muddy + random.expovariate(1 / 0.6)

    return min(candidates, key=cost)


@lru_cache(maxsize=1 << 14)
def _candidates(chord: Chord, family: str, low: int, high: int) -> tuple[Voicing, ...]:
    laid = tuple(v for shape in shapes(chord, family) for v in lay(chord, shape, low, high))
    if laid:
        return laid
    return tuple(v for s in _block_shapes(chord, False) for v in lay(chord, s, low, high + 5))


def bass_pitch(chord: Chord, previous: int | None, random: Random) -> int:
    """A bass note for `chord` in the low register, near the previous one."""
    low, high = BASS
    places = range(low + (chord.bass - low) % 12, high + 1, 12)
    aim = previous if previous is not None else random.randint(36, 43)
    return min(places, key=lambda pitch: abs(pitch - aim))


def _block_shapes(chord: Chord, open_position: bool) -> list[tuple[int, ...]]:
    tones = sorted((pc - chord.root) % 12 for pc in chord.pitch_classes)
    for spare in LEFT_OUT:
        if len(tones) > 4 and spare in tones and not (spare == 3 and 4 not in tones):
            tones.remove(spare)
    inversions = [tuple(tones[i:] + tones[:i]) for i in range(len(tones))]
    if open_position and len(tones) >= 3:
        return [(s[0], *s[2:], s[1]) for s in inversions] + [inversions[0]]
    return inversions


def _shell_shapes(p: ChordParts) -> list[tuple[int | None, ...]]:
    return [
        (0, p.third, p.seventh),
        (0, p.seventh, p.third),
        (p.third, p.seventh),
        (p.seventh, p.third),
        (p.seventh, p.third, p.fifth),
    ]


def _rootless_shapes(p: ChordParts) -> list[tuple[int | None, ...]]:
    ninth = p.ninth if p.ninth is not None else 0
    fifth = p.thirteenth if p.is_dominant and p.thirteenth is not None else p.fifth
    a = (p.third, fifth, p.seventh, ninth)
    b = (p.seventh, ninth, p.third, fifth)
    return [a, b, (p.third, p.seventh, ninth), (p.seventh, p.third, fifth)]


def _quartal_shapes(p: ChordParts) -> list[tuple[int | None, ...]]:
    if p.fifth == 6 or p.seventh is None:
        return [(0, p.fifth, p.seventh, p.third)]
    if p.is_minor and p.seventh == 10:
        return [(0, 5, 10, 3, 7), (5, 10, 3), (3, 10, 5), (10, 3, 7, 0)]
    if p.is_dominant:
        top = p.thirteenth if p.thirteenth is not None else p.fifth
        return [
            (p.seventh, p.third, top, p.ninth),
            (p.seventh, p.third, top),
            (0, p.seventh, p.third),
        ]
    return [(p.third, 9, 2), (p.third, 9, 2, 7), (p.seventh, p.third, 9, 2)]


def _spread_shapes(p: ChordParts) -> list[tuple[int | None, ...]]:
    top = p.thirteenth if p.thirteenth is not None else p.fifth
    return [
        (0, p.seventh, p.third, p.fifth),
        (0, p.fifth, p.third, p.seventh),
        (0, p.third, p.seventh, p.ninth, p.fifth),
        (0, p.seventh, p.third, top, p.ninth),
        (0, p.fifth, p.seventh, p.third),
    ]
