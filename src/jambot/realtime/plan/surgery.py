"""Bars of the plan, kept as they are, played another way, or thinned out by the player."""

from jambot.realtime.orders import Lock, Reroll, Thin
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.plan.planner import Planner

NOT_PLAYING = "nothing is planned: it is not playing"
Cut = Lock | Reroll | Thin


class Surgery:
    """Works on tentative notes alone: what is promised stays, and is never waited for.

    Bars are counted from 1. What is kept holds until it is played, given up, or another lock says
    otherwise; a new chord changes only what follows it.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def obey(self, order: Cut, now: float) -> str:
        """Do it; the answer says in a sentence why not, and is empty where it was done."""
        planner, plan = self._planner, self._planner.plan
        if isinstance(order, Lock) and order.bar is None:
            plan.locked_beats = 0.0
            return ""
        bar = int(order.bar or 0)
        beats = planner.meter.beats_per_bar
        begins, ends = float((bar - 1) * beats), float(bar * beats)
        first = max(begins, planner.horizon.commit(now))
        if not planner.playing:
            return NOT_PLAYING
        if plan.frontier_beats <= begins:
            return f"bar {bar} is not planned yet"
        if first >= ends:
            return f"bar {bar} is promised already"
        match order:
            case Lock():
                plan.locked_beats = min(ends, plan.frontier_beats)
                planner.ask("lock", first)
            case Reroll():
                plan.locked_beats = min(plan.locked_beats, begins)
                planner.draw_anew(begins)
                planner.ask("reroll", first)
            case Thin():
                plan.notes = thinned(plan.notes, first, ends)
                plan.locked_beats = max(plan.locked_beats, min(ends, plan.frontier_beats))
                planner.ask("thin", first)
        return ""


def thinned(notes: list[PlannedNote], begins: float, ends: float) -> list[PlannedNote]:
    """The notes without the weaker half of those that begin in [`begins`, `ends`).

    Strong is what lies on a beat, then what lies on its half, then what is long. Of an odd number
    the greater part stays; a single note stays.
    """
    within = [p for p in notes if begins <= p.note.onset_beats < ends]
    weakest = sorted(within, key=_weight)[: len(within) // 2]
    return [p for p in notes if p not in weakest]


def _weight(planned: PlannedNote) -> tuple[int, float]:
    """Heavier is stronger; swung offbeats count as the half they stand for."""
    phase = planned.note.onset_beats % 1.0
    on_beat = min(phase, 1.0 - phase) < 1 / 12
    on_half = 0.4 < phase < 0.75
    return 2 * on_beat + on_half, planned.note.duration_beats
