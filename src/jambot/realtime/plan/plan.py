"""What the bot intends to play: notes not yet promised, and how far they reach."""

from bisect import insort
from dataclasses import dataclass, field
from typing import Any

from jambot.music import Note

ORIGIN = ("source", "prompt", "harmony", "at_once", "expected", "intensity")
"""Where a note came from, as the log has it."""


@dataclass(frozen=True, slots=True, order=True)
class PlannedNote:
    """A note and where it came from.

    `prompt` and `harmony` number the request that made it (none made a fallback: 0) and the newest
    harmony that it had heard, `expected` the expected change that it stands on (none: 0); `source`
    is `model` or `fallback`; `at_once` marks the answer to a trigger, due on arrival. Once promised
    the note is as it is struck at this `intensity`.
    """

    note: Note
    prompt: int = 0
    harmony: int = 0
    source: str = "model"
    at_once: bool = False
    expected: int = 0
    intensity: float | None = field(default=None, compare=False)

    @property
    def origin(self) -> dict[str, Any]:
        """Where the note came from, as the log has it."""
        return {name: getattr(self, name) for name in ORIGIN}


@dataclass(slots=True)
class Plan:
    """Tentative notes in playing order, decided up to `frontier_beats`.

    An answer to a newer request takes over gradually: its notes replace the older ones only as far
    as it has been decided, so the plan never shrinks while the new one is being made. Fallback
    phrases reach on to `covered_beats`; whatever is decided later replaces them.
    """

    frontier_beats: float = 0.0
    covered_beats: float = 0.0
    notes: list[PlannedNote] = field(default_factory=list)
    prompt: int = -1
    locked_beats: float = 0.0
    """What begins before this beat is not planned anew."""
    resume_beats: float = float("-inf")
    """Where the newest request's answer begins."""
    _new_frontier: float = 0.0

    def take_over(self, prompt: int, resume_beats: float) -> None:
        """Answers to request `prompt` are to replace the plan from `resume_beats` on."""
        self.prompt, self.resume_beats = prompt, resume_beats
        self._new_frontier = resume_beats

    def extend(self, notes: list[PlannedNote], frontier_beats: float) -> None:
        """Put in an answer to the present request, decided up to `frontier_beats`."""
        start, end = self._new_frontier, max(frontier_beats, self._new_frontier)
        struck = {planned.note.onset_beats for planned in notes}
        self.notes = [
            p
            for p in self.notes
            if p.prompt == self.prompt
            or not (start <= p.note.onset_beats < end or p.note.onset_beats in struck)
        ]
        if any(planned.at_once for planned in notes):
            self.notes = [p for p in self.notes if p.prompt == self.prompt]
        for planned in notes:
            insort(self.notes, planned)
        self._new_frontier = end
        self.frontier_beats = max(self.frontier_beats, end)
        self.covered_beats = max(self.covered_beats, end)

    def fill(self, notes: list[PlannedNote], until_beats: float) -> None:
        """Put in a fallback phrase, which the answer still to come may replace."""
        for planned in notes:
            insort(self.notes, planned)
        self.covered_beats = max(self.covered_beats, until_beats)

    @property
    def awaited(self) -> bool:
        """Whether nothing of the newest request's answer is there yet."""
        return self._new_frontier == self.resume_beats

    def commit(self, before_beats: float, held_beats: float | None = None) -> list[PlannedNote]:
        """Take out, in order, the notes that begin before `before_beats`: they are promised now.

        Those of an older request, which a newer one is to replace, only before `held_beats`.
        """
        count = 0
        for planned in self.notes:
            before = before_beats
            if held_beats is not None and planned.prompt != self.prompt:
                before = min(before_beats, held_beats)
            if not planned.at_once and planned.note.onset_beats >= before:
                break
            count += 1
        promised, self.notes = self.notes[:count], self.notes[count:]
        return promised

    def forget(self, from_beats: float) -> None:
        """Drop everything intended from `from_beats` on."""
        self.notes = [p for p in self.notes if p.note.onset_beats < from_beats]
        self.frontier_beats = self.covered_beats = self._new_frontier = from_beats
        self.locked_beats = min(self.locked_beats, from_beats)
        self.resume_beats = float("-inf")
