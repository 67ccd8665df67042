"""Does it quote its training set? Runs of notes, in any key, that occur there.

A line is its intervals, rhythm aside, as for `repetition_rate`. People quote too, so every figure
stands beside the same of held-out people.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from jambot.evaluation.exam.voicings import KnownVoicings, quoted_voicings
from jambot.evaluation.metrics import intervals
from jambot.evaluation.spread import ratio_interval
from jambot.music import Note

SHAPE_NOTES = (6, 8, 12)
"""Lengths of the runs whose rates are told; eight notes are the design's `copy_rate`."""
BETWEEN_SOLOS = b"\x00"
"""No interval: the moves of a MIDI line are stored as 1 to 255."""


class KnownLines:
    """The interval lines of all training solos, to be searched for runs of them.

    >>> lick = [Note(float(i), 1.0, pitch) for i, pitch in enumerate((60, 62, 64, 65, 67, 69))]
    >>> known = KnownLines([lick])
    >>> known.rate([[note.transposed(3) for note in lick]], 6), known.longest(lick[1:4])
    (1.0, 3)
    """

    def __init__(self, solos: Iterable[Sequence[Note]]) -> None:
        self._text = BETWEEN_SOLOS.join(moves_of(solo) for solo in solos)
        self._runs: dict[int, set[bytes]] = {}

    @property
    def digest(self) -> str:
        """What tells these lines from others."""
        return sha256(self._text).hexdigest()

    def rate(self, solos: Iterable[Sequence[Note]], notes: int) -> float | None:
        """Share of the solos' runs of so many notes that occur in training; None without a run.

        Formula: |{i : (m_i … m_{i+n-2}) in training}| / runs, m the intervals, n = `notes`.
        """
        counts = [self.counts(solo, notes) for solo in solos]
        runs = sum(every for _, every in counts)
        return sum(known for known, _ in counts) / runs if runs else None

    def counts(self, solo: Sequence[Note], notes: int) -> tuple[int, int]:
        """Runs of `notes` notes in the solo: those known, and all."""
        known = self._runs_of(notes)
        runs = list(_runs(moves_of(solo), notes - 1))
        return sum(run in known for run in runs), len(runs)

    def longest(self, solo: Sequence[Note]) -> int:
        """Notes in the longest run of the solo that occurs in one training solo.

        Convention: any two successive notes whose interval occurs are a run of two. Empty case:
        fewer than two notes, or nothing in common, give 0.
        """
        moves, longest = moves_of(solo), 0
        for i in range(len(moves)):
            while i + longest < len(moves) and moves[i : i + longest + 1] in self._text:
                longest += 1
        return longest + 1 if longest else 0

    def _runs_of(self, notes: int) -> set[bytes]:
        if notes not in self._runs:
            lines = self._text.split(BETWEEN_SOLOS)
            self._runs[notes] = {run for line in lines for run in _runs(line, notes - 1)}
        return self._runs[notes]


def copy_rates(
    solos: Sequence[tuple[str, Sequence[Note]]],
    known: KnownLines | None,
    voicings: KnownVoicings | None = None,
) -> dict[str, Any] | None:
    """Rates of known runs by their length (`rate`: eight notes), the longest, in notes; voicings.

    `solos` are (tune, notes). None without a run to look for.
    """
    if known is None or known.rate([solo for _, solo in solos], 8) is None:
        return None
    pairs: dict[str, list[tuple[float, float]]] = {}
    for tune, solo in solos:
        found, runs = known.counts(solo, 8)
        pairs.setdefault(tune, []).append((float(found), float(runs)))
    notes = [solo for _, solo in solos]
    longest = [known.longest(solo) for solo in notes]
    rates = {f"rate_{n}": known.rate(notes, n) for n in SHAPE_NOTES if n != 8}
    return {
        "rate": known.rate(notes, 8),
        "rate_ci": ratio_interval(pairs),
        **rates,
        "longest": max(longest),
        "longest_median": float(np.median(longest)),
        **(quoted_voicings(solos, voicings) if voicings else {}),
    }


def beside(mine: Mapping[str, Any], people: Mapping[str, Any]) -> dict[str, Any]:
    """A model's rates with people's, and by how much each exceeds theirs."""
    found = dict(mine)
    for name, said in (("rate", ""), ("voicings", "voicings_"), ("voicing_pairs", "pairs_")):
        if mine.get(name) is not None and people.get(name) is not None:
            found[f"{said}people"] = people[name]
            found[f"{said}excess"] = mine[name] - people[name]
    return found


def moves_of(notes: Sequence[Note]) -> bytes:
    """The solo's intervals as bytes, 128 for a repeated pitch; fewer than two notes give none."""
    return bytes(move + 128 for move in intervals(notes))


def _runs(moves: bytes, length: int) -> Iterable[bytes]:
    return (moves[i : i + length] for i in range(len(moves) - length + 1))
