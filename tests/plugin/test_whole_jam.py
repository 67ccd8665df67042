"""A whole jam, host to plugin to engine and back: the real program, its figures, from outside.

A minute each, and what a busy machine spoils is told and not judged. On an idle machine

    JAMBOT_HOST_JAM_SECONDS=120 python -m pytest tests/plugin/test_whole_jam.py -s -n 0

plays two minutes each, prints the figures and judges all of them.
"""

import json
import math
import os
import signal
import subprocess
import sys
from collections import defaultdict, deque
from contextlib import contextmanager

import pytest

from jambot.music.take import read_take

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
STATUS, KEPT, LATE, PLAY = 16, 17, 18, 13
RATE, BLOCK = 48000, 128
SECONDS = float(os.environ.get("JAMBOT_HOST_JAM_SECONDS", "60"))
JUDGED = "JAMBOT_HOST_JAM_SECONDS" in os.environ
CHORDS = ((50, 53, 57, 60), (43, 53, 59, 62), (48, 52, 55, 59), (45, 52, 55, 61))


@contextmanager
def jamming(home):
    """`jambot jam` with the plugin, as a user starts it."""
    command = [sys.executable, "-m", "jambot", "jam", "--backend", "plugin", "--no-view",
               "--no-sound", "--report", str(home / "take")]  # fmt: skip
    child = subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.PIPE, text=True)
    yield child
    if child.poll() is None:
        child.kill()
    child.wait()
    child.stderr.close()


@pytest.fixture
def jam(home):
    with jamming(home) as child:
        yield child


