"""What the hands play: a bass and the pitch classes above it. No chord name is needed.

`ear` turns the keys of a pianist's comping into *harmony changes*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROLL_BEATS = 0.12
"""Note-ons this close to the first of a strike belong to it (60 ms at 120 bpm: a rolled chord)."""
CHORD_SIZE = 3
"""So many pitch classes are a chord."""
MAX_CLASSES = 7
"""More pitch classes than this are a cluster; the lowest ones are kept."""


@dataclass(frozen=True, slots=True)
class Harmony:
    """The lowest pitch class and the other classes in ascending order from it.

    `bass` is None, and `pitch_classes` empty, when nothing has been heard.
    """

    bass: int | None = None
    pitch_classes: tuple[int, ...] = ()

    @classmethod
    def of(cls, pitches: Iterable[int]) -> "Harmony":
        """From sounding MIDI pitches; none gives the empty harmony."""
        ordered = sorted(pitches)
        if not ordered:
            return cls()
        bass = ordered[0] % 12
        kept = list(dict.fromkeys(pitch % 12 for pitch in ordered))[:MAX_CLASSES]
        return cls(bass, tuple(sorted(kept, key=lambda pc: (pc - bass) % 12)))

    def transposed(self, semitones: int) -> "Harmony":
        """The same harmony `semitones` higher."""
        if self.bass is None:
            return self
        return Harmony(
            (self.bass + semitones) % 12, tuple((pc + semitones) % 12 for pc in self.pitch_classes)
        )


SILENCE = Harmony()


@dataclass(frozen=True, slots=True)
class HarmonyChange:
    """From `beat` on, `harmony` holds."""

    beat: float
    harmony: Harmony


def harmony_at(changes: Sequence[HarmonyChange], beat: float) -> Harmony:
    """The harmony that holds at `beat` (a change on the beat counts); silence before the first."""
    held = SILENCE
    for change in changes:
        if change.beat > beat:
            break
        held = change.harmony
    return held
