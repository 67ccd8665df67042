"""A session on a host's clock: bar lines, transport, and FL Studio's ways."""

import random
from itertools import pairwise

import pytest

from jambot.realtime.settings import Sync

CM7, FM7 = (48, 58, 63, 67), (41, 57, 60, 64)
START, CONTINUE, STOP, TICK = b"\xfa", b"\xfb", b"\xfc", b"\xf8"
ALL_NOTES_OFF = [bytes((0xB0 | channel, 123, 0)) for channel in range(16)]


@pytest.fixture
def stage(make_stage):
    return make_stage(clock=Sync.midi, bpm=100.0)


def tick(stage, beats, bpm=120.0, jitter=0.002, port=None):
    """Ticks for so many beats, and the session's own between them."""
    port = port or stage.keys
    jumpy = random.Random(3)
    for _ in range(round(beats * 24)):
        due = stage.clock.now() + 60 / bpm / 24
        port.feed(TICK, due - jumpy.uniform(0, jitter))
        while stage.clock.now() < due:
            stage.clock.sleep_until(min(due, stage.clock.now() + 0.005))
            stage.session.tick()


def bar_phase(stage):
    return stage.session.line.beat_at(stage.clock.now()) % 4


def test_the_solo_plays_on_the_hosts_beats(stage):
    stage.feed(START)
    tick(stage, 4)
    stage.strike(CM7)
    tick(stage, 20)
    assert bar_phase(stage) == pytest.approx(4.0 - 1 / 24, abs=0.03)  # the next tick is the bar
    assert stage.session.line.bpm == pytest.approx(120.0, rel=0.02)
    played = stage.events("played")
    assert len(played) > 10
    assert stage.session.scheduler.late_notes == 0
    assert stage.lines[0] == 1


def test_a_ramp_is_followed_and_no_note_is_late_or_lost(stage):
    stage.feed(START)
    stage.strike(CM7)
    for beat in range(24):
        tick(stage, 1, bpm=100 + 2 * beat)
    assert stage.session.line.bpm == pytest.approx(146, rel=0.05)
    assert stage.session.scheduler.late_notes == stage.session.scheduler.dropped_notes == 0
    assert stage.lines[0] == 1


def test_stop_is_silence_and_continue_with_the_hands_down_goes_on(stage):
    stage.feed(START)
    stage.strike(CM7)
    tick(stage, 6)
    stage.feed(STOP)
    before = len(stage.played)
    assert stage.lines[1] == []
    stage.run_for(1.0)
    assert len(stage.played) == before
    assert stage.session.planner.foresight.heard  # it remembers
    stage.feed(CONTINUE)
    tick(stage, 4)
    assert len(stage.played) > before
    assert [event["state"] for event in stage.events("transport")] == ["play", "stop", "play"]


def test_a_start_in_mid_bar_moves_to_the_bar_line_and_nothing_is_crammed_in(stage):
    stage.strike(CM7)
    stage.run_for(2.0)  # beat 3.33 of its own
    stage.feed(START)
    tick(stage, 12)
    (moved,) = stage.events("transport")
    assert moved["beat"] == pytest.approx(4.0)
    assert stage.lines[0] == 1
    beats = [event["onset_beats"] for event in stage.events("played")]
    assert min(b - a for a, b in pairwise(beats)) > 0.03
    assert stage.session.scheduler.dropped_notes == 0


def test_a_loop_that_closes_on_the_bar_line_leaves_the_plan_alone(stage):
    stage.feed(START)
    stage.strike(CM7)
    tick(stage, 16)
    asked = len(stage.events("prompt"))
    for message in (STOP, b"\xf2\x00\x00", CONTINUE):
        stage.keys.feed(message)
    stage.strike(CM7)
    tick(stage, 16)
    reasons = [event["reason"] for event in stage.events("prompt")][asked:]
    assert "jump" not in reasons
    assert bar_phase(stage) == pytest.approx(4.0 - 1 / 24, abs=0.03)
    assert stage.lines[0] == 1


def test_the_burst_of_all_notes_off_before_a_start_stops_once_and_frees_no_key(stage):
    stage.strike(CM7)
    stage.run_for(1.0)
    stage.feed(*ALL_NOTES_OFF)
    assert len(stage.events("stop")) == 1
    assert stage.lines[1] == []
    stage.feed(START)
    tick(stage, 8)
    assert stage.session.hearing.held == CM7
    assert stage.events("trigger")[-1]["reason"] == "start"
    after = [e for e in stage.events("played") if e["sent_seconds"] > 1.1]
    assert len(after) > 3
    assert {event["pitch"] % 12 for event in after} <= {pitch % 12 for pitch in CM7}


