"""The stage proved from outside: a real JACK server, a real `jambot jam`, a real other program."""

import pytest

from jambot.assets import CHORD_TONES, shipped_styles
from jambot.evaluation.bench.hands import Stamped
from jambot.evaluation.bench.outside import longest_silence, measure_outside, stuck

STAGE_A_TTFN_MS = 120.0
ON, OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("seconds", "triggers"), [(4.0, 3), pytest.param(60.0, 20, marks=pytest.mark.slow)]
)
def test_another_program_hears_the_solo_in_time_and_nothing_rings_or_runs_dry(
    jack_server, undisturbed, tmp_path, capsys, seconds, triggers
):
    adapter = "jazz" if "jazz" in shipped_styles() else CHORD_TONES
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


def messages(*pairs):
    return [Stamped(seconds, data) for seconds, data in pairs]


def test_a_note_without_its_end_is_stuck():
    assert stuck([]) == 0
    assert stuck(messages((0.0, ON), (1.0, OFF))) == 0
    assert stuck(messages((0.0, ON), (1.0, OFF), (2.0, ON))) == 1
    assert stuck(messages((0.0, ON), (0.5, b"\x90\x3c\x00"), (1.0, OFF))) == 0


def test_the_longest_silence_is_the_longest_time_without_a_sounding_note():
    heard = messages((1.0, ON), (1.5, OFF), (1.75, ON), (2.0, OFF), (9.0, ON))
    assert longest_silence(heard, 0.0, 2.1) == 250.0
    assert longest_silence(heard, 0.0, 4.0) == 2000.0
    assert longest_silence([], 0.0, 4.0) is None
