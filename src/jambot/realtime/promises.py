"""Promising: what has come near leaves the plan for good, and is the scheduler's."""

from collections import deque
from dataclasses import replace

from jambot.generation.dynamics import struck
from jambot.realtime.attack import Attack
from jambot.realtime.horizon import Horizon
from jambot.realtime.plan import PlannedNote
from jambot.realtime.prompt_builder import PromptBuilder
from jambot.realtime.scheduler import Scheduler

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
            if planned.at_once:
                note = replace(planned.note, onset_beats=self._line.beat_at(now))
                planned = replace(planned, note=note)
            elif planned.note.onset_beats <= self._builder.promised_beats:
                continue
            intensity = self._builder.controls.intensity
            sounding = struck(planned.note, self._builder.controls)
            promised.append(replace(planned, note=sounding, intensity=intensity))
            self._builder.promise(planned.note)
            self._attack.met(planned.note.onset_beats)
        self.last.extend(promised)
        self._scheduler.accept(promised, now)

    def withdraw(self, from_beats: float) -> None:
        """Take back what has not sounded; what begins from there on is not remembered either."""
        self._scheduler.withdraw()
        self._builder.withdraw(from_beats)
        while self.last and self.last[-1].note.onset_beats >= from_beats:
            self.last.pop()
