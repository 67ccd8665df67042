"""The gates: passed by figures, failed by figures, and never passed by silence."""

import doctest

import pytest

from jambot.evaluation import gates
from jambot.evaluation.gates import judge

GOOD_SESSION = {
    "seconds": 600.0,
    "realtime": True,
    "response": "now",
    "ttfn_ms": {"n": 30, "p95": 20.0},
    "chord_response_ms": {"n": 30, "p95": 90.0},
    "chord_heard_ms": {"n": 30, "p95": 90.0},
    "stale_notes": 0,
    "jitter_ms": {"n": 900, "p99": 0.2},
    "lookahead_bars": {"min": 1.0, "p01": 1.2},
    "isr": 1.0,
    "underruns": 0,
    "stuck_notes": 0,
    "dead_air": {"ratio": 0.2},
    "unanswered_triggers": 0,
}


def verdicts(changes, kind="session"):
    return {row.gate.figure: row.verdict for row in judge(GOOD_SESSION | changes, kind)}


def test_the_worked_examples_hold():
    assert doctest.testmod(gates).failed == 0


def test_a_good_session_passes_every_gate_of_a_session():
    assert set(verdicts({}).values()) == {"pass"}


@pytest.mark.parametrize(
    ("figure", "gate"),
    [
        ({"ttfn_ms": {"n": 30, "p95": 120.1}}, "ttfn_ms.p95"),
        ({"lookahead_bars": {"p01": 0.99}}, "lookahead_bars.p01"),
        ({"isr": 0.989}, "isr"),
        ({"stuck_notes": 1}, "stuck_notes"),
        ({"chord_heard_ms": {"n": 30, "p95": 251.0}}, "chord_heard_ms.p95"),
        ({"stale_notes": 1}, "stale_notes"),
        ({"underruns": 1, "seconds": 60.0}, "underruns"),
        ({"unanswered_triggers": 3}, "ttfn_ms.p95"),
    ],
)
def test_one_figure_out_of_bounds_fails_its_gate_alone(figure, gate):
    failed = {name for name, verdict in verdicts(figure).items() if verdict == "fail"}
    assert failed == {gate}


def test_no_samples_are_no_pass():
    assert verdicts({"ttfn_ms": {"n": 0, "p95": None}})["ttfn_ms.p95"] == "not measured"


def test_ten_minutes_without_an_underrun_cannot_be_shown_in_one():
    row = next(
        r
        for r in judge(GOOD_SESSION | {"seconds": 60.0}, "session")
        if r.gate.figure == "underruns"
    )
    assert row.verdict == "not measured"
    assert "1.0 min" in row.note


def test_latencies_taken_while_waiting_for_a_bar_line_are_not_judged():
    seen = verdicts({"response": "bar"})
    assert seen["ttfn_ms.p95"] == seen["chord_response_ms.p95"] == "not measured"
    assert seen["jitter_ms.p99"] == "pass"


def test_a_clock_moved_by_hand_proves_no_timing_but_still_no_stuck_note():
    seen = verdicts({"realtime": False})
    assert {seen["isr"], seen["lookahead_bars.p01"], seen["underruns"]} == {"not measured"}
    assert seen["stuck_notes"] == seen["dead_air.ratio"] == "pass"


def test_a_file_is_judged_by_its_music_alone():
    assert list(verdicts({}, "file")) == ["dead_air.ratio"]


def test_an_exam_is_asked_for_what_the_player_must_reach_and_told_what_it_aims_at():
    figures = {
        "bits_per_note": {"pitch": 3.0}, "realism_auc": {"raw": 0.86}, "note_ms": {"p50": 8.0},
        "chord_swap": {"lost": -0.02}, "copy_rate": {"excess": 0.01},
    }  # fmt: skip
    seen = {row.gate.figure: row for row in judge(figures, "exam")}
    verdicts = {name: row.verdict for name, row in seen.items()}
    assert verdicts["bits_per_note.pitch"] == verdicts["note_ms.p50"] == "pass"
    assert verdicts["realism_auc.raw"] == verdicts["copy_rate.excess"] == "fail"
    assert verdicts["chord_swap.lost"] == "pass"
    assert verdicts["agreement.top1"] == "not measured"
    assert seen["bits_per_note.pitch"].as_dict()["aims"] == "≤ 2.9"
    assert seen["inside_human_iqr.count"].gate.asks == "≥ 5 of 7"


def test_bits_on_twelfths_are_asked_of_solos_on_twelfths_alone():
    def verdict(off_12: float, bits: float) -> str:
        figures = {"bits_per_note": {"all_12": bits, "off_12": off_12}}
        return verdicts(figures, "exam")["bits_per_note.all_12"]

    assert [verdict(0.0, 7.3), verdict(0.0, 7.5)] == ["pass", "fail"]
    assert [verdict(0.8, 7.3), verdict(0.8, 7.9)] == ["not measured"] * 2
