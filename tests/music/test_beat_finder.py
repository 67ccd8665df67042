"""The beat of a pianist's strikes: found, followed, and not lost in silence."""

import time

import numpy as np
import pytest

from jambot.music.beat_finder import BeatFinder
from jambot.music.beat_model import Strike, beat_model, strikes_of


def play(finder, seconds, keys=3, lowest=50):
    for at in seconds:
        finder.strike(at)
        finder.weigh(Strike(at, keys, lowest))


def off(place):
    """How far from a beat, in beats."""
    return abs((place + 0.5) % 1.0 - 0.5)


def test_keys_within_a_roll_are_one_strike_with_its_lowest_key():
    (first, second) = strikes_of([(1.0, 64), (1.02, 48), (1.03, 60), (1.5, 72)])
    assert first == Strike(1.0, 3, 48)
    assert second == Strike(1.5, 1, 72)
    assert first.kind != second.kind


@pytest.mark.parametrize("bpm", [44, 60, 90, 120, 200, 300])
def test_a_tempo_that_was_told_is_kept_at_any_speed(bpm):
    finder = BeatFinder(beat_model())
    finder.tell(0.0, bpm)
    play(finder, [beat * 60.0 / bpm for beat in (1, 2, 3, 4, 6, 7, 8)])
    belief = finder.belief
    assert belief.bpm == pytest.approx(bpm, rel=0.01)
    assert off(belief.place) < 0.05


def test_a_tempo_that_drifts_is_followed():
    finder = BeatFinder(beat_model())
    finder.tell(0.0, 120.0)
    lines = np.concatenate([[0.0], np.cumsum(60.0 / (120.0 * 1.001 ** np.arange(100)))])
    rhythm = [4 * bar + place for bar in range(24) for place in (0, 1.64, 2, 3.64)][1:]
    play(finder, np.interp(rhythm, np.arange(101), lines))
    belief = finder.belief
    assert belief.bpm == pytest.approx(120.0 * 1.001**95, rel=0.02)
    assert off(belief.place - rhythm[-1]) < 0.1


@pytest.mark.parametrize("bpm", [66, 100, 132, 176])
@pytest.mark.parametrize(
    "rhythm", [(0, 1, 2, 3), (0, 2), (1.62, 3.62), (1.5, 3.5), (0, 1.62), (0.0,)]
)
def test_a_rhythm_that_is_kept_for_thirty_bars_never_moves_the_beat(bpm, rhythm):
    finder = BeatFinder(beat_model())
    finder.tell(0.0, bpm)
    random = np.random.default_rng(3)
    places = [4 * bar + place for bar in range(30) for place in rhythm][1:]
    play(finder, [place * 60.0 / bpm + random.normal(0, 0.008) for place in places], lowest=48)
    assert off(finder.belief.place - places[-1]) < 0.175


def test_strikes_on_the_and_alone_do_not_move_the_beat():
    finder = BeatFinder(beat_model())
    finder.tell(0.0, 132.0)
    swung = [beat + 0.62 for bar in range(8) for beat in (4 * bar + 1, 4 * bar + 3)]
    play(finder, [beat * 60.0 / 132.0 for beat in swung])
    belief = finder.belief
    assert belief.bpm == pytest.approx(132.0, rel=0.02)
    assert off(belief.place - 0.62) < 0.12


def test_a_long_silence_keeps_time_and_only_makes_it_less_sure():
    finder = BeatFinder(beat_model())
    finder.tell(0.0, 150.0)
    play(finder, [beat * 0.4 for beat in range(1, 9)])
    before = finder.belief
    play(finder, [24 * 0.4])
    after = finder.belief
    assert after.bpm == pytest.approx(150.0, rel=0.02)
    assert off(after.place) < 0.1
    assert 0.0 < after.sure < before.sure


def test_a_tempo_that_nobody_told_is_found():
    finder = BeatFinder(beat_model())
    beat = 60.0 / 184.0
    rhythm = [0, 1, 1.64, 2, 3, 3.64, 4, 4.64, 5, 6, 6.64, 7, 8, 9, 9.64, 10, 11, 11.64, 12]
    finder.wonder(0.0)
    play(finder, [place * beat for place in rhythm[1:]])
    assert finder.belief.bpm == pytest.approx(184.0, rel=0.03)


def test_the_same_strikes_always_give_the_same_belief():
    beliefs = []
    for _ in range(2):
        finder = BeatFinder(beat_model())
        finder.wonder(0.0)
        play(finder, [0.31, 0.64, 0.9, 1.27, 1.6])
        beliefs.append(finder.belief)
    assert beliefs[0] == beliefs[1]


@pytest.mark.parametrize("gap", [0.0, 1e-9, 0.001, 3600.0, 1e6])
def test_no_gap_breaks_it(gap):
    finder = BeatFinder(beat_model())
    finder.tell(10.0, 120.0)
    play(finder, [10.0 + gap, 10.0 + 2 * gap])
    belief = finder.belief
    assert np.isfinite([belief.place, belief.bpm, belief.sure]).all()
    assert 36 <= belief.bpm <= 346


def test_a_strike_costs_well_under_a_millisecond():
    finder = BeatFinder(beat_model())
    finder.tell(0.0, 120.0)
    started = time.process_time()
    for strike in range(1, 301):
        play(finder, [strike * 0.25])
        assert finder.belief.sure >= 0.0
    assert (time.process_time() - started) / 300 < 0.001
