"""Notes as a line."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Note, one_line

notes = st.builds(
    Note,
    onset_beats=st.integers(0, 64).map(lambda i: i / 8),
    duration_beats=st.floats(0.01, 8),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
)


def test_in_one_line_each_note_ends_where_the_next_begins():
    assert one_line([Note(1.0, 2.0, 62), Note(0.0, 4.0, 60), Note(2.5, 1.0, 64)]) == [
        Note(0.0, 1.0, 60),
        Note(1.0, 1.5, 62),
        Note(2.5, 1.0, 64),
    ]
    assert one_line([]) == []


def test_of_notes_struck_together_one_line_keeps_the_highest():
    assert one_line([Note(0.0, 1.0, 64), Note(0.0, 1.0, 60)]) == [Note(0.0, 1.0, 64)]
    assert one_line([Note(0.0, 1.0, 60), Note(0.0005, 1.0, 64)]) == [Note(0.0005, 1.0, 64)]


@given(st.lists(notes, max_size=30))
def test_a_line_of_a_line_is_the_line(chords):
    line = one_line(chords)
    assert one_line(line) == line
    assert all(a.end_beats <= b.onset_beats + 1e-9 for a, b in itertools.pairwise(line))
