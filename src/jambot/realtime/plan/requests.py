"""What the player is asked for: a plan, more of it, and in silence to be ready for one."""

from jambot.generation import SamplingSettings
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.horizon import Horizon
from jambot.realtime.plan.prompt_builder import PromptBuilder
from jambot.realtime.plan.style_change import StyleChange
from jambot.realtime.player.player import Extension, Player, Request
from jambot.tokens import Prompt

READY_BEATS = 0.6
"""So long before a beat all is computed that a trigger on it will need: after the second triplet,
before the eighth, for then they come too."""


class Requests:
    """Numbers the requests, and knows of the newest what it asked for.

    Threads: the stage's alone; the player is asked, never waited for.
    """

    def __init__(
        self,
        player: Player,
        builder: PromptBuilder,
        horizon: Horizon,
        style: StyleChange,
        log: SessionLog,
        sampling: SamplingSettings | None,
    ) -> None:
        self.sampling = sampling
        """How the player is to sample; None leaves it as it was made."""
        self.harmony = 0
        """The newest harmony that the plan asked for knows of."""
        self.seconds = 0.0
        """When that plan was asked for."""
        self._player, self._builder, self._horizon = player, builder, horizon
        self._line, self._style, self._log = horizon.line, style, log
        self._number = 0
        self._until = 0.0
        self._prepared: object = None

    def plan(self, prompt: Prompt, until_beats: float, reason: str, now: float) -> int:
        """Have it planned anew; gives the number of the request."""
        self._number += 1
        self._until, self.seconds = until_beats, now
        self.harmony = self._builder.strikes
        self._ask(prompt, until_beats)
        self._log.write(
            "prompt",
            id=self._number,
            seconds=now - self._log.zero,
            beat=self._line.beat_at(now),
            reason=reason,
            harmony=self.harmony,
        )
        return self._number

    def answered(self, number: int, resume_beats: float, now: float) -> None:
        """Request `number` has an answer: from there on the plan knows what it told."""
        begins = max(now, self._line.seconds_at(resume_beats))
        self._log.write(
            "answer",
            id=number,
            seconds=now - self._log.zero,
            begins_seconds=begins - self._log.zero,
            harmony=self.harmony,
        )

    def extend(self, plan: int, beat: float) -> None:
        """Ask for more of plan number `plan` where it falls short of the lookahead at `beat`."""
        wanted = self._horizon.wanted(beat)
        if self._until < wanted - 0.5:
            self._until = wanted
            self._player.ask(Extension(plan, wanted))

    def stand_by(self, beat: float) -> None:
        """In silence, have all computed that a trigger on the coming beat will go on from."""
        builder = self._builder
        here = int(max(beat + READY_BEATS, 0.0)) if self._line.begun else 0
        builder.follow_tempo(self._line.bpm)
        situation = (
            here,
            builder.tempo_bpm,
            builder.strikes,
            len(builder.harmonies),
            len(builder.notes),
            builder.controls.levels(),
            self._style.adapter,
            self._player.restarts,
        )
        if situation == self._prepared or not self._player.ready:
            return
        self._prepared = situation
        self._number += 1
        self._ask(builder.prompt(here, attack=True), here)

    def _ask(self, prompt: Prompt, until_beats: float) -> None:
        adapter = self._style.adapter
        self._player.ask(Request(self._number, prompt, until_beats, self.sampling, adapter))
