"""Only where both sides take part is there something to learn."""

import pytest

from jambot.music import ChordSpan, Note, chord_of
from jambot.roles.piece import ALONE_BEATS, Piece, RefusedError, together


def line(first: int, last: int, pitch: int = 72) -> tuple[Note, ...]:
    return tuple(Note(float(beat), 1.0, pitch) for beat in range(first, last))


def piece(target, conditioning=(), chords=(), **more) -> Piece:
    return Piece("test", "song", target, conditioning, chords, **more)


def test_a_piece_in_which_both_go_on_together_stays_as_it_is():
    whole = piece(line(4, 100), line(0, 90, 48))
    assert together(whole) is whole


def test_a_long_end_alone_is_cut_off():
    found = together(piece(line(0, 400), line(0, 100, 48)))
    assert found.conditioning == line(0, 100, 48)
    assert found.target == line(0, 100 + int(ALONE_BEATS))
    assert "beats 0–132" in found.choice


def test_a_long_beginning_alone_is_cut_off_at_a_bar_line():
    chords = (ChordSpan(0.0, 300.0, chord_of(0, "maj7", 0)),)
    found = together(piece(line(201, 300), line(0, 300, 48), chords, beats_per_bar=3))
    first = 168  # the bar line of 3/4 before 201 - 32
    assert found.target == line(201 - first, 300 - first)
    assert found.conditioning == line(0, 300 - first, 48)
    assert [(c.onset_beats, c.end_beats) for c in found.chords] == [(0.0, 300.0 - first)]


def test_written_chords_stand_for_what_nobody_played():
    chords = (ChordSpan(0.0, 64.0, chord_of(0, "maj7", 0)), ChordSpan(64.0, 400.0, None))
    assert together(piece(line(0, 400), (), chords)).target == line(0, 96)


@pytest.mark.parametrize(
    ("target", "conditioning", "message"),
    [
        (line(0, 100), line(200, 300, 48), "0 beats in common"),
        (line(0, 12), line(4, 100, 48), "song: lead and accompaniment have 8 beats in common"),
        (line(0, 100), (), "one side is empty"),
    ],
)
def test_what_has_nothing_in_common_is_refused(target, conditioning, message):
    with pytest.raises(RefusedError, match=message):
        together(piece(target, conditioning))
