from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.realtime.beats.beat_line import KEPT_PIECES, BeatLine


def test_before_there_is_a_beat_everything_is_beat_0():
    line = BeatLine(120.0)
    assert not line.begun
    assert line.beat_at(5.0) == 0.0
    line.steer(5.0, 60.0)
    line.begin(10.0)
    assert line.beat_at(12.0) == 2.0


def test_a_new_tempo_holds_from_then_on_and_the_past_stays():
    line = BeatLine(60.0, 10.0)
    line.steer(12.0, 120.0)
    assert [line.beat_at(t) for t in (9.0, 11.0, 12.0, 13.0)] == [-1.0, 1.0, 2.0, 4.0]
    assert [line.seconds_at(b) for b in (1.0, 2.0, 4.0)] == [11.0, 12.0, 13.0]
    assert line.bpm == 120.0


def test_beats_that_were_skipped_fall_on_the_jump():
    line = BeatLine(60.0, 0.0)
    line.jump(2.5, 4.0)
    assert (line.beat_at(2.0), line.beat_at(2.5), line.beat_at(3.5)) == (2.0, 4.0, 5.0)
    assert line.seconds_at(3.0) == line.seconds_at(4.0) == 2.5


def test_no_jump_goes_back():
    line = BeatLine(60.0, 0.0)
    line.jump(3.0, 1.0)
    assert line.beat_at(3.0) == 3.0


moves = st.tuples(st.booleans(), st.floats(0.001, 5.0), st.floats(20.0, 400.0))


@given(st.lists(moves, max_size=30))
def test_beats_never_run_backwards(moves):
    line, now, heard = BeatLine(120.0, 0.0), 0.0, [0.0]
    for jumps, wait, amount in moves:
        now += wait
        heard.append(line.beat_at(now))
        if jumps:
            line.jump(now, heard[-1] + amount / 100)
        else:
            line.steer(now, amount)
        heard.append(line.beat_at(now))
        assert line.seconds_at(line.beat_at(now)) == pytest.approx(now)
    assert all(b >= a - 1e-9 for a, b in pairwise(heard))


def test_a_day_of_ticks_fills_no_memory():
    line = BeatLine(120.0, 0.0)
    for tick in range(5000):
        line.steer(tick / 48, 120.0 + tick % 2)
    assert len(line._pieces) == KEPT_PIECES


@pytest.mark.parametrize(("asked", "played"), [(149_969.0, 400.0), (0.0, 20.0), (-3.0, 20.0)])
def test_no_tempo_leaves_what_can_be_played(asked, played):
    line = BeatLine(asked)
    assert line.bpm == played
    line.begin(0.0)
    line.steer(1.0, asked)
    assert line.bpm == played
