from hypothesis import given
from hypothesis import strategies as st

from jambot.music.midi import parse
from jambot.realtime.ports.port import SoundingNotes

CHANNEL_MESSAGES = st.builds(
    lambda status, channel, pitch, velocity: bytes((status << 4 | channel, pitch, velocity)),
    st.sampled_from((0x8, 0x9, 0xB)),
    st.integers(0, 1),
    st.integers(60, 62),
    st.integers(0, 2),
)


def test_a_note_struck_twice_needs_two_note_offs():
    sounding = SoundingNotes()
    for _ in range(2):
        sounding.follow(parse(b"\x90\x3c\x40"))
    assert sounding.note_offs() == [b"\x80\x3c\x00"] * 2


def test_clock_ticks_and_sysex_are_no_notes():
    sounding = SoundingNotes()
    for data in (b"\xf8", b"\xf0\x7d\x01\xf7", b"\xc0\x05"):
        sounding.follow(parse(data))
    assert sounding.note_offs() == []


@given(st.lists(CHANNEL_MESSAGES, max_size=60))
def test_after_its_note_offs_nothing_sounds(messages):
    sounding = SoundingNotes()
    for data in messages:
        sounding.follow(parse(data))
    for data in sounding.note_offs():
        sounding.follow(parse(data))
    assert sounding.note_offs() == []
