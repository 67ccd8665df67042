"""The take after this one: it begins as this one stood, over another tune where one is asked for.

A jam keeps its metre, so a tune in another one begins with a new take.
"""

from dataclasses import replace

from jambot.assets import known_styles
from jambot.music.tunes import PIANISTS_OWN
from jambot.realtime.main import JamSettings
from jambot.realtime.orders import NewTake
from jambot.realtime.settings import SessionSettings, Sync
from jambot.realtime.status import SessionStatus

OWN_TEMPO = (Sync.internal, Sync.auto)


def next_take(settings: JamSettings, last: SessionStatus | None, asked: NewTake) -> JamSettings:
    """How the next take is played, after one that began with `settings` and `last` showed so.

    Knobs, style, band, trading, tempo and chart stay as they were turned; what `asked` names goes
    before them. Loudness is asked of the hands anew where it is theirs. UsageError where the chart
    that is asked for does not fit into its bars.
    """
    if last is not None:
        settings = _as_it_stood(settings, last)
    session = settings.session
    if asked.bpm is not None and session.clock in OWN_TEMPO:
        session = replace(session, bpm=asked.bpm)
    if asked.chart is not None:
        beats = asked.beats(session.beats_per_bar)
        session = replace(session, form=asked.chart, beats_per_bar=beats)
        settings = replace(settings, comping=None)
    elif asked.beats_per_bar is not None:
        session = replace(session, form=None, beats_per_bar=asked.beats_per_bar)
    return replace(settings, session=session)


def _as_it_stood(settings: JamSettings, last: SessionStatus) -> JamSettings:
    session = settings.session
    controls = last.controls
    if session.touch:
        controls = replace(controls, intensity=session.controls.intensity)
    voices = tuple(view.name for view in last.band if view.on)
    session = replace(
        session,
        bpm=last.bpm if session.clock in OWN_TEMPO else session.bpm,
        beats_per_bar=last.beats_per_bar,
        controls=controls,
        response=last.response,
        lookahead_bars=last.wanted_bars,
        commit_beats=last.commit_beats,
        performer=last.seat.mode,
        trade_bars=last.trading_bars,
        band=replace(session.band, voices=voices, feel=last.feel),
        form=_chart(session, last),
    )
    style = last.next_adapter or last.adapter
    adapter = settings.adapter
    if style in known_styles() and adapter in known_styles():
        adapter = style
    return replace(
        settings,
        session=session,
        sampling=last.sampling or settings.sampling,
        adapter=adapter,
        pianist_begins=last.seat.performs,
    )


def _chart(session: SessionSettings, last: SessionStatus) -> str | None:
    """The chart that was given; the pianist's own tune is none."""
    text = last.chart.text if last.chart else None
    own = text == PIANISTS_OWN.chart and session.form != text
    return None if own else text
