"""Frames of the link with FL Studio: what is written is read, at both ends alike."""

import runpy
import sys
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.assets import fl_script
from jambot.control.fl_studio.protocol import (
    HEAD,
    MESSAGES,
    PROTOCOL,
    Frame,
    decode,
    encode,
    protocol_of,
)

FL_MODULES = (
    "arrangement", "channels", "device", "general", "midi", "mixer", "patterns", "transport", "ui",
)  # fmt: skip


@pytest.fixture(scope="module")
def twin():
    """The device script's own names, loaded without FL Studio."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FL_MODULES:
            patch.setitem(sys.modules, name, types.ModuleType(name))
        return types.SimpleNamespace(**runpy.run_path(str(fl_script())))


@st.composite
def messages(draw):
    name = draw(st.sampled_from(sorted(MESSAGES)))
    ascii_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    fields = {
        label: draw(st.integers(0, 2 ** (7 * size) - 1) if size else ascii_text)
        for label, size in MESSAGES[name][1]
    }
    return name, fields


@settings(max_examples=60)
@given(messages())
def test_both_ends_write_the_same_bytes_and_read_them_back(twin, message):
    name, fields = message
    data = encode(name, **fields)
    assert data == twin.encode(name, **fields)
    frame = decode(data)
    assert (frame.name, frame.numbers | frame.texts) == (name, fields)
    assert twin.decode(data) == (name, fields)
    assert max(data[1:-1]) < 0x80


def test_the_tables_and_constants_are_twins(twin):
    assert twin.MESSAGES == MESSAGES
    assert (twin.PROTOCOL, twin.HEAD) == (PROTOCOL, HEAD)


def test_a_play_frame_byte_by_byte():
    # F0 7D 'J' 'B', protocol 1, play, request 200 = 1 × 128 + 72, checksum, F7
    assert encode("play", request=200) == bytes.fromhex("F07D4A42 01 10 0148 66 F7")


def test_texts_lose_what_is_no_ascii_and_what_is_too_long(twin):
    fields = {"request": 1, "reason": "ü" + "x" * 99}
    data = encode("refused", **fields)
    assert decode(data) == Frame("refused", {"request": 1}, {"reason": "?" + "x" * 59})
    assert twin.encode("refused", **fields) == data


def test_a_number_too_large_is_refused():
    with pytest.raises(ValueError, match="request 16384 does not fit 2 bytes"):
        encode("play", request=1 << 14)


@settings(max_examples=60)
@given(messages(), st.data())
def test_a_damaged_frame_is_none(twin, message, data):
    whole = encode(message[0], **message[1])
    place = data.draw(st.integers(2, len(whole) - 2))
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 127))
    for broken in (bytes(damaged), whole[:place] + b"\xf7", whole[:-1]):
        assert decode(broken) is None or broken == whole
        assert twin.decode(broken) == (None, {}) or broken == whole


@given(st.binary(max_size=40))
def test_any_other_midi_is_no_frame(twin, data):
    assert decode(data) is None
    assert twin.decode(data) == (None, {})


def test_another_protocol_is_told_apart():
    foreign = bytearray(encode("play", request=1))
    foreign[4] = 9
    assert protocol_of(bytes(foreign)) == 9
    assert decode(bytes(foreign)) is None
    assert protocol_of(b"\xf0\x7e\x7f\x06\x01\xf7") is None
