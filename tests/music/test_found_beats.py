"""The beats of what was played without a click."""

import numpy as np
import pytest

from jambot.music.beat_model import beat_model
from jambot.music.found_beats import find_beats


def comped(bars, bpm, breath=0.0, seed=2):
    """Swung comping over a tempo that breathes, as (seconds, pitch)."""
    random = np.random.default_rng(seed)
    beats = np.arange(4 * bars + 1)
    tempi = bpm * (1.0 + breath * np.sin(beats / 12.0))
    lines = np.concatenate([[0.0], np.cumsum(60.0 / tempi[:-1])])
    patterns = ((0, 1, 1.64, 3), (0.64, 2, 3.64), (0, 1, 2, 2.64, 3), (1.64, 2, 3))
    places = [4 * bar + place for bar in range(bars) for place in patterns[bar % 4]]
    at = np.interp(places, beats, lines) + random.normal(0, 0.006, len(places))
    return [(float(s), pitch) for s in at for pitch in (48, 55, 64)], np.array(places)


@pytest.mark.parametrize("bpm", [150, 184])
def test_a_tempo_that_breathes_is_found_from_both_ends(bpm):
    keys, places = comped(32, bpm, breath=0.04)
    found = find_beats(keys, beat_model())
    usual = 60.0 * np.median(np.diff(found.beats) / np.diff(found.seconds))
    assert usual == pytest.approx(bpm, rel=0.05)
    off = found.beats_at(np.array([seconds for seconds, _ in keys[::3]])) - places
    off = (off - np.median(off) + 0.5) % 1.0 - 0.5
    assert np.mean(np.abs(off) < 0.175) > 0.9
    assert found.sure > 0.5


def test_strikes_without_a_beat_are_unsure():
    random = np.random.default_rng(5)
    at = np.cumsum(random.exponential(0.4, 400))
    found = find_beats([(float(s), 60) for s in at], beat_model())
    assert found.sure < 0.5


def test_a_few_strikes_tell_no_beat():
    assert find_beats([(float(i), 60) for i in range(10)], beat_model()) is None
    assert find_beats([], beat_model()) is None


def test_beats_go_forward_and_beyond_both_ends():
    found = find_beats(comped(16, 160)[0], beat_model())
    assert (np.diff(found.beats) > 0).all()
    before, after = found.beat_at(found.seconds[0] - 1.0), found.beat_at(found.seconds[-1] + 1.0)
    assert before < found.beats[0]
    assert after > found.beats[-1]
