from itertools import pairwise

import pytest

from jambot.realtime.hands.touch import MARGIN, Touch
from jambot.realtime.orders import SetKnob
from jambot.tokens import Controls

CM7, F7 = (48, 52, 55, 59), (41, 51, 57, 60)


def play(stage, velocity, bars=3, first=0):
    for bar in range(first, first + bars):
        for chord, beat in ((CM7, 0.0), (F7, 2.0)):
            stage.go_to(bar * 4 + beat)
            stage.strike(chord, velocity)
            stage.go_to(bar * 4 + beat + 1.5)
            stage.release(chord)


def asked(stage):
    return stage.status().controls.intensity


@pytest.mark.parametrize(
    ("velocity", "intensity"), [(20, 0.1), (58, 0.3), (85, None), (110, 0.7), (127, 0.9)]
)
def test_hands_that_strike_clearly_soft_or_hard_say_so(stage, velocity, intensity):
    play(stage, velocity, bars=6)
    assert asked(stage) == intensity


def test_one_hard_chord_among_soft_ones_is_an_accent_and_no_wish():
    touch = Touch()
    for velocity in [58] * 40 + [127] * 4:
        touch.strike(velocity)
    assert touch.intensity == 0.3 or touch.intensity is None
    assert Touch().intensity is None


def test_at_an_edge_it_does_not_flutter():
    touch = Touch()
    wishes = []
    for i in range(400):
        touch.strike(64 + (MARGIN if i % 2 else -MARGIN))
        wishes.append(touch.intensity)
    changes = sum(a != b for a, b in pairwise(wishes))
    assert changes <= 1


def test_a_knob_that_is_turned_wins_until_it_is_freed(stage):
    play(stage, 125)
    stage.order(SetKnob("intensity", 0.2))
    play(stage, 125, first=3)
    assert asked(stage) == 0.2
    stage.order(SetKnob("intensity", None))
    play(stage, 125, bars=1, first=6)
    assert asked(stage) == 0.9


def test_a_knob_given_at_the_start_wins_too(make_stage):
    stage = make_stage(controls=Controls(intensity=0.5))
    play(stage, 125)
    assert asked(stage) == 0.5


def test_it_can_be_turned_off(make_stage):
    stage = make_stage(touch=False)
    play(stage, 125)
    stage.order(SetKnob("intensity", 0.5), SetKnob("intensity", None))
    play(stage, 125, bars=1, first=3)
    assert asked(stage) is None


def test_each_change_is_one_request_and_one_line_in_the_log(stage):
    play(stage, 127, bars=6)
    assert [event["intensity"] for event in stage.events("touch")] == [0.7, 0.9]
