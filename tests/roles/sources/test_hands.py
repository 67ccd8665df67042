"""A split that follows the hands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.errors import UsageError
from jambot.music import Note, by_onset
from jambot.roles.sources.hands import right_hand
from jambot.roles.sources.two_hands import parse_splits, split_hands

piano = st.lists(
    st.builds(
        Note,
        onset_beats=st.integers(0, 128).map(lambda i: i / 4),
        duration_beats=st.integers(1, 16).map(lambda i: i / 4),
        pitch=st.integers(0, 127),
    ),
    max_size=60,
).map(by_onset)


def wandering_hands(up):
    """Left-hand chords and a right-hand line an octave above them, moved by `up` semitones."""
    left = [Note(4.0 * bar, 3.5, p + up, 70) for bar in range(8) for p in (45, 52, 55)]
    right = [Note(i * 0.5, 0.45, 67 + (i * 5) % 9 + up, 90) for i in range(64)]
    return left, right


@pytest.mark.parametrize("up", [-9, 0, 8])
def test_the_split_goes_where_the_hands_go(up):
    left, right = wandering_hands(up)
    conditioning, target = split_hands(left + right, "hands")
    assert set(left) <= set(conditioning)
    assert len(set(right) & set(target)) >= 0.98 * len(right)


def test_hands_that_wander_up_within_a_piece_are_followed():
    low, high = wandering_hands(-8), wandering_hands(9)
    left = low[0] + [note.shifted(32.0) for note in high[0]]
    right = low[1] + [note.shifted(32.0) for note in high[1]]
    notes = by_onset(left + right)
    followed = right_hand(notes)
    truth = np.array([note in set(right) for note in notes])
    assert (followed == truth).mean() > 0.98
    fixed = [np.mean([n.pitch >= at for n in notes] == truth) for at in range(48, 72)]
    assert max(fixed) < 0.98


@given(piano)
def test_of_keys_struck_together_the_right_hand_has_the_higher_ones(notes):
    together = [note.shifted(-note.onset_beats) for note in notes]
    right = right_hand(by_onset(together))
    assert len(right) == len(notes)
    assert list(right) == sorted(right)


@given(piano)
def test_no_note_is_lost_but_those_that_double_one(notes):
    conditioning, target = split_hands(notes, "hands")
    places = {(n.onset_beats, n.pitch) for n in (*conditioning, *target)}
    assert places == {(n.onset_beats, n.pitch) for n in notes}


def test_no_notes_have_no_hands():
    assert split_hands([], "hands") == ((), ())


def test_splits_in_words():
    assert parse_splits("52, 55,Hands,52") == (52, 55, "hands")
    assert parse_splits(60) == (60,)
    for wrong in ("", "0", "128", "left", "52,,55", "-3", "6.5", "٣"):
        with pytest.raises(UsageError, match="split pitch"):
            parse_splits(wrong)
