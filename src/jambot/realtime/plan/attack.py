"""The first note that a trigger asks for, from the asking until it is promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jambot.music import HarmonyChange, Note
from jambot.music.harmony import CHORD_SIZE
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.player.player import Answer
from jambot.tokens.codec import statement_tick
from jambot.tokens.vocabulary import TICKS_PER_BEAT

STEPS = ("settle", "prompt", "prefill", "note", "answer", "port")
"""What a first note waits for: until the keys were struck that its prompt knew and that prompt was
sent, until the player took it up, computed it, made the note, until the stage had the answer, and
until the note was in the port."""


@dataclass(slots=True)
class Attack:
    """Where the first note is wanted, which of the answers may give it, and how long it took.

    A rolled chord asks anew with every key. The first note of an earlier answer may sound all the
    same when its prompt knew three pitch classes, or when it belongs to the chord as heard by now;
    what follows it is planned under the whole chord. Times are seconds of the clock, which the
    player's process shares. Threads: the stage's alone.
    """

    beat: float | None = None
    """Where it is wanted; None when none is."""
    at_once: bool = False
    """Whether it is due as soon as it exists."""
    ms: float | None = None
    """How long the last trigger waited for its note."""
    _awaited: bool = False
    _struck: tuple[int, float] | None = None
    """The request whose answer came at once, and where it was planned."""
    _known: dict[int, int] = field(default_factory=dict)
    _heard_at: float | None = None
    _asked: dict[int, float] = field(default_factory=dict)
    _marks: tuple[float, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether a first note is still to come."""
        return self.beat is not None

    @property
    def hurries(self) -> bool:
        """Whether a note is due as soon as it exists."""
        return self.at_once and self.pending

    def begin(self, beat: float, at_once: bool, heard_at: float | None = None) -> None:
        """A trigger asks for a note on `beat`, timed from `heard_at` on where that is said."""
        self.beat, self.at_once = beat, at_once
        self._known.clear()
        if heard_at is not None:
            self._heard_at, self._marks = heard_at, ()
            self._asked.clear()

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

    def asked(self, request: int, harmonies: Sequence[HarmonyChange], now: float) -> None:
        """The player has been asked; its answer is awaited."""
        self._awaited = True
        if self._heard_at is not None:
            self._asked[request] = now
        if self.pending and harmonies:
            self._known[request] = len(harmonies[-1].harmony.pitch_classes)

    def fits(self, answer: Answer, harmonies: Sequence[HarmonyChange]) -> bool:
        """Whether the first note of an answer to an earlier request may sound."""
        waits = self.hurries and self._awaited
        if not (waits and answer.notes and answer.id in self._known):
            return False
        heard = harmonies[-1].harmony.pitch_classes
        return self._known[answer.id] >= CHORD_SIZE or answer.notes[0].pitch % 12 in heard

    def planned(
        self, notes: Sequence[Note], prompt: int, harmony: int, source: str
    ) -> list[PlannedNote]:
        """Notes for the plan; the first strike that answers the trigger is due at once."""
        if notes and self.hurries and self._awaited:
            self._struck = prompt, notes[0].onset_beats
        if notes:
            self._awaited = False
        return [
            PlannedNote(
                note, prompt, harmony, source, at_once=self._struck == (prompt, note.onset_beats)
            )
            for note in notes
        ]

    def answered(self, answer: Answer, now: float) -> None:
        """The note is there."""
        asked, work = self._asked.get(answer.id), answer.work
        if asked is not None and work is not None and not self._marks:
            self._marks = (asked, work.taken, work.computed, work.made, now)

    def sounded(self, played: float) -> dict[str, float] | None:
        """The last note that sounded began at `played`; the ms of each step if it is this one.

        Empty where the player keeps no time.
        """
        if self._heard_at is None or played < self._heard_at:
            return None
        self.ms, heard_at = (played - self._heard_at) * 1e3, self._heard_at
        self._heard_at = None
        self._asked.clear()
        marks = (heard_at, *self._marks, played)
        if len(marks) <= len(STEPS):
            return {}
        return {step: (marks[i + 1] - marks[i]) * 1e3 for i, step in enumerate(STEPS)}


def on_grid(beats: float) -> float:
    """The first place at or after `beats` where a note can be asked for."""
    return -(-(beats * TICKS_PER_BEAT - 1e-6) // 1) / TICKS_PER_BEAT


def place_before(beats: float) -> float:
    """The last place at or before `beats` where a note can be asked for."""
    return (beats * TICKS_PER_BEAT + 1e-6) // 1 / TICKS_PER_BEAT
