import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.dials import LIVE
from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.realtime.orders import (
    ORDERS,
    End,
    LayOut,
    Learn,
    NewTake,
    Order,
    Panic,
    Pause,
    SetAdapter,
    SetFeel,
    SetKnob,
    SetSampling,
    SetStage,
    SetTempo,
    SetVoice,
    StopTake,
    Tap,
    Trade,
    Trigger,
    as_dict,
    read_order,
)
from jambot.realtime.player.player import Request

CM7 = (48, 52, 55, 59)
EXAMPLES = [
    SetKnob("density", 0.7), SetKnob("swing", None), SetSampling("temperature", 0.8),
    SetStage("response", "bar"), SetStage("lookahead_bars", 3.0), SetAdapter("piano"),
    SetTempo(90.0), Tap(), Trade(4), LayOut(), LayOut(True), End(), Trigger(), Panic(),
    Pause(), StopTake(), NewTake(),
    Learn("tap"), Learn(None), SetVoice("bass", True, 0.5), SetVoice("drums"), SetFeel("bossa"),
]  # fmt: skip


def test_every_order_has_a_word_and_comes_back_from_json():
    assert {type(order) for order in EXAMPLES} <= set(get_args(Order)) == set(ORDERS.values())
    for order in EXAMPLES:
        assert read_order(json.loads(json.dumps(as_dict(order)))) == order
    assert as_dict(SetKnob("density", 0.7)) == {"set_knob": {"name": "density", "value": 0.7}}


@pytest.mark.parametrize(
    "message",
    [
        {},
        [],
        None,
        "tap",
        {"tap": {}, "end": {}},
        {"dance": {}},
        {"tap": None},
        {"tap": {"hard": True}},
        {"trade": {}},
        {"trade": {"bars": 2.5}},
        {"trade": {"bars": -1}},
        {"set_knob": {"name": "density", "value": 1.1}},
        {"set_knob": {"name": "density", "value": True}},
        {"set_knob": {"name": "volume", "value": 0.5}},
        {"set_knob": {"name": ["density"], "value": 0.5}},
        {"set_sampling": {"name": "temperature", "value": float("nan")}},
        {"set_sampling": {"name": "lowest", "value": 60}},
        {"set_stage": {"name": "response", "value": "soon"}},
        {"set_stage": {"name": "lookahead_bars", "value": "many"}},
        {"set_stage": {"name": "seed", "value": 1}},
        {"set_adapter": {"name": ""}},
        {"set_adapter": {"name": 3}},
        {"set_adapter": {"name": "../../../w/evilstyle"}},
        {"set_adapter": {"name": "/w/evilstyle"}},
        {"set_adapter": {"name": r"\\evil\share\style"}},
        {"set_adapter": {"name": "C:evilstyle"}},
        {"set_adapter": {"name": ".."}},
        {"set_adapter": {"name": "jazz\0"}},
        {"set_adapter": {"name": "j" * 201}},
        {"set_tempo": {"bpm": 5}},
        {"set_voice": {"name": "tuba", "on": True}},
        {"set_voice": {"name": "bass", "volume": 2}},
        {"set_voice": {"name": "bass", "on": 1}},
        {"set_feel": {"feel": "polka"}},
        {"lay_out": {"on": 1}},
        {"learn": {"action": "dance"}},
    ],
)
def test_what_makes_no_sense_is_refused_and_what_does_is_told(message):
    with pytest.raises(UsageError) as refused:
        read_order(message)
    assert refused.value.expected


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(),
                    lambda values: st.dictionaries(st.sampled_from([*ORDERS, "name", "value"]),
                                                   values)))  # fmt: skip
def test_any_json_is_an_order_or_refused(message):
    try:
        order = read_order(message)
    except UsageError:
        return
    assert type(order) in ORDERS.values()


def test_whatever_may_be_ordered_of_the_sampling_is_possible():
    for name, (low, high) in LIVE.items():
        SamplingSettings(**{name: low})
        SamplingSettings(**{name: high})


@pytest.fixture
def asked(stage):
    """The requests that the player is given."""
    requests, ask = [], stage.player.ask

    def listen(message):
        if isinstance(message, Request):
            requests.append(message)
        ask(message)

    stage.player.ask = listen
    return requests


