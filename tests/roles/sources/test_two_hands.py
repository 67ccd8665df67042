"""Two hands at one piano, cut into what is given and what is answered."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Note
from jambot.roles.sources.two_hands import split_hands, upper_line

piano = st.lists(
    st.builds(
        Note,
        onset_beats=st.integers(0, 64).map(lambda i: i / 4),
        duration_beats=st.integers(1, 8).map(lambda i: i / 4),
        pitch=st.integers(21, 108),
    ),
    max_size=40,
)


def test_the_left_hand_gives_and_the_right_hand_answers():
    left = [Note(0.0, 4.0, p) for p in (40, 47, 52)]
    right = [Note(i * 0.5, 0.5, 72 + i) for i in range(8)]
    assert split_hands(left + right, 60) == (tuple(left), tuple(right))


def test_chords_and_octaves_of_the_right_hand_survive():
    right = [Note(0, 1, 64), Note(0, 1, 67), Note(0.02, 1, 76), Note(1, 1, 64), Note(1, 1, 76)]
    assert split_hands([Note(0, 2, 40), *right], 60) == ((Note(0, 2, 40),), tuple(right))


def test_the_upper_line_is_the_top_of_every_grip():
    right = [Note(0, 1, 64), Note(0, 1, 67), Note(0.02, 2, 76), Note(1, 1, 64), Note(1.5, 1, 60)]
    assert upper_line(right) == (Note(0.02, 0.98, 76), Note(1, 0.5, 64), Note(1.5, 1, 60))
    assert upper_line([]) == ()


def test_a_higher_split_gives_more_to_the_left():
    notes = [Note(float(i), 1.0, 50 + i) for i in range(12)]
    sizes = [len(split_hands(notes, at)[0]) for at in (48, 52, 55, 60, 72)]
    assert sizes == [0, 2, 5, 10, 12]


@given(piano, st.integers(22, 107))
def test_every_note_goes_to_one_hand_and_the_upper_line_is_one_line(notes, split_pitch):
    conditioning, target = split_hands(notes, split_pitch)
    assert sorted((*conditioning, *target)) == sorted(notes)
    assert all(note.pitch >= split_pitch for note in target)
    assert all(note.pitch < split_pitch for note in conditioning)
    line = upper_line(target)
    assert {(n.onset_beats, n.pitch) for n in line} <= {(n.onset_beats, n.pitch) for n in target}
    assert all(a.end_beats <= b.onset_beats for a, b in itertools.pairwise(line))
