"""Whether two harmonies that hands play are one chord, however it is voiced, and what it is called.

Hands that comp leave out roots, add colours and turn chords over; a form is known again all the
same. Two harmonies say the same where the one holds the other's pitch classes, or where both bear
one name and share most tones; with less in common they rather say different things. How well the
harmony agrees with what it should be is counted in beats.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jambot.music.chord import Chord, recognise
from jambot.music.harmony import Harmony
from jambot.music.key import chord_class

SAME, UNSURE, OTHER, STRANGE = 2.0, 0.3, -1.2, -2.0
"""Natural log odds that one written chord is meant, as counted (`docs/log.md`): the one in the
other, or one name; two tones of three in common; half of them; fewer."""
MOST, SOME, HALF = 0.74, 0.66, 0.5
KEPT = 4096
AGREES, DIFFERS, CLASHES = 1.0, -4.0, -8.0
"""What a beat adds: the same chord, one with half its tones, one with fewer (`docs/log.md`)."""


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


@dataclass(slots=True)
class FormBelief:
    """Beats of agreement, less what speaks against it; never below none."""

    beats: float = 0.0
    since: int = 0
    """The first beat of the present agreement."""

    def weigh(self, gain: float, beat: int, most: float) -> None:
        """Beat number `beat` speaks for it by `gain`; there is never more of it than `most`."""
        if self.beats == 0.0 and gain > 0.0:
            self.since = beat
        self.beats = min(max(self.beats + gain, 0.0), most)


def gain(alike: float, near: Iterable[float]) -> float:
    """How far a beat speaks for a form; `alike` and `near` are its likeness to what it should be.

    What would fit a beat earlier or later speaks neither for it nor against it.
    """
    if alike >= SAME:
        return AGREES
    if alike >= 0.0 or any(other >= SAME for other in near):
        return 0.0
    return DIFFERS if alike >= OTHER else CLASHES
