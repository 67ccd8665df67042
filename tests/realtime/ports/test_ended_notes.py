"""Which ends of notes are worth saying again."""

from jambot.music.midi import parse
from jambot.realtime.ports.held_keys import AGAIN_SECONDS, EndedNotes

C4_ON, C4_OFF, C4_AT_NOTHING = b"\x91\x3c\x50", b"\x81\x3c\x00", b"\x91\x3c\x00"


def test_an_end_is_said_again_for_a_moment_only():
    notes = EndedNotes()
    notes.follow(parse(C4_ON), 0.0)
    assert notes.note_offs(0.1) == []
    notes.follow(parse(C4_OFF), 1.0)
    assert notes.note_offs(1.0 + AGAIN_SECONDS / 2) == [C4_OFF]
    assert notes.note_offs(1.0 + AGAIN_SECONDS * 2) == []


def test_a_note_that_sounds_again_is_not_ended():
    notes = EndedNotes()
    notes.follow(parse(C4_ON), 0.0)
    notes.follow(parse(C4_AT_NOTHING), 1.0)
    assert notes.note_offs(1.1) == [C4_OFF]
    notes.follow(parse(C4_ON), 1.2)
    assert notes.note_offs(1.2) == []


def test_what_is_no_note_is_passed_over():
    notes = EndedNotes()
    for data in (b"\xf8", b"\xb0\x40\x00", b"\xc0\x01"):
        notes.follow(parse(data), 0.0)
    assert notes.note_offs(0.0) == []