def comp(host, begin, beats, tempo):
    """A chord on each bar's first beat, held for most of it. Before every fourth bar all notes are
    off, so that its chord finds the soloist silent and without a plan.
    """
    frame = float(begin)
    for beat in range(beats):
        length = RATE * 60 / tempo(beat)
        if beat % 4 == 0:
            for pitch in CHORDS[beat // 4 % 4]:
                host.do(f"at {int(frame) + 64} 144 {pitch} 80")
                host.do(f"at {int(frame + 3.4 * length)} 128 {pitch} 0")
        if beat % 16 == 15:
            host.do(f"at {int(frame + 0.6 * length)} 176 123 0")
        frame += length


def roll(host, slow, fast, seconds, word):
    """The song from its beginning, its tempo from slow to fast; gives its first frame."""
    host.do("beat 0")
    host.do(f"bpm {slow}")
    host.do(f"ramp {(fast - slow) / seconds}")
    host.do("play 1")
    begin = host.frame
    if word == "run":
        beats = int((slow + fast) / 2 * seconds / 60)
        comp(host, begin, beats, lambda beat: slow + (fast - slow) * beat / beats)
        host.do(f"run {seconds} {BLOCK}")
    else:
        host.do(f"block {BLOCK} {math.ceil(int(seconds * RATE) / BLOCK)}")
    host.do("play 0")
    host.do("ramp 0")
    host.do(f"{word} {0.5 if word == 'run' else BLOCK} {BLOCK if word == 'run' else 1}")
    return begin


def messages(outs, begin):
    """What left since then, to the frame; a note-off's loudness is nobody's."""
    struck = [(o.frame - begin, o.data[: 3 if o.data[0] >> 4 == 9 else 2]) for o in outs]
    return sorted(row for row in struck if row[0] >= 0)


@pytest.mark.parametrize(("slow", "fast"), [(120.0, 120.0), (90.0, 150.0)])
def test_a_jam_in_a_host(jam, make_host, home, slow, fast):
    host = make_host()
    host.until(lambda: host.text(STATUS) == "the engine plays", frames=BLOCK)
    host.do(f"bpm {slow}")
    host.do(f"run 2.5 {BLOCK}")
    begin = roll(host, slow, fast, SECONDS, "run")
    outs = list(host.outs)
    live = messages(outs, begin)
    jam.send_signal(signal.SIGINT)
    assert jam.wait(30) == 0, jam.stderr.read()
    stats = host.stats()
    assert not host.sounding
    assert stats.traps == 0, stats.last

    report = json.loads((home / "take" / "report.json").read_text())
    apart = host_against_stage(home, outs)
    first, late = report["ttfn_ms"], report["late_notes"] + host.value(LATE)
    p95 = apart[int(0.95 * len(apart))]
    print(
        f"\n{SECONDS:g} s from {slow:g} to {fast:g} bpm, blocks of {BLOCK}:"
        f" {report['notes']} notes; first note n {first['n']}, p50 {first['p50']},"
        f" p99 {first['p99']} ms;"
        f" host beat against stage beat p50 {apart[len(apart) // 2]:.3f}, p95 {p95:.3f} ms;"
        f" process() p50 {stats.p50_ns / 1e3:.1f}, p99 {stats.p99_ns / 1e3:.1f} us of"
        f" {BLOCK / RATE * 1e6:.0f}; late in the engine {report['late_notes']}, in the plugin"
        f" {host.value(LATE):g}, stuck {report['stuck_notes']}, underruns {report['underruns']}"
    )
    assert report["stuck_notes"] == 0
    assert report["notes"] > SECONDS
    assert first["n"] >= SECONDS / 16

    project = make_host()
    host.do(f"save {home / 'project'}")
    project.do(f"restore {home / 'project'}")
    for place in (host, project):
        place.do(f"param {PLAY} 1")
        place.do("block 64")
        begin = roll(place, slow, fast, SECONDS, "block")
        kept = messages(place.outs, begin)
        print(f"kept {place.value(KEPT):g} notes: {len(kept)} messages of {len(live)}")
        assert kept == live
    assert apart[len(apart) // 2] < 1.0
    if JUDGED:
        assert first["p99"] <= 20.0 + BLOCK / RATE * 1e3
        assert late == 0
        assert p95 <= 1.0


def test_a_project_that_opens_has_its_seed_and_its_style_again(make_engine, make_host, home):
    played, saver = make_engine(), make_host()
    played.link.figures = (77, 2, 0, 0)
    saver.until(lambda: played.met)
    saver.do("play 1")
    saver.do("run 0.3 128")
    played.send(bytes((0x90, 60, 80)))
    saver.until(lambda: bool(saver.sounding), frames=BLOCK)
    saver.do("play 0")
    saver.do("block 128")
    saver.do(f"save {home / 'project'}")
    saver.close()
    played.close()
    host = make_host()
    host.do(f"restore {home / 'project'}")
    with jamming(home) as jam:
        host.until(lambda: host.text(STATUS) == "the engine plays", frames=BLOCK)
        host.do("play 1")
        comp(host, host.frame, 24, lambda beat: 120.0)
        host.do(f"run 12 {BLOCK}")
        jam.send_signal(signal.SIGINT)
        assert jam.wait(30) == 0, jam.stderr.read()
    requests = read_take(home / "take" / "session.jsonl").of("request")
    asked = [request["asked"] for request in requests]
    assert "horn" in {question.get("adapter") for question in asked}
    assert [question["seed"] for question in asked if "seed" in question] == [77]
    host.do(f"save {home / 'again'}")
    assert b"jambot-kept 1 77 2 " in (home / "again").read_bytes()


def host_against_stage(home, left):
    """How far apart the host's beat and the stage's are where each note began, in ms at 120 bpm;
    sorted. Notes that were wanted at once have no beat to be on.
    """
    struck = defaultdict(deque)
    for out in left:
        if out.data[0] & 0xF0 == 0x90 and out.data[2]:
            struck[out.data[1]].append(out.beat)
    apart = []
    for event in read_take(home / "take" / "session.jsonl").of("played"):
        beats = struck[int(event["pitch"])]
        if beats:
            off = (float(event["onset_beats"]) - beats.popleft() + 2) % 4 - 2
            if not event["at_once"]:
                apart.append(abs(off) * 500)
    return sorted(apart)
