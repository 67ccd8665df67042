"""Once a 16th the plan is looked at and written down: whether it was there, how far it reached."""

from jambot.realtime.clock import Clock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.planner import Planner

FRAME_BEATS = 0.25
"""A 16th (`isr`, `lookahead_bars`).

The 16th in which a trigger falls is not: no plan can be there yet, and `ttfn_ms` tells how soon."""


class Frames:
    """Writes a `frame` event for every 16th in which there should be a plan.

    Threads: the stage's alone.
    """

    def __init__(self, planner: Planner, clock: Clock, log: SessionLog) -> None:
        self._planner, self._clock, self._log = planner, clock, log
        self._next = 0.0
        self._looked = self._valid = 0

    @property
    def isr(self) -> float | None:
        """Share of 16ths with a valid plan, from the beginning; None before the first."""
        return self._valid / self._looked if self._looked else None

    def leap(self, beat: float) -> None:
        """The music is elsewhere: what lies before this beat is passed over."""
        self._next = _frame_after(beat)

    def look(self, beat: float, started_beat: float) -> None:
        """Write every 16th down that has begun by `beat`, in a solo that began at the other."""
        if not self._planner.playing:
            self._next = max(self._next, _frame_after(beat))
            return
        self._next = max(self._next, _frame_after(started_beat + FRAME_BEATS))
        while self._next <= beat:
            reached = self._planner.plan.frontier_beats > self._next
            valid = reached and not self._planner.dry
            self._looked += 1
            self._valid += valid
            self._log.write(
                "frame",
                seconds=self._clock.now() - self._log.zero,
                beat=self._next,
                valid=valid,
                lookahead_bars=self._planner.horizon.lookahead_bars(self._next),
            )
            self._next += FRAME_BEATS


def _frame_after(beat: float) -> float:
    return (beat // FRAME_BEATS + 1) * FRAME_BEATS
