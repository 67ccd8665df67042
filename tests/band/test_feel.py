"""The feel: who swings how far, and where a bar's strong beats lie."""

import doctest

import pytest

from jambot.band import Feel, arrangement, feel, feel_of, ground, off_beat, swing_ratio
from jambot.band.feel import groups, strong_beats


def test_swing_grows_even_as_the_tempo_rises_and_the_short_note_lasts_a_tenth_of_a_second():
    ratios = [swing_ratio(bpm) for bpm in range(40, 400, 5)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] == 2.5
    assert ratios[-1] == 1.0
    for bpm in (180.0, 220.0, 280.0):
        assert (1 - off_beat(Feel.swing, bpm)) * 60 / bpm == pytest.approx(0.1)


def test_straight_feels_have_their_off_beat_in_the_middle():
    assert {off_beat(feel, 120.0) for feel in (Feel.straight, Feel.bossa)} == {0.5}


def test_a_bar_is_made_of_threes_and_twos():
    for beats in range(1, 13):
        assert sum(groups(beats)) == beats
        assert max(strong_beats(beats)) < beats
    assert groups(5) == (3, 2)
    assert sorted(strong_beats(4)) == [0, 2]


def test_the_feel_follows_metre_tempo_and_the_swing_knob_unless_one_is_asked_for():
    assert feel_of(Feel.auto, 4, 140.0) is Feel.swing
    assert feel_of(Feel.auto, 3, 140.0) is Feel.waltz
    assert feel_of(Feel.auto, 4, 60.0) is Feel.brushes
    assert feel_of(Feel.auto, 4, 140.0, swing=0.0) is Feel.straight
    assert feel_of(Feel.bossa, 3, 60.0, swing=1.0) is Feel.bossa


def test_a_tempo_that_wavers_about_the_edge_of_a_ballad_changes_no_feel():
    assert feel_of(Feel.auto, 4, 82.0, before=Feel.swing) is Feel.swing
    assert feel_of(Feel.auto, 4, 86.0, before=Feel.brushes) is Feel.brushes
    assert feel_of(Feel.auto, 4, 78.0, before=Feel.swing) is Feel.brushes
    assert feel_of(Feel.auto, 4, 90.0, before=Feel.brushes) is Feel.swing


def test_the_worked_examples_hold():
    for module in (feel, ground, arrangement):
        assert doctest.testmod(module).failed == 0
