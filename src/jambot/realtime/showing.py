"""The session as views are shown it, gathered from those who know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jambot.realtime.hands.hearing import Hearing
from jambot.realtime.settings import Performing
from jambot.realtime.status import SeatView, SessionStatus

if TYPE_CHECKING:
    from jambot.realtime.session import Session

HARMONIES_SHOWN = 8
"""Chords that views are told of again, so that a busy one misses none."""


def status_at(session: Session, now: float) -> SessionStatus:
    """The picture at `now`; it shares nothing with the stage that the stage will change."""
    beat, settings = session.line.beat_at(now), session.settings
    hearing, conductor, band = session.hearing, session.conductor, session.band
    planner, scheduler, cues = session.planner, session.scheduler, session.cues
    foresight, learning, refusals = planner.foresight, hearing.learning, planner.refusals
    return SessionStatus(
        bpm=session.line.bpm,
        beats_per_bar=settings.beats_per_bar,
        beat=beat,
        playing=planner.playing,
        player_ready=session.player.ready,
        player_restarts=planner.restarts,
        lookahead_bars=planner.horizon.lookahead_bars(beat),
        planned=tuple(planner.plan.notes),
        promised=tuple(planner.promised),
        locked_beats=planner.plan.locked_beats,
        controls=planner.controls,
        sampling=planner.sampling,
        adapter=planner.adapter,
        next_adapter=planner.next_adapter,
        styles=cues.styles,
        underruns=planner.underruns,
        first_note_ms=planner.first_note_ms,
        played_notes=scheduler.played_notes,
        late_notes=scheduler.late_notes,
        jitter_ms=scheduler.jitter_ms,
        isr=session.frames.isr,
        response=settings.response,
        wanted_bars=settings.lookahead_bars,
        commit_beats=settings.commit_beats,
        trading_bars=conductor.trading_bars,
        turn=conductor.turn(beat),
        laying_out=conductor.laying_out,
        paused=conductor.paused,
        seat=_seat(hearing, beat),
        held=hearing.held,
        hands=tuple(hearing.strokes),
        harmony=hearing.harmony,
        followed=hearing.followed,
        learning=learning.told,
        learns=learning.awaited,
        gestures=learning.table,
        harmonies=tuple(foresight.heard[-HARMONIES_SHOWN:]),
        expected=foresight.told[:HARMONIES_SHOWN],
        form=foresight.form_view,
        chart=foresight.chart_view,
        band=band.views(),
        feel=band.feel,
        playing_feel=band.playing_feel,
        refused=refusals.count,
        notice=refusals.notice,
        kept=cues.kept,
        keyboard=session.ports.input_name or "",
        output=session.ports.output_name or "",
        lost=tuple(sorted(session.lost)),
        faults=session.faults,
        log_fault=session.log.fault,
    )


def _seat(hearing: Hearing, beat: float) -> SeatView:
    seat = hearing.seat
    waits = seat.waits(beat, hearing.person_plays)
    offered = waits and seat.mode is not Performing.off
    return SeatView(seat.by, seat.performs, offered, seat.mode)
