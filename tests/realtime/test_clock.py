import pytest

from jambot.realtime.clock import ManualClock, SystemClock


def test_the_manual_clock_moves_only_when_moved():
    clock = ManualClock(10.0)
    assert clock.now() == clock.now() == 10.0
    clock.advance(0.25)
    assert clock.now() == 10.25


def test_waiting_on_the_manual_clock_moves_it_and_never_backwards():
    clock = ManualClock()
    clock.sleep_until(2.0)
    assert clock.now() == 2.0
    clock.sleep_until(1.0)
    assert clock.now() == 2.0


def test_time_cannot_be_moved_backwards():
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-0.1)


def test_the_system_clock_never_wakes_early():
    clock = SystemClock()
    for milliseconds in (0.1, 1.5, 5.0):
        due = clock.now() + milliseconds / 1000
        clock.sleep_until(due)
        assert clock.now() >= due


def test_waiting_for_the_past_returns_at_once():
    clock = SystemClock()
    before = clock.now()
    clock.sleep_until(before - 10)
    assert clock.now() - before < 1
