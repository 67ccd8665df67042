"""A pianist's right hand in figures."""

import doctest

import pytest

from jambot.evaluation import right_hand as module
from jambot.evaluation.right_hand import right_hand
from jambot.music import ChordSpan, Note, parse_chord

C = (ChordSpan(0.0, 16.0, parse_chord("C")),)


def strike(beat, *pitches):
    return [Note(beat, 0.5, pitch) for pitch in pitches]


def test_the_worked_examples_hold():
    assert doctest.testmod(module).failed == 0


def test_a_line_alone_has_no_interval_below_its_top():
    found = right_hand([*strike(0.0, 72), *strike(1.0, 74)], C, 4.0, 60.0)
    assert (found.notes_per_strike, found.two_share, found.three_share) == (1.0, 0.0, 0.0)
    assert found.interval_below is None


def test_shares_of_strikes_count_by_their_notes():
    hand = [*strike(0, 72), *strike(1, 72, 60), *strike(2, 72, 67, 64), *strike(3, 72, 67, 64, 60)]
    found = right_hand(hand, C, 4.0, 120.0)
    assert (found.strikes_per_beat, found.two_share, found.three_share) == (1.0, 0.75, 0.5)
    assert found.notes_per_strike == 2.5
    assert found.interval_below == 8.0  # of 12, 5, 8, 5, 8, 12
    assert found.repeat_share == found.step_share == 1.0


@pytest.mark.parametrize(("apart_beats", "size"), [(0.05, 2.0), (0.1, 1.0)])
def test_keys_within_forty_thousandths_of_a_second_are_one_strike(apart_beats, size):
    # At 60 a twentieth of a beat is 50 ms; at 120, 25.
    loose = [Note(0.0, 1.0, 72), Note(apart_beats, 1.0, 64), Note(2.0, 1.0, 72)]
    bpm = 120.0
    again = [Note(2.0 + apart_beats, 1.0, 64)]
    assert right_hand([*loose, *again], C, 4.0, bpm).notes_per_strike == size
    assert right_hand([*loose, *again], C, 4.0, 60.0).notes_per_strike == 1.0


def test_the_left_hands_harmony_holds_what_it_plays_and_no_more():
    hand = [*strike(0, 72, 64), *strike(1, 73, 67)]
    assert right_hand(hand, C, 4.0, 120.0).in_harmony == 0.75
    assert right_hand(hand, (), 4.0, 120.0).in_harmony is None


def test_a_long_pause_is_counted_from_strike_to_strike_in_seconds():
    hand = [*strike(0, 72), *strike(1, 72), *strike(3, 72)]
    assert right_hand(hand, C, 4.0, 120.0).pauses_per_min == 30.0  # one of 1 s in 2 s
    assert right_hand(hand, C, 4.0, 240.0).pauses_per_min == 0.0


@pytest.mark.parametrize("hand", [[], strike(0, 72, 64, 60)])
def test_fewer_than_two_strikes_are_no_line(hand):
    assert right_hand(hand, C, 4.0, 120.0) is None
