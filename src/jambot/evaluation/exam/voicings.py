"""Does it quote chords? Voicings of three notes and more, and pairs of them in a row, in any key.

A voicing is its intervals below the top note. A single one is a pianist's vocabulary, and nearly
all of people's are known from others; two in a row, with the step between their top notes, are
more. Both stand beside the same of held-out people.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

from jambot.evaluation.spread import ratio_interval
from jambot.music import Note, strikes

FEWEST_NOTES = 3

Voicing = tuple[int, ...]
"""Semitones below the top note, downward."""
Pair = tuple[Voicing, int, Voicing]
"""Two strikes in a row with the step from top note to top note."""


class KnownVoicings:
    """The voicings of all training solos, and the pairs of them.

    >>> c = [Note(0.0, 1.0, pitch) for pitch in (60, 64, 70)]
    >>> f = [Note(1.0, 1.0, pitch) for pitch in (60, 63, 69)]
    >>> known = KnownVoicings([[*c, *f]])
    >>> known.counts([note.transposed(3) for note in [*c, *f]])
    ((2, 2), (1, 1))
    >>> known.counts([*f, *(note.shifted(2.0) for note in c)])  # the other way round
    ((2, 2), (0, 1))
    """

    def __init__(self, solos: Iterable[Sequence[Note]]) -> None:
        self._voicings: set[Voicing] = set()
        self._pairs: set[Pair] = set()
        for solo in solos:
            voicings, pairs = voicings_of(solo)
            self._voicings.update(voicings)
            self._pairs.update(pairs)

    @property
    def digest(self) -> str:
        """What tells these voicings from others."""
        return sha256(repr((sorted(self._voicings), sorted(self._pairs))).encode()).hexdigest()

    def counts(self, solo: Sequence[Note]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Voicings of the solo: those known, and all; the same of its pairs."""
        voicings, pairs = voicings_of(solo)
        known = sum(voicing in self._voicings for voicing in voicings)
        in_a_row = sum(pair in self._pairs for pair in pairs)
        return (known, len(voicings)), (in_a_row, len(pairs))


def voicings_of(notes: Sequence[Note]) -> tuple[list[Voicing], list[Pair]]:
    """A solo's voicings, and its pairs of them with no smaller strike between."""
    struck = strikes(notes)
    shapes = [tuple(strike[0].pitch - note.pitch for note in strike[1:]) for strike in struck]
    shaped = list(zip(struck, shapes, strict=True))
    pairs = [
        (shape, after[0].pitch - before[0].pitch, following)
        for (before, shape), (after, following) in pairwise(shaped)
        if min(len(shape), len(following)) >= FEWEST_NOTES - 1
    ]
    return [shape for shape in shapes if len(shape) >= FEWEST_NOTES - 1], pairs


def quoted_voicings(
    solos: Sequence[tuple[str, Sequence[Note]]], known: KnownVoicings
) -> dict[str, Any]:
    """Shares of known voicings and of known pairs, `solos` being (tune, notes); None without any.

    `voicings` and `voicing_pairs` with their intervals (`_ci`) and how many there were (`_n`).
    """
    found: dict[str, Any] = {}
    counts = [(tune, known.counts(solo)) for tune, solo in solos]
    for place, name in enumerate(("voicings", "voicing_pairs")):
        by_tune: dict[str, list[tuple[float, float]]] = {}
        for tune, both in counts:
            by_tune.setdefault(tune, []).append((float(both[place][0]), float(both[place][1])))
        every = [both[place] for _, both in counts]
        count = sum(of for _, of in every)
        found[name] = sum(one for one, _ in every) / count if count else None
        found[f"{name}_ci"] = ratio_interval(by_tune)
        found[f"{name}_n"] = count
    return found