def test_the_burst_with_nothing_held_starts_nothing(stage):
    stage.feed(*ALL_NOTES_OFF)
    stage.feed(START)
    tick(stage, 8)
    assert stage.played == []
    stage.strike(FM7)
    tick(stage, 2)
    assert stage.played


def test_a_panic_button_that_sends_on_all_channels_is_one_stop(make_stage):
    stage = make_stage()
    stage.strike(CM7)
    stage.go_to(3)
    stage.feed(*ALL_NOTES_OFF)
    assert len(stage.events("stop")) == 1
    assert stage.session.hearing.held == ()
    stage.go_to(8)
    stage.stop()
    stage.stop()
    assert len(stage.events("stop")) == 3


def test_without_a_host_the_clock_of_the_stage_is_kept_and_ticks_mean_nothing(make_stage):
    stage = make_stage()
    stage.strike(CM7)
    stage.feed(START)
    tick(stage, 8, bpm=60.0)
    assert stage.session.line.bpm == 120.0
    assert stage.events("transport") == []


@pytest.fixture
def apart(make_stage):
    return make_stage(clock=Sync.midi, bpm=100.0, clock_port=True)


def test_the_clock_may_come_in_at_a_port_of_its_own(apart):
    apart.ticks.feed(START)
    tick(apart, 4, port=apart.ticks)
    apart.strike(CM7)
    tick(apart, 12, port=apart.ticks)
    assert bar_phase(apart) == pytest.approx(4.0 - 1 / 24, abs=0.03)
    assert apart.session.line.bpm == pytest.approx(120.0, rel=0.02)
    assert len(apart.events("played")) > 6


def test_what_else_comes_in_there_is_no_music_and_no_stop(apart):
    apart.strike(CM7)
    for message in (*ALL_NOTES_OFF, b"\x90\x3c\x50", b"\xb0\x01\x7f", START):
        apart.ticks.feed(message)
    tick(apart, 8, port=apart.ticks)
    assert apart.events("stop") == []
    assert apart.status().held == tuple(sorted(CM7))
    assert apart.status().controls.density is None
    assert apart.status().playing


def test_two_clocks_at_once_are_not_counted_twice(apart):
    apart.ticks.feed(START)
    tick(apart, 1, port=apart.ticks)
    feed = apart.ticks.feed

    def both(data, seconds):
        feed(data, seconds)
        apart.keys.feed(data, seconds)

    apart.ticks.feed = both
    tick(apart, 8, port=apart.ticks)
    assert apart.session.line.bpm == pytest.approx(120.0, rel=0.02)


def test_without_ticks_at_its_own_port_those_among_the_keys_are_followed(apart):
    apart.feed(START)
    tick(apart, 8)
    assert apart.session.line.bpm == pytest.approx(120.0, rel=0.02)


def test_a_clock_port_that_is_lost_is_told_and_the_beats_run_on(apart):
    apart.ticks.feed(START)
    tick(apart, 4, port=apart.ticks)
    apart.strike(CM7)
    apart.ticks.alive = False
    apart.run_for(4.0)
    assert apart.status().lost == ("clock",)
    assert apart.events("port")[-1]["which"] == "clock"
    assert len(apart.events("played")) > 6


@pytest.mark.parametrize("apart", [0.0, 21e-6, 0.001, 0.003])
def test_ticks_that_no_clock_sends_leave_the_tempo_playable_and_a_sane_clock_is_followed(
    stage, apart
):
    stage.feed(START)
    stage.strike(CM7)
    tick(stage, 8)
    before = len(stage.played)
    now = stage.clock.now()
    for i in range(1500):
        stage.keys.feed(TICK, now + i * apart)
    tempi = []
    while stage.clock.now() < now + 6.0:
        stage.run_for(0.05)
        tempi.append(stage.session.line.bpm)
    assert 20.0 <= min(tempi) <= max(tempi) <= 400.0
    assert tempi[6:] == pytest.approx([120.0] * len(tempi[6:]), rel=0.02), "after 0.3 s"
    assert len(stage.played) - before < 60
    between = len(stage.played)
    tick(stage, 4)
    tick(stage, 12)
    assert stage.session.line.bpm == pytest.approx(120.0, rel=0.02)
    assert len(stage.played) - between > 6
    assert stage.session.faults == 0


def test_three_ticks_at_one_moment_end_no_jam(stage):
    stage.strike(CM7)
    for _ in range(4):
        stage.feed(TICK, TICK, TICK)
        stage.run_for(0.5)
    assert stage.session.faults == 0
    assert len(stage.played) > 2
    assert 20.0 <= stage.session.line.bpm <= 400.0
