"""The take after this one: as this one stood, over the tune that is asked for."""

from dataclasses import replace

import pytest

from jambot.assets import known_styles
from jambot.band import Feel
from jambot.errors import UsageError
from jambot.music import Harmony
from jambot.music.tunes import PIANISTS_OWN
from jambot.realtime.lead.voices import VoiceView
from jambot.realtime.main import JamSettings
from jambot.realtime.next_take import next_take
from jambot.realtime.orders import NewTake, read_order
from jambot.realtime.plan.foresight import ChartView
from jambot.realtime.settings import Performing, SessionSettings, Sync
from jambot.realtime.status import SeatView, SessionStatus
from jambot.tokens import Controls

LAST = SessionStatus(
    playing=True,
    player_ready=True,
    bpm=150.0,
    beats_per_bar=4,
    beat=64.0,
    harmony=Harmony.of((38, 53, 57)),
    lookahead_bars=2.0,
    played_notes=3,
    late_notes=0,
    underruns=0,
    player_restarts=0,
    first_note_ms=None,
    lost=(),
    held=(),
    planned=(),
    promised=(),
    controls=Controls(density=0.2, intensity=0.9),
    trading_bars=4,
    feel=Feel.brushes,
    band=(VoiceView("bass", True, 0.8), VoiceView("drums", False, 0.8)),
    seat=SeatView(performs=True, mode=Performing.auto),
    chart=ChartView("| Dm7 | G7 |", ("Dm7", "G7"), ()),
)


def test_it_begins_as_the_last_one_stood():
    made = next_take(JamSettings(), LAST, NewTake())
    session = made.session
    assert (session.bpm, session.form, session.beats_per_bar) == (150.0, "| Dm7 | G7 |", 4)
    assert (session.trade_bars, session.band.voices, session.band.feel) == (
        4, ("bass",), Feel.brushes,
    )  # fmt: skip
    assert session.controls == Controls(density=0.2)
    assert made.pianist_begins


def test_loudness_that_is_not_the_hands_stays_as_it_was_turned():
    made = next_take(JamSettings(SessionSettings(touch=False)), LAST, NewTake())
    assert made.session.controls.intensity == 0.9


def test_the_style_that_was_chosen_plays_on_and_a_folder_stays_one():
    style = known_styles()[-1]
    chosen = replace(LAST, adapter=known_styles()[0], next_adapter=style)
    assert next_take(JamSettings(), chosen, NewTake()).adapter == style
    assert next_take(JamSettings(adapter="my/model"), chosen, NewTake()).adapter == "my/model"


def test_the_pianists_own_tune_is_no_chart_that_somebody_gave():
    own = replace(LAST, chart=ChartView(PIANISTS_OWN.chart, (), ()))
    assert next_take(JamSettings(), own, NewTake()).session.form is None


def test_a_tune_brings_its_metre_and_its_tempo():
    session = next_take(JamSettings(), LAST, NewTake("3/4 | Am7 | D7 |", bpm=170.0)).session
    assert (session.form, session.beats_per_bar, session.bpm) == ("3/4 | Am7 | D7 |", 3, 170.0)
    session = next_take(JamSettings(), LAST, NewTake("| Am7 | D7 |", beats_per_bar=5)).session
    assert (session.beats_per_bar, session.bpm) == (5, 150.0)
    session = next_take(JamSettings(), LAST, NewTake("| Am7 | D7 |")).session
    assert session.beats_per_bar == 4


def test_a_tune_without_a_metre_is_for_bars_as_the_last_one_had():
    waltz = replace(LAST, beats_per_bar=3, chart=None)
    assert next_take(JamSettings(), waltz, NewTake("| Am7 | D7 |")).session.beats_per_bar == 3
    with pytest.raises(UsageError):
        next_take(JamSettings(), waltz, NewTake("| Dm7 G7 C F |"))


def test_a_metre_without_a_tune_has_no_chart():
    session = next_take(JamSettings(), LAST, NewTake(beats_per_bar=3)).session
    assert (session.form, session.beats_per_bar) == (None, 3)


def test_a_tempo_that_is_a_hosts_stays_the_hosts():
    settings = JamSettings(SessionSettings(clock=Sync.midi))
    assert next_take(settings, LAST, NewTake(bpm=170.0)).session.bpm == 120.0


def test_a_take_that_was_never_seen_is_begun_again():
    settings = JamSettings(SessionSettings(form="| C |"))
    assert next_take(settings, None, NewTake()) == settings


@pytest.mark.parametrize(
    "fields",
    [
        {"chart": "| Xyz |"}, {"chart": 4}, {"beats_per_bar": 0}, {"beats_per_bar": 3.5},
        {"beats_per_bar": 3.0}, {"beats_per_bar": True},
        {"bpm": 5}, {"bpm": "fast"}, {"chart": "| Dm7 G7 C F |", "beats_per_bar": 3},
    ],
)  # fmt: skip
def test_a_new_take_that_cannot_be_is_refused_where_it_is_asked_for(fields):
    with pytest.raises(UsageError):
        read_order({"new_take": fields})
