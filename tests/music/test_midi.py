"""What a MIDI message means, whatever its bytes are."""

from hypothesis import given
from hypothesis import strategies as st

from jambot.music.midi import (
    BROKEN,
    CONTROL,
    NOTE_OFF,
    NOTE_ON,
    SONG_POSITION,
    TICK,
    MidiMessage,
    control,
    note_off,
    note_on,
    parse,
    song_position,
)

SEVEN_BITS = st.integers(0, 127)


@given(SEVEN_BITS, st.integers(1, 127), st.integers(0, 15))
def test_what_is_made_is_read_again(number, value, channel):
    assert parse(note_on(number, value, channel)) == MidiMessage(NOTE_ON, channel, number, value)
    assert parse(note_off(number, channel)) == MidiMessage(NOTE_OFF, channel, number)
    assert parse(control(number, value, channel)) == MidiMessage(CONTROL, channel, number, value)
    place = number + 128 * value
    assert parse(song_position(place)) == MidiMessage(SONG_POSITION, number=place)


def test_a_note_on_without_velocity_is_the_note_off_that_it_stands_for():
    assert parse(b"\x92\x3c\x00") == MidiMessage(NOTE_OFF, 2, 60)


def test_a_message_that_is_not_whole_is_broken():
    halves = (b"", b"\x90", b"\x90\x3c", b"\xf2\x00")
    for data in (*halves, b"\x90\x3c\x80", b"\x3c\x50\x00", b"\xc0\x05\x01"):
        assert parse(data).kind == BROKEN
    assert parse(b"\xf8").kind == TICK


@given(st.binary(max_size=5))
def test_whatever_comes_nothing_raises(data):
    message = parse(data)
    assert message.of_channel or message.kind in (BROKEN, *range(0xF0, 0x100))
