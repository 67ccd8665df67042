"""The stage proved from outside: a real JACK server, a real `jambot jam`, a real other program."""

import os
import signal
import time
from random import Random

import psutil
import pytest

from jambot.assets import CHORD_TONES, shipped_styles
from jambot.evaluation.bench.hands import BenchHands, Stamped
from jambot.evaluation.bench.jam_process import JamProcess
from jambot.evaluation.bench.outside import longest_silence, measure_outside, stuck

STAGE_A_TTFN_MS = 120.0
ON, OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("seconds", "triggers"), [(4.0, 3), pytest.param(60.0, 20, marks=pytest.mark.slow)]
)
def test_another_program_hears_the_solo_in_time_and_nothing_rings_or_runs_dry(
    jack_server, undisturbed, tmp_path, capsys, seconds, triggers
):
    adapter = "piano" if "piano" in shipped_styles() else CHORD_TONES
    figures = measure_outside(tmp_path, adapter=adapter, seconds=seconds, triggers=triggers)
    with capsys.disabled():
        print(f"\n{adapter}, heard from outside:")
        for name, value in figures.as_dict().items():
            if name != "session":
                print(f"  {name}: {value}")
        for name in ("ttfn_ms", "jitter_ms", "lookahead_bars", "isr", "underruns", "late_notes"):
            print(f"  the session's own {name}: {figures.session[name]}")
    assert figures.exit_code == 0
    assert figures.ttfn_ms.n == triggers
    assert figures.unanswered_triggers == 0
    assert figures.ttfn_ms.p95 <= STAGE_A_TTFN_MS
    assert figures.stuck_notes == figures.notes_after_stop == 0
    assert figures.session["stuck_notes"] == figures.session["underruns"] == 0
    assert figures.notes > seconds


CHORD = (48, 58, 63, 67)
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def chord(hands, at):
    for pitch in CHORD:
        hands.play(bytes((0x90, pitch, 80)), at)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name != "posix", reason="Windows sends its processes no signals")
@pytest.mark.parametrize("name", SIGNALS)
def test_signals_at_random_moments_leave_no_note_and_no_process(jack_server, tmp_path, name):
    random = Random(name)
    for turn in range(int(os.environ.get("JAMBOT_SIGNALS", "3"))):
        moment = random.uniform(0.0, 4.0)
        with (
            BenchHands("hands") as hands,
            JamProcess(tmp_path / str(turn), "piano", 120, 60) as jam,
        ):
            jam.connect(hands)
            chord(hands, hands.now())
            hands.wait_until(hands.now() + moment)
            family = psutil.Process(jam.pid).children(recursive=True)
            os.kill(jam.pid, getattr(signal, name))
            deadline = time.monotonic() + 60.0
            while jam.runs and time.monotonic() < deadline:
                time.sleep(0.02)
            assert not jam.runs, f"turn {turn}, {moment:.3f} s after the chord"
            assert jam.end() == 0
            _, left = psutil.wait_procs(family, timeout=20)
        assert stuck(hands.heard) == 0, f"turn {turn}, {moment:.3f} s after the chord"
        assert left == [], f"turn {turn}, {moment:.3f} s after the chord"
        assert jam.report()["stuck_notes"] == 0


def any_key(random):
    return bytes((random.choice((0x80, 0x90)), random.randrange(128), random.randrange(128)))


def any_knob(random):
    return bytes((0xB0, random.choice((1, 71, 72, 74)), random.randrange(128)))


def triggers(random):
    return bytes((0xB0, 66, random.choice((0, 127))))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("make", [any_key, any_knob, triggers])
def test_a_flood_of_a_second_does_not_keep_a_jam_from_ending(jack_server, tmp_path, make):
    random = Random(3)
    with BenchHands("hands") as hands, JamProcess(tmp_path, "piano", 120, 60) as jam:
        jam.connect(hands)
        start = hands.now() + 0.1
        chord(hands, start)
        for i in range(30_000):
            hands.play(make(random), start + 1.0 + i / 30_000)
        hands.wait_until(start + 2.0)
        assert jam.end(within_seconds=25.0) == 0
    assert stuck(hands.heard) == 0


def messages(*pairs):
    return [Stamped(seconds, data) for seconds, data in pairs]


def test_a_note_without_its_end_is_stuck():
    assert stuck([]) == 0
    assert stuck(messages((0.0, ON), (1.0, OFF))) == 0
    assert stuck(messages((0.0, ON), (1.0, OFF), (2.0, ON))) == 1
    assert stuck(messages((0.0, ON), (0.5, b"\x90\x3c\x00"), (1.0, OFF))) == 0
    assert stuck(messages((0.0, ON), (0.1, ON), (1.0, OFF))) == 0


def test_the_longest_silence_is_the_longest_time_without_a_sounding_note():
    heard = messages((1.0, ON), (1.5, OFF), (1.75, ON), (2.0, OFF), (9.0, ON))
    assert longest_silence(heard, 0.0, 2.1) == 250.0
    assert longest_silence(heard, 0.0, 4.0) == 2000.0
    assert longest_silence([], 0.0, 4.0) is None
