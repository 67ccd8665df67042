"""Four even strikes, and what is none."""

import pytest

from jambot.realtime.beats.count_in import count_in


def test_four_even_strikes_tell_the_tempo_and_their_last_beat():
    counted = count_in([1.0, 1.51, 1.99, 2.5], None)
    assert counted.bpm == pytest.approx(120.0, rel=0.02)
    assert counted.seconds == pytest.approx(2.5, abs=0.02)


@pytest.mark.parametrize(
    ("strikes", "told"),
    [
        ([0.0, 0.5, 1.0], None),
        ([0.0, 0.5, 1.0, 1.8], None),
        ([0.0, 0.1, 0.2, 0.3], None),
        ([0.0, 2.0, 4.0, 6.0], None),
        ([0.0, 1.0, 2.0, 3.0], 120.0),
        ([0.0, 0.25, 0.5, 0.75], 120.0),
        ([1.0, 1.0, 1.0, 1.0], None),
    ],
    ids=["three", "uneven", "too fast", "too slow", "half notes", "eighths", "one moment"],
)
def test_what_counts_nothing(strikes, told):
    assert count_in(strikes, told) is None


def test_strikes_near_the_tempo_that_was_told_may_be_less_even():
    assert count_in([0.0, 0.44, 1.0, 1.5], 120.0) is not None
    assert count_in([0.0, 0.44, 1.0, 1.5], None) is None
