"""The beats of a session, drawn again from what its log says of them."""

from random import Random

import pytest

from jambot.music.take import take_of
from jambot.realtime.settings import Sync

CM7 = (48, 58, 63, 67)
OPENING = {"event": "session", "bpm": 120.0, "beats_per_bar": 4}


def drawn(stage):
    return take_of([OPENING, *stage.log.events]).tempo_map()


def worst(stage, moments):
    """How far the beats that the log tells lie from the stage's own, at most."""
    tempo_map, first = drawn(stage), moments[0]
    return max(
        abs((tempo_map.seconds_at(beat) - tempo_map.seconds_at(first[1])) - (at - first[0]))
        for at, beat in moments
    )


def watch(stage, seconds, step=0.1):
    moments = []
    for _ in range(round(seconds / step)):
        stage.run_for(step)
        now = stage.clock.now()
        moments.append((now, stage.session.line.beat_at(now)))
    return moments


def test_a_steady_tempo_is_one_point_and_another_every_16_bars(stage):
    stage.strike(CM7)
    stage.run_for(40.0)
    points = stage.events("line")
    assert [(p["beat"], p["bpm"]) for p in points] == [
        (0.0, 120.0),
        (pytest.approx(64, abs=0.1), 120.0),
    ]
    assert drawn(stage).bpms == (120.0,)


def test_tapped_tempi_are_told_where_they_begin(stage):
    stage.strike(CM7)
    stage.run_for(2.0)
    for _ in range(3):
        stage.feed((0xB0, 80, 127))
        stage.run_for(0.75)
    moments = watch(stage, 6.0)
    assert drawn(stage).bpms[-1] == pytest.approx(80.0, abs=0.01)
    assert worst(stage, moments) < 0.004


def test_the_beats_of_a_jittering_host_that_speeds_up_are_drawn_within_milliseconds(make_stage):
    stage, random = make_stage(clock=Sync.midi), Random(3)
    at, bpm = 101.0, 120.0
    stage.keys.feed(b"\xfa", 101.0)
    for _ in range(24 * 64):
        stage.keys.feed(b"\xf8", at + random.uniform(-0.003, 0.003))
        bpm = min(bpm + 0.02, 140.0)
        at += 60.0 / bpm / 24
    stage.run_for(2.0)
    stage.strike(CM7)
    moments = watch(stage, 20.0)
    assert worst(stage, moments) < 0.01
    assert drawn(stage).bpms[-1] == pytest.approx(140.0, rel=0.02)
    assert len(stage.events("line")) < 60


def test_a_host_that_jumps_leaves_a_gap_and_no_impossible_tempo(make_stage):
    stage = make_stage(clock=Sync.midi)
    for tick in range(24 * 20):
        if tick == 24 * 6:
            stage.keys.feed(b"\xf2\x08\x00", 101.0 + tick / 48)  # back to beat 2
        if tick == 0:
            stage.keys.feed(b"\xfa", 101.0)
        stage.keys.feed(b"\xf8", 101.0 + tick / 48)
    stage.run_for(2.0)
    stage.strike(CM7)
    stage.run_for(7.0)
    skipped = [p["skipped"] for p in stage.events("line") if p["skipped"]]
    assert sum(skipped) == pytest.approx(stage.session.line.skipped_beats, abs=1e-5)
    assert all(100 < bpm < 140 for bpm in drawn(stage).bpms)
