import pytest

from jambot.realtime.meters import RECENT, Meters


def test_before_anything_happened_nothing_is_shown():
    assert (Meters().jitter_ms, Meters().isr) == (None, None)


def test_jitter_is_near_the_worst_of_late_and_forgets():
    meters = Meters()
    meters.left(1.0, 1.030)
    assert meters.jitter_ms == pytest.approx(30)
    for _ in range(RECENT):
        meters.left(2.0, 1.999)
    assert meters.jitter_ms == pytest.approx(1)


def test_isr_is_the_share_of_frames_with_a_plan():
    meters = Meters()
    for valid in (True, True, True, False):
        meters.frame(valid)
    assert meters.isr == 0.75
