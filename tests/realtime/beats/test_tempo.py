"""The stage's own beats: tapped, and told to others."""

import pytest

from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.clock_out import ClockOut
from jambot.realtime.beats.tap_tempo import TapTempo
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import RecordingOutput


def test_three_taps_give_the_tempo_and_put_the_beats_on_the_taps():
    line = BeatLine(120.0, 0.0)
    tapping = TapTempo(line)
    assert [tapping.tap(seconds) for seconds in (10.1, 10.7)] == [None, None]
    assert tapping.tap(11.3) == pytest.approx(100.0)
    assert line.beat_at(11.9) == pytest.approx(round(line.beat_at(11.9)))
    assert line.beat_at(13.1) - line.beat_at(11.9) == pytest.approx(2.0)


def test_one_tap_out_of_time_and_a_bounce_spoil_nothing():
    tapping = TapTempo(BeatLine(120.0))
    taps = (0.0, 0.5, 0.56, 1.0, 1.62, 2.0, 2.5)
    assert [tapping.tap(seconds) for seconds in taps][-1] == pytest.approx(120.0)


def test_a_long_pause_begins_a_new_count():
    tapping = TapTempo(BeatLine(120.0))
    for seconds in (0.0, 0.5, 1.0):
        tapping.tap(seconds)
    assert tapping.tap(9.0) is None


class Desk:
    def __init__(self, schedules_ahead=True):
        self.clock = ManualClock()
        self.port = RecordingOutput(self.clock, schedules_ahead)
        self.line = BeatLine(60.0, 0.0)
        self.ticks = ClockOut(self.port, self.line)

    def run_until(self, seconds):
        while self.clock.now() < seconds:
            self.ticks.send_due(self.clock.now())
            self.clock.advance(0.005)

    def left(self, kind):
        return [m.seconds for m in self.port.messages if m.data[0] == kind]


@pytest.mark.parametrize("schedules_ahead", [True, False])
def test_the_clock_starts_on_beat_0_ticks_24_times_a_beat_and_stops(schedules_ahead):
    desk = Desk(schedules_ahead)
    desk.run_until(2.0)
    desk.ticks.stop()
    assert desk.port.messages[0].data == b"\xfa"
    ticks = desk.left(0xF8)
    assert len(ticks) == pytest.approx(48, abs=1)
    late = 0.0001 if schedules_ahead else 0.0051
    assert max(at - k / 24 for k, at in enumerate(ticks)) <= late
    assert len(desk.left(0xFC)) == 1


def test_the_clock_follows_a_new_tempo():
    desk = Desk()
    desk.run_until(1.0)
    desk.line.steer(1.1, 120.0)
    desk.run_until(3.0)
    after = [at for at in desk.left(0xF8) if at > 1.2]
    assert after[20] - after[0] == pytest.approx(20 / 48, abs=0.001)


def test_after_a_long_sleep_the_followers_are_told_the_place():
    desk = Desk()
    desk.run_until(1.0)
    desk.clock.advance(30.0)
    before = len(desk.left(0xF8))
    desk.run_until(32.0)
    assert len(desk.left(0xF8)) - before < 60
    (place,) = [m.data for m in desk.port.messages if m.data[0] == 0xF2]
    assert (place[1] + 128 * place[2]) / 4 == pytest.approx(31.25)
    assert desk.left(0xFB)
