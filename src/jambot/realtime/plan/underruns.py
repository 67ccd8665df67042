"""When the plan runs dry: noticed, counted, and played over by rule until answers come again."""

from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.attack import Attack, on_grid
from jambot.realtime.plan.foresight import Foresight
from jambot.realtime.plan.horizon import Horizon
from jambot.realtime.plan.prompt_builder import PromptBuilder
from jambot.realtime.player.fallback import PHRASE_BEATS, Fallback

MARGIN_BEATS = 0.5
"""With less than this ahead the plan is as good as dry."""
PATIENCE_SECONDS = 0.1
"""How long the player may think about a new request before the fallback speaks for it."""


class Underruns:
    """Sees to it that there is always something to play.

    Threads: the stage's own; it never waits for anything.
    """

    def __init__(
        self,
        fallback: Fallback,
        builder: PromptBuilder,
        attack: Attack,
        horizon: Horizon,
        foresight: Foresight,
        log: SessionLog,
    ) -> None:
        self.count = 0
        self.lasting = False
        """Whether the plan is dry now: an underrun lasts until answers come again."""
        self._fallback, self._builder, self._attack = fallback, builder, attack
        self._plan, self._line = horizon.plan, horizon.line
        self._horizon, self._foresight, self._log = horizon, foresight, log

    def mind(self, now: float, waited_seconds: float) -> None:
        """When the plan is nearly dry and no answer came for so long, fill another beat of it."""
        beat, plan = self._line.beat_at(now), self._plan
        if self._horizon.turn_planned or not self._builder.harmonies:
            self.lasting = False
            return
        if self._begins(beat, waited_seconds):
            self._log.write("underrun", seconds=now - self._log.zero, beat=beat)
        if self.lasting and plan.covered_beats <= beat + MARGIN_BEATS:
            self._fill(now, beat)

    def _begins(self, beat: float, waited_seconds: float) -> bool:
        """Whether now, with no answer for so long, an underrun begins; it is counted."""
        if self._plan.frontier_beats > beat + MARGIN_BEATS:
            self.lasting = False
            return False
        if self.lasting or waited_seconds < PATIENCE_SECONDS:
            return False
        self.lasting = True
        self.count += 1
        return True

    def _fill(self, now: float, beat: float) -> None:
        attack, covered = self._attack.pending, self._plan.covered_beats
        if attack:
            start = max(covered, self._attack.place(beat, self._builder.harmonies))
        else:
            start = on_grid(max(covered, self._horizon.commit(now)))
        until = start + PHRASE_BEATS
        prompt = self._builder.prompt(start, attack, expected=self._foresight.told)
        notes = self._fallback.phrase(prompt, until)
        planned = self._attack.planned(notes, 0, self._builder.strikes, "fallback")
        self._plan.fill(planned, until)
