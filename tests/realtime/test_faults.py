"""What goes wrong on stages: each time no exception, no hanging note, time kept, and counted."""

import time
from itertools import pairwise

import pytest

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.realtime.clock import ManualClock, SystemClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.player.player import DirectPlayer
from jambot.roles.memory import MB, memory_bytes
from lab.endurance.faults import FrailPlayer

CM7, FM7 = (48, 58, 63, 67), (41, 57, 60, 64)


def ended_well(stage):
    stage.session.close("test")
    assert stage.lines == (1, [])
    (end,) = stage.events("end")
    assert end["stuck_notes"] == 0
    return end


def ended_well_in(stage):
    """The same of a stage whose log is in a file."""
    stage.session.close("test")
    stage.log.close()
    assert stage.lines == (1, [])


def on_time(stage):
    return stage.session.scheduler.late_notes == stage.session.scheduler.dropped_notes == 0


class IdlePlayer(DirectPlayer):
    """Says nothing while `away`; what it was asked meanwhile counts when it is back."""

    def __init__(self):
        super().__init__(Generator(ChordToneModel(), SamplingSettings(guidance=0.0), 1))
        self.away = False

    def poll(self):
        return [] if self.away else super().poll()


def test_a_keyboard_that_spews_5000_messages_a_second_is_answered_in_time(stage):
    stage.strike(CM7)
    for turn in range(200):
        for i in range(25):
            key = 36 + (turn * 7 + i) % 24
            stage.keys.feed(bytes((0x90 if i % 2 else 0x80, key, 1 + i)))
        stage.run_for(0.005)
    assert on_time(stage)
    assert len(stage.events("prompt")) <= 202
    assert len(stage.played) > 2
    ended_well(stage)


def test_a_stuck_key_neither_stops_the_solo_nor_outlives_all_notes_off(stage):
    stage.strike((36,))
    for beat in range(0, 40, 2):
        stage.strike(FM7 if beat % 4 else CM7)
        stage.go_to(beat + 1.5)
        stage.release(FM7 if beat % 4 else CM7)
    assert stage.session.planner.playing
    assert len(stage.played) > 30
    stage.stop()
    assert stage.session.hearing.held == ()
    ended_well(stage)


@pytest.mark.parametrize(
    "message",
    [b"\xfe", b"\xf8", b"\x3c\x50", b"\xf0" + bytes(500) + b"\xf7", b"\xd0\x40", b"\xa0\x3c\x40",
     b"\xe0\x00\x40", b"\xb0\x02\x40", b"\xc0\x05", b"\xf2\x00\x00", b""],
    ids=["active sensing", "clock", "running status", "SysEx", "channel pressure", "key pressure",
         "bend", "breath", "program", "song position", "nothing"],
)  # fmt: skip
def test_floods_that_say_nothing_change_nothing(make_stage, message):
    quiet, flooded = make_stage(), make_stage()
    for stage in (quiet, flooded):
        stage.strike(CM7)
    for _ in range(100):
        for _ in range(20):
            flooded.keys.feed(message)
        flooded.run_for(0.01)
    quiet.run_for(1.0)
    assert flooded.played == quiet.played
    assert len(flooded.events("prompt")) == len(quiet.events("prompt"))
    ended_well(flooded)


def test_a_stepped_wall_clock_moves_nothing(monkeypatch):
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0.0 <= clock.now() - before < 5.0


def test_a_machine_that_slept_for_30_seconds_ends_its_note_and_goes_on_where_the_music_is(stage):
    stage.strike(CM7)
    stage.go_to(5)
    before = len(stage.played)
    stage.clock.advance(30.0)
    stage.session.tick()
    assert len(stage.played) <= before + 1  # nothing is caught up with
    stage.run_for(4.0)
    beat = (stage.clock.now() - stage.start) * 2
    assert stage.session.line.beat_at(stage.clock.now()) == pytest.approx(beat)
    late = [at for at, _ in stage.played if at > 65]
    assert len(late) >= 3
    assert stage.events("gap")[0]["seconds_lost"] == pytest.approx(30.0, abs=0.1)
    ended_well(stage)


@pytest.mark.parametrize("schedules_ahead", [True, False])
def test_an_output_pulled_with_a_note_sounding_is_told_to_end_it_when_it_is_back(
    make_stage, schedules_ahead
):
    stage = make_stage(schedules_ahead=schedules_ahead)
    stage.strike(CM7)
    stage.go_to(4)
    while not stage.lines[1]:
        stage.run_for(0.005)
    (hanging,) = stage.lines[1]
    stage.port.alive = False
    stage.run_for(3.0)
    stage.port.alive = True
    stage.run_for(0.1)
    assert hanging in [m.data[1] for m in stage.port.messages if m.data[0] >> 4 == 8][-3:]
    stage.run_for(3.0)
    assert [event["state"] for event in stage.events("port")] == ["lost", "back"]
    ended_well(stage)


def test_a_player_two_seconds_slow_leaves_no_hole(make_stage):
    player = IdlePlayer()
    stage = make_stage(player=player)
    stage.strike(CM7)
    stage.go_to(8)
    player.away = True
    stage.release(CM7)
    stage.strike(FM7)
    stage.run_for(2.0)
    player.away = False
    stage.run_for(4.0)
    beats = [beat for beat, _ in stage.played]
    assert max(b - a for a, b in pairwise(beats)) <= 2.5
    assert on_time(stage)
    assert stage.events("played")[-1]["source"] == "model"
    ended_well(stage)


