import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.control.room.commands import (
    AskedOrder,
    Drive,
    MidiPlayed,
    ViewerKeys,
    read_id,
    read_message,
)
from jambot.errors import UsageError
from jambot.realtime.orders import Panic, SetKnob


def test_keys_pedals_knobs_and_programs_are_read_as_their_bytes():
    assert read_message('{"midi":[[144,60,90],[128,60,0],[176,64,127],[176,1,30],[192,5]]}') == [
        MidiPlayed(bytes((0x90, 60, 90))),
        MidiPlayed(bytes((0x80, 60, 0))),
        MidiPlayed(bytes((0xB0, 64, 127))),
        MidiPlayed(bytes((0xB0, 1, 30))),
        MidiPlayed(bytes((0xC0, 5))),
    ]


def test_orders_are_read_in_their_own_words():
    assert read_message('{"order":{"panic":{}}}') == [AskedOrder(Panic())]
    turned = read_message('{"order":{"set_knob":{"name":"density","value":0.7}}}')
    assert turned == [AskedOrder(SetKnob("density", 0.7))]


def test_an_order_may_carry_the_id_under_which_it_is_answered():
    assert read_message('{"order":{"panic":{}},"id":7}') == [AskedOrder(Panic(), number=7)]
    assert read_id('{"order":{"dance":{}},"id":7}') == 7


@pytest.mark.parametrize("number", ["-1", "true", "1.0", '"7"', "[7]", "9007199254740992", "null"])
def test_what_is_no_id_is_passed_over(number: str):
    assert read_message(f'{{"order":{{"panic":{{}}}},"id":{number}}}') == [AskedOrder(Panic())]


def test_whatever_is_held_is_lifted_once():
    held = ViewerKeys()
    held.follow([MidiPlayed(b"\x90\x3c\x50"), MidiPlayed(b"\x90\x40\x50")])
    held.follow([MidiPlayed(b"\x80\x3c\x00"), MidiPlayed(b"\xb0\x40\x7f"), AskedOrder(Panic())])
    assert held.lift() == [MidiPlayed(b"\x80\x40\x00"), MidiPlayed(b"\xb0\x40\x00")]
    assert held.lift() == []


def test_a_viewer_may_take_over_and_give_up():
    assert read_message('{"drive":true}') == Drive(True)
    assert read_message('{"drive":false}') == Drive(False)


def test_one_broken_key_does_not_take_the_others_along():
    assert read_message('{"midi":[[144,60],[144,64,90]]}') == [MidiPlayed(b"\x90\x40\x5a")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[144,60,90]",
        '{"midi":[[144,60]]}',
        '{"midi":[[144,60,128]]}',
        '{"midi":[[144,-1,90]]}',
        '{"midi":[[144,60.5,90]]}',
        '{"midi":[[144,true,90]]}',
        '{"midi":"abc"}',
        '{"midi":[144,60,90]}',
        '{"midi":[[240,1,2]]}',
        '{"midi":[[176,123,0]]}',
        '{"midi":[[192,1,2]]}',
        '{"drive":1}',
        '{"panic":true}',
        '{"order":{"fly":{}}}',
        '{"order":{"set_knob":{"name":"density","value":7}}}',
        '{"midi":[[144,60,' + "9" * 1000 + "]]}",
        "[" * 900,
        "[" * 100_000,
    ],
)
def test_what_says_nothing_is_refused_with_a_reason(text: str):
    with pytest.raises(UsageError):
        read_message(text)


@given(st.text() | st.recursive(st.integers() | st.none() | st.text(), st.lists).map(json.dumps))
def test_nothing_else_comes_of_what_a_viewer_sends(text: str):
    with pytest.raises(UsageError):
        read_message(text)
