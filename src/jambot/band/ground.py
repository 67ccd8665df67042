"""What the band stands on: the chord of every beat, as it is known by now."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jambot.music import (
    SILENCE,
    Chord,
    Harmony,
    HarmonyChange,
    chord_in,
    is_change,
    parse_chord,
)
from jambot.music.chord import PITCH_CLASS_NAMES

LATE_BEATS = 0.35
"""What is struck so late still belongs to its beat; what comes after it anticipates the next."""

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 9, 10)
MELODIC = (0, 2, 3, 5, 7, 9, 11)
HALF_DIMINISHED = (0, 1, 3, 5, 6, 8, 10)
DIMINISHED = (0, 2, 3, 5, 6, 8, 9, 11)
DOMINANT = (0, 2, 4, 5, 7, 9, 10)
"""Scales in semitones above the root, as jazz players are taught them (Levine, *The Jazz Theory
Book*, 1995)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Chords by the beat they begin on; None where no chord is wanted or known.

    A chord that is struck late belongs to its beat, one that is struck early to the next.
    """

    beats: tuple[int, ...] = ()
    chords: tuple[Chord | None, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[HarmonyChange]) -> "Ground":
        """From harmony changes in order; of two for one beat the later counts.

        Another voicing of the chord that holds, or a part of it, is no new one.
        """
        found: dict[int, Chord | None] = {}
        heard, held = SILENCE, None
        for change in changes:
            chord = chord_under(change.harmony)
            if held is not None and chord is not None:
                less = len(change.harmony.pitch_classes) <= len(heard.pitch_classes)
                if (less and not is_change(heard, change.harmony)) or _same(held, chord):
                    continue
            heard, held = change.harmony, chord
            found[beat_of(change.beat)] = chord
        ordered = sorted(found)
        return cls(tuple(ordered), tuple(found[beat] for beat in ordered))

    def at(self, beat: float) -> Chord | None:
        """The chord that holds on a beat; None before the first."""
        held = bisect_right(self.beats, beat) - 1
        return self.chords[held] if held >= 0 else None


def beat_of(change_beat: float) -> int:
    """The beat that a chord struck on `change_beat` is meant for.

    >>> [beat_of(beat) for beat in (3.5, 3.97, 4.0, 4.3, 4.4)]
    [4, 4, 4, 4, 5]
    """
    return -int(-(change_beat - LATE_BEATS) // 1)


def _same(one: Chord, other: Chord) -> bool:
    """Whether a bass plays both alike: one root and bass, and no other third."""
    thirds = [{(pc - c.root) % 12 for pc in c.pitch_classes} & {3, 4} for c in (one, other)]
    alike = not all(thirds) or thirds[0] == thirds[1]
    return (one.root, one.bass) == (other.root, other.bass) and alike


@lru_cache(4096)
def chord_under(harmony: Harmony) -> Chord | None:
    """The chord a bass player thinks of under these keys; a lone key is a root with its fifth."""
    if harmony.bass is None:
        return None
    chord = chord_in(harmony)
    return chord or parse_chord(f"{PITCH_CLASS_NAMES[harmony.bass]}5")


@lru_cache(512)
def scale_of(chord: Chord) -> frozenset[int]:
    """The pitch classes that a line over this chord passes through, the chord's own among them."""
    above = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    if 3 in above and 4 not in above:
        if 6 in above and 7 not in above:
            scale = set(DIMINISHED if 9 in above else HALF_DIMINISHED)
        else:
            scale = set(MELODIC if 11 in above else MINOR)
    elif 10 in above:
        scale = set(DOMINANT)
        scale ^= {2, 1} if above & {1, 3} else set()
        scale ^= {9, 8} if 8 in above else set()
        scale ^= {5, 6} if 6 in above else set()
    else:
        scale = set(MAJOR) ^ ({5, 6} if 6 in above else set())
    return frozenset((chord.root + step) % 12 for step in scale | above)
