"""Chords: their qualities, and naming what hands play. `chord_symbol` reads what people write.

Pitch classes are 0–11 with C = 0. A chord is its symbol, its root, its bass and the pitch classes
that belong to it, the root first and the rest upward from it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

PITCH_CLASS_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "6": (0, 4, 7, 9),
    "69": (0, 2, 4, 7, 9),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 2, 4, 7, 11),
    "maj7#11": (0, 4, 6, 7, 11),
    "7": (0, 4, 7, 10),
    "9": (0, 2, 4, 7, 10),
    "13": (0, 2, 4, 7, 9, 10),
    "7b9": (0, 1, 4, 7, 10),
    "7#9": (0, 3, 4, 7, 10),
    "7#11": (0, 4, 6, 7, 10),
    "7b13": (0, 4, 7, 8, 10),
    "7alt": (0, 1, 3, 4, 8, 10),
    "7#5": (0, 4, 8, 10),
    "7b5": (0, 4, 6, 10),
    "7sus4": (0, 5, 7, 10),
    "9sus4": (0, 2, 5, 7, 10),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "m": (0, 3, 7),
    "m6": (0, 3, 7, 9),
    "m7": (0, 3, 7, 10),
    "m9": (0, 2, 3, 7, 10),
    "m11": (0, 2, 3, 5, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8),
}
"""Quality suffix -> intervals above the root, in semitones; the spelling we print."""

_SYMBOL = re.compile(r"[A-G][#b]?([^/]*)")


@dataclass(frozen=True, slots=True)
class Chord:
    """A named chord. `pitch_classes` start at the root and go upward; `bass` may differ from it."""

    symbol: str
    root: int
    bass: int
    pitch_classes: tuple[int, ...]

    def transposed(self, semitones: int) -> "Chord":
        """The same chord `semitones` higher, its symbol spelled anew."""
        root, bass = (self.root + semitones) % 12, (self.bass + semitones) % 12
        slash = f"/{PITCH_CLASS_NAMES[bass]}" if bass != root else ""
        classes = tuple((pc + semitones) % 12 for pc in self.pitch_classes)
        return Chord(PITCH_CLASS_NAMES[root] + self._quality + slash, root, bass, classes)

    @property
    def _quality(self) -> str:
        match = _SYMBOL.match(self.symbol)
        return match.group(1) if match else ""


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord and where it holds, in beats; `chord` is None where nothing is written (N.C.)."""

    onset_beats: float
    end_beats: float
    chord: Chord | None


def chord_of(root: int, quality: str, bass: int | None = None) -> Chord:
    """The chord with this root (0–11) and quality (a key of `QUALITIES`)."""
    bass = root if bass is None else bass
    slash = f"/{PITCH_CLASS_NAMES[bass]}" if bass != root else ""
    classes = tuple((root + interval) % 12 for interval in QUALITIES[quality])
    return Chord(f"{PITCH_CLASS_NAMES[root]}{quality}{slash}", root, bass, classes)


_RECOGNISED = (
    "", "m", "7", "maj7", "m7", "6", "m6", "m7b5", "dim7", "9", "maj9", "m9", "13", "7b9", "7#9",
    "7#11", "7#5", "7sus4", "9sus4", "sus4", "mmaj7", "69", "m11", "maj7#11", "dim", "aug", "7alt",
)  # fmt: skip
_ROOTLESS = {"maj9", "m9", "9", "13", "69", "7alt", "7b9", "m11"}


def recognise(pitches: Iterable[int], previous: Chord | None = None) -> Chord | None:
    """Name the chord that hands play, or None for fewer than two pitch classes.

    Every template on every root is scored: classes it explains, classes it wants and lacks, the
    bass as root, and how the root moves from `previous` (a fifth down, a step, or the same root
    cost least). A template may lack its root only where pianists leave it to the bass (9ths and
    13ths).
    """
    ordered = sorted(pitches)
    classes = {pitch % 12 for pitch in ordered}
    if len(classes) < 2:
        return None
    bass = ordered[0] % 12
    best: tuple[float, Chord] | None = None
    # From the bass up, so that of two equal names the same one wins in every key.
    for root in ((bass + interval) % 12 for interval in range(12)):
        for quality in _RECOGNISED:
            score = _fit(classes, bass, root, quality, previous)
            if score is not None and (best is None or score > best[0]):
                best = (score, chord_of(root, quality))
    if best is None:
        return None
    chord = best[1]
    inverted = bass != chord.root and chord.root in classes and bass in chord.pitch_classes
    return Chord(
        f"{chord.symbol}/{PITCH_CLASS_NAMES[bass]}" if inverted else chord.symbol,
        chord.root,
        bass if inverted else chord.root,
        chord.pitch_classes,
    )


def _fit(
    classes: set[int], bass: int, root: int, quality: str, previous: Chord | None
) -> float | None:
    template = {(root + interval) % 12 for interval in QUALITIES[quality]}
    fifth = (root + 7) % 12
    explained = len(classes & template)
    missing = template - classes - {fifth}
    rootless = root not in classes
    if rootless and (quality not in _ROOTLESS or len(missing - {root}) > 0 or len(classes) < 3):
        return None
    score = 2.0 * explained - 2.5 * len(classes - template) - 1.2 * len(missing - {root})
    score += 1.5 if bass == root else 0.0
    score -= 2.2 if rootless else 0.0
    score -= 0.03 * _RECOGNISED.index(quality)
    if previous is not None:
        motion = (root - previous.root) % 12
        score += {0: 0.5, 5: 0.8, 7: 0.2, 10: 0.3, 11: 0.4, 1: 0.2, 2: 0.3}.get(motion, 0.0)
    return score
