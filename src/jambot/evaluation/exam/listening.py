"""Does the model follow when the chords turn elsewhere? The coming bar's harmony is swapped, live.

At a bar line, after the person's own solo so far, the model improvises the coming bar twice by the
same seed: over the harmony as it is, and over the same a tritone away. A model that listens reaches
the same chord-tone share both times, each in the harmony it heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.prediction import TRITONE
from jambot.evaluation.metrics import ChordLine
from jambot.generation import Generator
from jambot.music import SILENCE, HarmonyChange, Note, harmony_at
from jambot.tokens import Prompt

EVERY_BARS = 4
FIRST_BAR = 4
"""Bars of the person's solo that the model has heard before it is first asked."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Chord-tone counts of the new notes, in the harmony that was heard, and in the one left.

    All notes of a strike count, not its top alone.
    `swapped_in_old` counts the swapped bars' notes against the chords they left, where a model that
    does not listen would go on as before.
    """

    notes: int = 0
    inside: int = 0
    swapped_notes: int = 0
    swapped_inside: int = 0
    swapped_in_old: int = 0

    def __add__(self, other: "Followed") -> "Followed":
        return Followed(
            self.notes + other.notes,
            self.inside + other.inside,
            self.swapped_notes + other.swapped_notes,
            self.swapped_inside + other.swapped_inside,
            self.swapped_in_old + other.swapped_in_old,
        )

    def as_dict(self) -> dict[str, float | int | None]:
        """Shares: `followed` in the new chords, `unswapped`, and their difference `lost`.

        None without notes.
        """
        swapped = self.swapped_notes or None
        followed = self.swapped_inside / swapped if swapped else None
        unswapped = self.inside / self.notes if self.notes else None
        lost = None if followed is None or unswapped is None else unswapped - followed
        return {
            "followed": followed,
            "unswapped": unswapped,
            "lost": lost,
            "followed_in_old_chord": self.swapped_in_old / swapped if swapped else None,
            "followed_notes": self.swapped_notes,
        }


def followed(generator: Generator, excerpt: Excerpt) -> Followed:
    """Swap the harmony of one bar in `EVERY_BARS` and count what the model answers in it.

    An excerpt of `FIRST_BAR` bars or fewer asks nothing.
    """
    changes = excerpt.heard
    total = Followed()
    for bar in range(FIRST_BAR, excerpt.bars, EVERY_BARS):
        start = excerpt.start_beats + excerpt.meter.bar_start(bar)
        plain = _restated(changes, start, start + excerpt.meter.beats_per_bar, 0)
        if plain[-1].harmony == SILENCE:
            continue
        swapped = _restated(changes, start, start + excerpt.meter.beats_per_bar, TRITONE)
        straight = _coming_bar(generator, excerpt, plain, start)
        turned = _coming_bar(generator, excerpt, swapped, start)
        total += Followed(
            len(straight),
            _inside(straight, plain),
            len(turned),
            _inside(turned, swapped),
            _inside(turned, plain),
        )
    return total


def _restated(
    changes: Sequence[HarmonyChange], start: float, end: float, semitones: int
) -> list[HarmonyChange]:
    """The changes up to `end`; those from `start` on, and what holds there, moved by semitones."""
    before = [change for change in changes if change.beat < start]
    held = harmony_at(before, start)
    inside = [change for change in changes if start <= change.beat < end]
    if not inside or inside[0].beat > start:
        inside.insert(0, HarmonyChange(start, held))
    moved = [HarmonyChange(c.beat, c.harmony.transposed(semitones)) for c in inside]
    return [*before, *moved]


def _coming_bar(
    generator: Generator, excerpt: Excerpt, harmonies: Sequence[HarmonyChange], start: float
) -> list[Note]:
    end = start + excerpt.meter.beats_per_bar
    generator.prompt(
        Prompt(
            harmonies=tuple(harmonies),
            notes=tuple(note for note in excerpt.human if note.onset_beats < start),
            resume_beats=start,
            tempo_bpm=excerpt.tempo_bpm,
            meter=excerpt.meter,
        )
    )
    notes: list[Note] = []
    while generator.frontier_beats < end:
        note = generator.advance()
        if note is not None and start <= note.onset_beats < end:
            notes.append(note)
    return notes


def _inside(notes: Sequence[Note], harmonies: Sequence[HarmonyChange]) -> int:
    line = ChordLine.of(list(harmonies))
    return sum(note.pitch % 12 in (line.at(note.onset_beats) or ()) for note in notes)
