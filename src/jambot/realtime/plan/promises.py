"""Promising: what has come near leaves the plan for good, and is the scheduler's."""

from collections import deque
from dataclasses import replace

from jambot.generation.dynamics import struck
from jambot.realtime.plan.attack import Attack
from jambot.realtime.plan.horizon import Horizon
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.plan.prompt_builder import PromptBuilder
from jambot.realtime.plan.scheduler import Scheduler

PROMISES_SHOWN = 64
"""Notes that views are told of again, so that a busy one misses none."""


class Promises:
    """Takes notes out of the plan as late as can be, as they are to be struck.

    Threads: the stage's alone.
    """

    def __init__(
        self,
        builder: PromptBuilder,
        attack: Attack,
        horizon: Horizon,
        scheduler: Scheduler,
    ) -> None:
        self.last: deque[PlannedNote] = deque(maxlen=PROMISES_SHOWN)
        """The last notes that were promised and not taken back."""
        self.open_from = float("-inf")
        """The beat from which on nothing is promised."""
        self._strike: tuple[int, float, float] | None = None
        """The request of the last strike, where it was planned, and where it was promised."""
        self._plan, self._line = horizon.plan, horizon.line
        self._builder, self._attack = builder, attack
        self._horizon, self._scheduler = horizon, scheduler

    def mind(self, now: float) -> None:
        """Promise what has come near; what a newer plan is to replace, as late as can be."""
        until = self._horizon.commit(now)
        self.until(until, now, self._horizon.held(now))
        self.open_from = min(self._plan.resume_beats, until) if self._plan.awaited else until

    def until(self, beat: float, now: float, held_beats: float | None = None) -> None:
        """Promise what begins before `beat`; a late answer changes no promise."""
        if self._horizon.end_beat is not None:
            beat = min(beat, self._horizon.end_beat)
        promised: list[PlannedNote] = []
        for planned in self._plan.commit(beat, held_beats):
            placed = self._placed(planned, now)
            if placed is None:
                continue
            planned = placed
            intensity = self._builder.controls.intensity
            sounding = struck(planned.note, self._builder.controls)
            promised.append(replace(planned, note=sounding, intensity=intensity))
            self._builder.promise(planned.note)
            self._attack.met(planned.note.onset_beats)
        self.last.extend(promised)
        self._scheduler.accept(promised, now)

    def _placed(self, planned: PlannedNote, now: float) -> PlannedNote | None:
        """The note where it is to sound; None where it comes too late to be promised.

        The notes of a strike may be planned one after another; they keep together.
        """
        strike, meant = (planned.prompt, planned.note.onset_beats), planned.note.onset_beats
        if self._strike is not None and self._strike[:2] == strike:
            onset = self._strike[2]
        elif planned.at_once:
            onset = self._line.beat_at(now)
        elif meant <= self._builder.promised_beats:
            return None
        else:
            onset = meant
        self._strike = (*strike, onset)
        if onset == meant:
            return planned
        return replace(planned, note=replace(planned.note, onset_beats=onset))

    def withdraw(self, from_beats: float) -> None:
        """Take back what has not sounded; what begins from there on is not remembered either."""
        self._scheduler.withdraw()
        self._builder.withdraw(from_beats)
        while self.last and self.last[-1].note.onset_beats >= from_beats:
            self.last.pop()
