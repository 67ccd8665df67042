"""The gates: passed by figures, failed by figures, and never passed by silence."""

import doctest

import pytest

from jambot.evaluation import gates
from jambot.evaluation.gates import judge, judge_bench

GOOD_SESSION = {
    "seconds": 600.0,
    "realtime": True,
    "response": "now",
    "ttfn_ms": {"n": 30, "p95": 20.0},
    "chord_response_ms": {"n": 30, "p95": 1900.0},
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
    return {row.gate.path: row.verdict for row in judge(GOOD_SESSION | changes, kind)}


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
        r for r in judge(GOOD_SESSION | {"seconds": 60.0}, "session") if r.gate.path == "underruns"
    )
    assert row.verdict == "not measured"
    assert "1.0 min" in row.note


def test_latencies_taken_while_waiting_for_a_bar_line_are_not_judged():
    seen = verdicts({"response": "bar"})
    assert seen["ttfn_ms.p95"] == "not measured"
    assert seen["jitter_ms.p99"] == "pass"


def test_a_clock_moved_by_hand_proves_no_timing_but_still_no_stuck_note():
    seen = verdicts({"realtime": False})
    assert {seen["isr"], seen["lookahead_bars.p01"], seen["underruns"]} == {"not measured"}
    assert seen["stuck_notes"] == "pass"


def test_a_soloist_may_rest_as_long_as_it_likes():
    rested = {"dead_air": {"ratio": 0.9}, "chord_response_ms": {"n": 30, "p95": 3800.0}}
    assert set(verdicts(rested).values()) == {"pass"}


def test_a_file_is_judged_by_its_music_alone():
    assert list(verdicts({}, "file")) == ["dead_air.ratio"]


def test_an_exam_is_asked_for_what_the_player_must_reach_and_told_what_it_aims_at():
    figures = {
        "bits_per_note": {"pitch": 3.0}, "realism_auc": {"raw": 0.86}, "note_ms": {"p50": 8.0},
        "chord_swap": {"lost": -0.02}, "copy_rate": {"excess": 0.01},
    }  # fmt: skip
    seen = {row.gate.path: row for row in judge(figures, "exam")}
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


def test_a_pianists_exam_asks_what_lines_are_not_asked():
    figures = {
        "chord_swap": {"gap_bits": 0.5}, "inside_human_iqr": {"count": 8},
        "realism_auc": {"raw": 0.84, "pitch": 0.76, "texture": 0.7},
        "copy_rate": {"voicings_excess": 0.01, "pairs_excess": -0.1}, "note_ms": {"p50": 4.1},
    }  # fmt: skip
    verdicts = {row.gate.path: row.verdict for row in judge(figures, "pianist exam")}
    failed = {name for name, verdict in verdicts.items() if verdict == "fail"}
    assert failed == {
        "chord_swap.gap_bits", "realism_auc.pitch", "copy_rate.voicings_excess", "note_ms.p50",
    }  # fmt: skip
    assert verdicts["inside_human_iqr.count"] == verdicts["realism_auc.texture"] == "pass"
    assert "dead_air.ratio" not in verdicts
    of_lines = {row.gate.path for row in judge(figures, "exam")}
    assert "realism_auc.texture" not in of_lines


def test_no_exam_asks_the_same_figure_twice():
    for kind in ("exam", "pianist exam"):
        asked = [row.gate.path for row in judge({}, kind)]
        assert len(asked) == len(set(asked))


def reached(run):
    return {row.gate.figure.path: row.reached for row in judge_bench(run)}


@pytest.mark.parametrize(
    ("p95", "p99", "mark"),
    [
        (15.0, 19.0, "aim"),
        (19.0, 30.0, "must"),
        (81.0, 90.0, "missed"),
        (None, None, "not measured"),
    ],
)
def test_the_first_note_of_a_bench_reaches_its_aim_its_limit_or_neither(p95, p99, mark):
    assert reached({"ttfn_ms": {"p95": p95, "p99": p99}})["ttfn_ms"] == mark
    assert reached({"session": {"ttfn_ms": {"p95": p95, "p99": p99}}})["ttfn_ms"] == "not measured"


def test_a_figure_with_an_aim_alone_is_met_or_missed():
    assert reached({"session": {"stale_notes": 0}})["stale_notes"] == "aim"
    assert reached({"session": {"stale_notes": 1}})["stale_notes"] == "missed"


def test_more_is_better_where_it_is_so():
    bars = {"session": {"lookahead_bars": {"p01": 1.2, "min": 0.9}}}
    assert reached(bars)["lookahead_bars"] == "must"


def test_the_processor_is_asked_at_120_alone():
    assert reached({"bpm": 120.0, "cpu_share": 0.2})["cpu_share"] == "aim"
    assert "cpu_share" not in reached({"bpm": 60.0, "cpu_share": 0.9})


def test_a_row_of_a_bench_says_limit_and_aim_with_their_percentiles():
    rows = {row["name"]: row["asks"] for row in (r.as_dict() for r in judge_bench({}))}
    assert rows["first note"] == "p95 ≤ 80 ms, aim p99 ≤ 20 ms"
    assert rows["stale notes"] == "aim ≤ 0"