def test_a_keyboard_pulled_with_keys_down_leaves_none_stuck_and_is_heard_when_it_is_back(stage):
    stage.strike(CM7)
    stage.feed((0xB0, 64, 127))
    stage.go_to(4)
    stage.keys.alive = False
    stage.run_for(3.0)
    assert stage.session.hearing.held == ()
    assert stage.session.planner.playing
    stage.run_for(9.0)
    assert not stage.session.planner.playing, "four bars without anybody"
    stage.keys.alive = True
    stage.strike(FM7)
    stage.run_for(3.0)
    assert stage.session.planner.playing
    assert stage.session.hearing.held == tuple(sorted(FM7))
    assert [event["state"] for event in stage.events("port")] == ["lost", "back"]
    ups = [event["pitch"] for event in stage.events("heard") if not event["on"]]
    assert sorted(ups) == sorted(CM7)
    assert on_time(stage)
    ended_well(stage)


@pytest.mark.parametrize("fault", ["die", "freeze"])
def test_a_player_that_dies_or_freezes_leaves_the_time_kept_and_is_counted(make_stage, fault):
    clock = ManualClock(100.0)
    player = FrailPlayer(lambda: Generator(ChordToneModel(), SamplingSettings(), 1), clock)
    stage = make_stage(player=player, hand=clock)
    stage.strike(CM7)
    stage.go_to(8)
    getattr(player, fault)(6.0)
    stage.run_for(10.0)
    beats = [beat for beat, _ in stage.played]
    assert max(b - a for a, b in pairwise(beats)) <= 2.5
    assert stage.session.planner.underruns == 1
    assert stage.events("played")[-1]["source"] == "model"
    assert on_time(stage)
    assert ended_well(stage)["player_restarts"] == (fault == "die")


def test_what_nobody_foresaw_is_counted_silences_and_does_not_end_the_jam(stage, monkeypatch):
    stage.strike(CM7)
    while not stage.lines[1]:
        stage.run_for(0.005)

    def broken(now):
        raise ZeroDivisionError("float division by zero")

    with monkeypatch.context() as patched:
        patched.setattr(stage.session.planner, "think", broken)
        stage.run_for(0.5)
        assert stage.lines[1] == []
        assert stage.status().faults == stage.session.faults > 10
        assert "fault" in stage.status().notice
        before = len(stage.played)
    stage.run_for(1.0)
    assert len(stage.played) == before, "it waits to be asked"
    stage.strike(FM7)
    stage.run_for(4.0)
    assert len(stage.played) > before + 3
    (fault, *_) = stage.events("fault")
    assert fault["error"] == "ZeroDivisionError: float division by zero"
    assert "session.py" in fault["where"]
    assert len(stage.events("fault")) <= 100
    assert ended_well(stage)["faults"] == stage.session.faults


def test_a_jam_whose_every_part_raises_still_ends_its_notes_and_itself(stage, monkeypatch):
    stage.strike(CM7)
    while not stage.lines[1]:
        stage.run_for(0.005)

    def broken(*anything):
        raise RuntimeError("no more")

    for part, what in (
        (stage.session.planner, "think"), (stage.session.planner, "stop"),
        (stage.session.scheduler, "next_due"), (stage.session.scheduler, "note_what_left"),
        (stage.player, "close"),
    ):  # fmt: skip
        monkeypatch.setattr(part, what, broken)
    assert stage.session.run(0.2) == "seconds"
    assert stage.lines[1] == []
    assert stage.events("end")


def test_a_flood_of_more_than_anybody_plays_is_not_heard_and_frees_the_keys(stage):
    stage.strike(CM7)
    stage.go_to(4)
    for _ in range(3):
        for i in range(5000):
            stage.keys.feed(bytes((0x90, 36 + i % 40, 1 + i % 100)))
        stage.run_for(0.01)
    assert stage.session.hearing.unheard > 10_000
    stage.run_for(0.2)
    assert stage.session.hearing.held == ()
    stage.strike(FM7)
    stage.run_for(2.0)
    assert stage.session.hearing.held == tuple(sorted(FM7))
    assert stage.session.planner.playing
    assert ended_well(stage)["unheard"] == stage.session.hearing.unheard


@pytest.mark.parametrize("control", [1, 66], ids=["a knob", "the trigger"])
def test_a_control_that_flutters_asks_for_one_plan_a_tick(stage, control):
    stage.strike(CM7)
    stage.go_to(4)
    asked = len(stage.events("prompt"))
    for tick in range(20):
        for i in range(50):
            stage.keys.feed(bytes((0xB0, control, 127 if i % 2 == tick % 2 else 0)))
        stage.run_for(0.005)
    assert len(stage.events("prompt")) - asked <= 21
    ended_well(stage)


def test_floods_of_all_kinds_for_a_long_time_take_no_memory(make_stage, tmp_path):
    stage = make_stage(log=SessionLog(tmp_path / "session.jsonl"))
    stage.strike(CM7)
    settled = 0
    for turn in range(160):
        for i in range(3000):
            status = (0x90, 0x80, 0xB0, 0xE0, 0xF8)[i % 5]
            stage.keys.feed(bytes((status, (turn + i) % 120, i % 128)))
        stage.run_for(0.02)
        if turn == 40:
            settled = memory_bytes()
    assert stage.session.hearing.unheard > 400_000
    assert memory_bytes() - settled < 8 * MB
    ended_well_in(stage)
