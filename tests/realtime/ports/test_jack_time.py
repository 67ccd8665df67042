from hypothesis import given
from hypothesis import strategies as st

from jambot.realtime.ports.jack_time import FrameLine

RATE = 48_000


def followed(drift: float, seconds: float) -> tuple[FrameLine, int, float]:
    """A line after `seconds` of periods on a card that runs `drift` too fast."""
    line, frame, now = FrameLine(RATE), 0, 100.0
    for _ in range(int(seconds * RATE / 64)):
        line.follow(frame, now, 64)
        frame += 64
        now += 64 / (RATE * (1 + drift))
    return line, frame, now


def test_the_first_reading_sets_the_line():
    line = FrameLine(RATE)
    assert not line.settled
    line.follow(4800, 7.0, 64)
    assert line.settled
    assert line.frame_at(7.5) == 28_800
    assert line.seconds_at(28_800) == 7.5


@given(st.integers(0, 2**34))
def test_a_frame_becomes_seconds_and_the_same_frame_again(frame):
    line, _, _ = followed(drift=0.0, seconds=0.01)
    assert line.frame_at(line.seconds_at(frame)) == frame


def test_a_drifting_sound_card_is_followed_to_the_frame():
    line, frame, now = followed(drift=50e-6, seconds=20)
    assert abs(line.seconds_at(frame) - now) < 1 / RATE


def test_one_rough_reading_moves_the_line_by_less_than_a_frame():
    line, frame, now = followed(drift=0.0, seconds=5)
    before = line.seconds_at(frame)
    line.follow(frame, now + 0.0005, 64)
    assert abs(line.seconds_at(frame) - before) < 1 / RATE


def test_a_jump_of_the_frame_count_is_followed_at_once():
    line, frame, now = followed(drift=0.0, seconds=1)
    line.follow(frame + RATE, now, 64)
    assert abs(line.seconds_at(frame + RATE) - now) < 1e-9


def test_the_count_goes_on_where_32_bits_wrap():
    line = FrameLine(RATE)
    before, after = line.unwrapped(2**32 - 64), line.unwrapped(0)
    assert after - before == 64
    assert line.unwrapped(128) - after == 128