def test_a_knob_reaches_the_next_prompt_and_none_frees_it(stage, asked):
    stage.strike(CM7)
    stage.go_to(2)
    stage.order(SetKnob("density", 0.9))
    assert asked[-1].prompt.controls.density == 0.9
    assert stage.status().controls.density == 0.9
    stage.order(SetKnob("density", None))
    assert asked[-1].prompt.controls.density is None
    assert [event["order"] for event in stage.events("order")] == [
        {"set_knob": {"name": "density", "value": 0.9}},
        {"set_knob": {"name": "density", "value": None}},
    ]


def test_sampling_travels_with_the_request_and_changes_the_notes(make_stage):
    def solo(*orders):
        stage = make_stage(temperature=2.0)
        stage.strike(CM7)
        stage.go_to(4)
        stage.order(*orders)
        stage.go_to(16)
        return stage

    wild = solo()
    calm, calm_again = (solo(SetSampling("temperature", 0.0)) for _ in range(2))
    assert calm.played == calm_again.played != wild.played
    assert [note for note in calm.played if note[0] < 4] == [
        note for note in wild.played if note[0] < 4
    ]
    assert calm.status().sampling.temperature == 0.0
    assert [event["reason"] for event in calm.events("prompt")] == ["start", "sampling"]


def test_response_and_reach_are_obeyed_from_then_on(stage):
    stage.order(SetStage("response", "bar"), SetStage("lookahead_bars", 4.0))
    stage.strike(CM7)
    stage.go_to(1)
    stage.order(Panic())
    stage.go_to(5)
    stage.strike(CM7)
    stage.go_to(12)
    assert min(beat for beat, _ in stage.played if beat > 5) == pytest.approx(8.0, abs=0.02)
    status = stage.status()
    assert (status.response, status.wanted_bars) == ("bar", 4.0)
    assert status.lookahead_bars > 3.5


def test_the_tempo_is_obeyed_and_the_player_told(stage, asked):
    stage.strike(CM7)
    stage.go_to(4)
    stage.order(SetTempo(60.0))
    assert stage.status().bpm == 60.0
    assert asked[-1].prompt.tempo_bpm == 60.0
    before = stage.session.line.beat_at(stage.clock.now())
    stage.run_for(2.0)
    assert stage.session.line.beat_at(stage.clock.now()) == pytest.approx(before + 2.0)


def test_a_tempo_that_is_the_hosts_is_refused_in_a_sentence_and_counted(make_stage):
    stage = make_stage(clock="midi")
    stage.order(SetTempo(60.0), Tap())
    status = stage.status()
    assert (status.bpm, status.refused) == (120.0, 2)
    assert "host" in status.notice
    assert len(stage.events("refused")) == 2
    stage.order(SetKnob("swing", 0.5))
    assert stage.status().notice == ""


def test_trigger_needs_a_beginning(stage):
    stage.order(Trigger())
    assert stage.status().notice
    stage.strike(CM7)
    stage.go_to(2)
    stage.order(End())
    stage.release(CM7)
    stage.go_to(9)
    assert not stage.status().playing
    stage.order(Trigger())
    assert stage.status().playing


def test_laying_out_says_what_it_means_however_often(stage):
    stage.strike(CM7)
    stage.go_to(2)
    stage.order(LayOut(True), LayOut(True))
    assert stage.status().laying_out
    assert not stage.status().playing
    stage.order(LayOut(False))
    assert stage.status().playing
    stage.order(LayOut())
    assert stage.status().laying_out


def test_trades_are_begun_changed_and_ended(stage):
    stage.strike(CM7)
    stage.order(Trade(4), Trade(4))
    assert stage.status().trading_bars == 4
    stage.order(Trade(2))
    assert stage.status().trading_bars == 2
    stage.order(Trade(0))
    assert stage.status().trading_bars == 0


def test_panic_silences_forgets_and_takes_all_keys_for_lifted(stage):
    stage.strike(CM7)
    stage.go_to(6)
    stage.order(Panic())
    stage.go_to(12)
    most, sounding = stage.lines
    assert (most, sounding) == (1, [])
    assert max(beat for beat, _ in stage.played) <= 6
    assert stage.status().held == ()


def test_what_is_turned_is_turned_for_everybody(stage):
    """The session and the conductor went on with the settings of the beginning."""
    stage.order(SetStage("lookahead_bars", 3.0), SetStage("response", "bar"))
    settings = stage.session.settings
    assert (settings.lookahead_bars, settings.response) == (3.0, "bar")
    assert stage.session.conductor.settings is settings
    assert stage.session.planner.horizon.settings is settings
