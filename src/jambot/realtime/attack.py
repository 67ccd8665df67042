"""The first note that a trigger asks for, from the asking until it is promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jambot.music import HarmonyChange, Note
from jambot.music.harmony import CHORD_SIZE
from jambot.realtime.plan import PlannedNote
from jambot.realtime.player import Answer
from jambot.tokens.codec import statement_tick
from jambot.tokens.vocabulary import TICKS_PER_BEAT


@dataclass(slots=True)
class Attack:
    """Where the first note is wanted, and which of the answers may give it.

    A rolled chord asks anew with every key. The first note of an earlier answer may sound all the
    same when its prompt knew three pitch classes, or when it belongs to the chord as heard by now;
    what follows it is planned under the whole chord. Threads: the stage's alone.
    """

    beat: float | None = None
    """Where it is wanted; None when none is."""
    at_once: bool = False
    """Whether it is due as soon as it exists."""
    _awaited: bool = False
    _known: dict[int, int] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether a first note is still to come."""
        return self.beat is not None

    def begin(self, beat: float, at_once: bool) -> None:
        """A trigger asks for a note on `beat`."""
        self.beat, self.at_once = beat, at_once
        self._known.clear()

    def forget(self) -> None:
        """No note is wanted any more."""
        self.beat, self._awaited = None, False

    def met(self, onset_beats: float) -> None:
        """A note was promised; from the place of the attack on, it is the answer."""
        if self.beat is not None and onset_beats >= self.beat:
            self.beat = None

    def place(self, beat: float, harmonies: Sequence[HarmonyChange]) -> float:
        """Where to ask for it: now or on its line, on the grid, under its chord."""
        place = on_grid(max(self.beat or 0.0, beat))
        if not harmonies:
            return place
        return max(place, statement_tick(harmonies[-1].beat) / TICKS_PER_BEAT)

    def asked(self, request: int, harmonies: Sequence[HarmonyChange]) -> None:
        """The player has been asked; its answer is awaited."""
        self._awaited = True
        if self.pending and harmonies:
            self._known[request] = len(harmonies[-1].harmony.pitch_classes)

    def fits(self, answer: Answer, harmonies: Sequence[HarmonyChange]) -> bool:
        """Whether the first note of an answer to an earlier request may sound."""
        waits = self.at_once and self._awaited and self.pending
        if not (waits and answer.notes and answer.id in self._known):
            return False
        heard = harmonies[-1].harmony.pitch_classes
        return self._known[answer.id] >= CHORD_SIZE or answer.notes[0].pitch % 12 in heard

    def planned(
        self, notes: Sequence[Note], prompt: int, harmony: int, source: str
    ) -> list[PlannedNote]:
        """Notes for the plan; the first that answers the trigger is due at once."""
        at_once = self.at_once and self._awaited and self.pending
        if notes:
            self._awaited = False
        return [
            PlannedNote(note, prompt, harmony, source, at_once=at_once and i == 0)
            for i, note in enumerate(notes)
        ]


def on_grid(beats: float) -> float:
    """The first place at or after `beats` where a note can be asked for."""
    return -(-(beats * TICKS_PER_BEAT - 1e-6) // 1) / TICKS_PER_BEAT


def place_before(beats: float) -> float:
    """The last place at or before `beats` where a note can be asked for."""
    return (beats * TICKS_PER_BEAT + 1e-6) // 1 / TICKS_PER_BEAT
