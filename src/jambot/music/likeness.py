"""Whether two harmonies that hands play are one chord, however it is voiced, and what it is called.

Hands that comp leave out roots, add colours and turn chords over; a form is known again all the
same. Two harmonies say the same where the one holds the other's pitch classes, or where both bear
one name and share most tones; with less in common they rather say different things.
"""

from functools import lru_cache

from jambot.music.chord import Chord, recognise
from jambot.music.harmony import Harmony
from jambot.music.key import chord_class

SAME, UNSURE, OTHER, STRANGE = 2.0, 0.3, -1.2, -2.0
"""Natural log odds that one written chord is meant, as counted (`docs/log.md`): the one in the
other, or one name; two tones of three in common; half of them; fewer."""
MOST, SOME, HALF = 0.74, 0.66, 0.5
KEPT = 4096


@lru_cache(KEPT)
def likeness(one: Harmony, other: Harmony) -> float:
    """Log odds that both are voicings of one chord; 0 where either is silence.

    >>> rootless, rooted = Harmony.of([53, 57, 60, 64]), Harmony.of([50, 53, 57, 60])
    >>> likeness(rooted, rooted), likeness(rooted, rootless), likeness(rooted, Harmony.of([43, 47]))
    (2.0, 0.3, -2.0)
    """
    mine, yours = set(one.pitch_classes), set(other.pitch_classes)
    if not mine or not yours:
        return 0.0
    common = len(mine & yours) / min(len(mine), len(yours))
    if common == 1.0 or (common >= MOST and _function(one) == _function(other) is not None):
        return SAME
    return UNSURE if common >= SOME else OTHER if common >= HALF else STRANGE


def is_change(before: Harmony, after: Harmony) -> bool:
    """Whether `after` is another chord than `before`, not another voicing of it."""
    return before != after and likeness(before, after) < SAME


@lru_cache(KEPT)
def chord_in(harmony: Harmony) -> Chord | None:
    """The chord that a harmony is named after; None for fewer than two pitch classes."""
    if harmony.bass is None:
        return None
    above = ((pc - harmony.bass) % 12 for pc in harmony.pitch_classes)
    return recognise(36 + harmony.bass + interval for interval in above)


def _function(harmony: Harmony) -> tuple[int, str] | None:
    chord = chord_in(harmony)
    return None if chord is None else (chord.root, chord_class(chord))
