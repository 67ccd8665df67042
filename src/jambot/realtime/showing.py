"""The session as views are shown it, gathered from those who know."""

from jambot.realtime.conductor import Conductor
from jambot.realtime.cues import Cues
from jambot.realtime.hearing import Hearing
from jambot.realtime.planning import Planner
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.status import SessionStatus

HARMONIES_SHOWN = 8
"""Chords that views are told of again, so that a busy one misses none."""


def status_at(
    beat: float,
    bpm: float,
    hearing: Hearing,
    conductor: Conductor,
    cues: Cues,
    planner: Planner,
    scheduler: Scheduler,
    *,
    player_ready: bool,
    performer: bool,
    lost: set[str],
    log_fault: str,
    faults: int,
) -> SessionStatus:
    """The picture at `beat`; it shares nothing with the stage that the stage will change."""
    settings = planner.horizon.settings
    return SessionStatus(
        playing=planner.playing,
        player_ready=player_ready,
        bpm=bpm,
        beats_per_bar=settings.beats_per_bar,
        beat=beat,
        harmony=hearing.harmony,
        lookahead_bars=planner.horizon.lookahead_bars(beat),
        played_notes=scheduler.played_notes,
        late_notes=scheduler.late_notes,
        underruns=planner.underruns.count,
        player_restarts=planner.restarts,
        first_note_ms=planner.first_note.ms,
        lost=tuple(sorted(lost)),
        faults=faults,
        held=hearing.held,
        planned=tuple(planner.plan.notes),
        promised=tuple(planner.promises.last),
        locked_beats=planner.plan.locked_beats,
        controls=planner.builder.controls,
        performer=performer,
        hands=tuple(hearing.strokes),
        harmonies=tuple(planner.builder.harmonies[-HARMONIES_SHOWN:]),
        jitter_ms=scheduler.meters.jitter_ms,
        isr=scheduler.meters.isr,
        sampling=planner.requests.sampling,
        response=settings.response,
        wanted_bars=settings.lookahead_bars,
        commit_beats=settings.commit_beats,
        trading_bars=conductor.trading_bars,
        laying_out=conductor.laying_out,
        adapter=planner.style.adapter or "",
        next_adapter=planner.style.wanted or "",
        styles=cues.styles,
        refused=planner.refusals.count,
        learning=hearing.learning.told,
        learns=hearing.learning.awaited,
        gestures=hearing.learning.table,
        notice=planner.refusals.notice,
        kept=cues.keeper.kept,
        log_fault=log_fault,
        form=planner.foresight.view,
        expected=planner.foresight.told[:HARMONIES_SHOWN],
    )
