"""How far ahead of the music it is planned and promised, and where a trigger is answered."""

from dataclasses import dataclass

from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.plan.plan import Plan
from jambot.realtime.settings import Response, SessionSettings

HELD_SECONDS = 0.012
"""Notes of a plan that is being replaced are promised no earlier than this before they are due: in
time for JACK up to 512 frames a period; at 1,024 they may be 10 ms late, once in a while."""
ANSWER_SECONDS = 0.03
"""A newer plan begins no earlier than this after it is asked for: in time to be made, and sent."""
BLOCK_SECONDS = 0.005
"""So much before a host's block begins, a note in it must be with the plugin."""
HEARING_SECONDS = 0.003
"""What was struck less than this ago may not have been heard: a period of the port, and a tick.
Promising so much later keeps notes on a chord that was left within the horizon of its strike."""


@dataclass(slots=True)
class Horizon:
    """The commit horizon and the lookahead, by the settings as they are turned by now.

    `settings` is the one place where those are: whoever else goes by them reads them here.

    Threads: the stage's alone.
    """

    settings: SessionSettings
    line: BeatLine
    plan: Plan
    end_beat: float | None = None
    """Where the bot's turn ends, when turns are taken."""
    block_seconds: float = 0.0
    """How long the blocks of a host are in which our plugin plays; 0 where there is none."""

    def opening(self, beat: float) -> float:
        """Where a trigger at `beat` wants its first note: at once, on the next beat or bar."""
        match self.settings.response:
            case Response.now:
                return beat
            case Response.beat:
                return float(-(-beat // 1))
            case Response.bar:
                return -(-beat // self.settings.beats_per_bar) * self.settings.beats_per_bar

    def commit(self, now: float) -> float:
        """The beat before which notes are promised by now."""
        now += self.settings.latency_seconds
        commit = self.settings.commit_seconds
        if self.block_seconds:
            commit = max(commit, self.block_seconds + ANSWER_SECONDS)
        later = self.line.beat_at(now + commit - HEARING_SECONDS)
        return max(later, self.line.beat_at(now) + self.settings.commit_beats)

    def held(self, now: float) -> float:
        """The beat before which even notes that are to be replaced are promised."""
        return min(
            self.commit(now),
            self._beat_in(max(HELD_SECONDS, self.block_seconds + BLOCK_SECONDS), now),
        )

    def answerable(self, now: float) -> float:
        """The beat from which on a plan that is asked for now can be there in time."""
        return min(self.commit(now), self._beat_in(self.block_seconds + ANSWER_SECONDS, now))

    def wanted(self, beat: float) -> float:
        """Ask up to here: the lookahead, and a beat so that it never falls short between asks."""
        wanted = beat + (self.settings.lookahead_bars * self.settings.beats_per_bar + 1.0)
        return wanted if self.end_beat is None else min(wanted, self.end_beat)

    @property
    def early_seconds(self) -> float:
        """So much earlier all is decided: the sound's delay, and a host's block."""
        return self.settings.latency_seconds + self.block_seconds

    @property
    def turn_planned(self) -> bool:
        """Whether nothing of the turn is left to be planned."""
        return self.end_beat is not None and self.plan.frontier_beats >= self.end_beat

    def lookahead_bars(self, beat: float) -> float:
        """How far the plan reaches beyond `beat`; a plan to the end of a turn is a whole one."""
        if self.turn_planned:
            return self.settings.lookahead_bars
        return max(0.0, self.plan.frontier_beats - beat) / self.settings.beats_per_bar

    def _beat_in(self, seconds: float, now: float) -> float:
        return self.line.beat_at(now + self.settings.latency_seconds + seconds)
