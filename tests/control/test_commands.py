import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.control.commands import MidiPlayed, read_commands
from jambot.realtime.orders import ORDERS, Panic, SetKnob


def test_keys_and_the_pedal_are_read_as_their_bytes():
    assert read_commands('{"midi":[[144,60,90],[128,60,0],[176,64,127]]}') == [
        MidiPlayed(bytes((0x90, 60, 90))),
        MidiPlayed(bytes((0x80, 60, 0))),
        MidiPlayed(bytes((0xB0, 64, 127))),
    ]


def test_orders_are_read():
    assert read_commands('{"order":{"panic":{}}}') == [Panic()]
    turned = '{"order":{"set_knob":{"name":"swing","value":null}}}'
    assert read_commands(turned) == [SetKnob("swing", None)]


def test_one_broken_message_does_not_take_the_others_along():
    assert read_commands('{"midi":[[144,60],[144,64,90]]}') == [MidiPlayed(b"\x90\x40\x5a")]


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
        '{"midi":[[176,7,127]]}',
        '{"panic":true}',
        '{"order":{"panic":1}}',
        '{"order":"panic"}',
        '{"midi":[[144,60,' + "9" * 1000 + "]]}",
        "[" * 100_000,
    ],
)
def test_what_is_no_command_is_passed_over(text: str):
    assert read_commands(text) == []


@given(st.text() | st.recursive(st.integers() | st.none() | st.text(), st.lists).map(json.dumps))
def test_nothing_a_viewer_sends_raises(text: str):
    kinds = (MidiPlayed, *ORDERS.values())
    assert all(isinstance(command, kinds) for command in read_commands(text))
