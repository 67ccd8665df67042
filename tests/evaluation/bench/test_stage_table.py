"""The stage's table: the aim, what it must, neither, and what was not measured."""

import pytest

from jambot.evaluation.bench.stage_table import TABLE, judge_stage


def reached(run):
    return {row.name: row.reached for row in judge_stage(run)}


@pytest.mark.parametrize(
    ("p95", "p99", "mark"),
    [
        (15.0, 19.0, "aim"),
        (19.0, 30.0, "must"),
        (81.0, 90.0, "missed"),
        (None, None, "not measured"),
    ],
)
def test_the_first_note_reaches_its_aim_its_limit_or_neither(p95, p99, mark):
    assert reached({"ttfn_ms": {"p95": p95, "p99": p99}})["first note"] == mark


def test_a_figure_with_an_aim_alone_is_met_or_missed():
    assert reached({"session": {"stale_notes": 0}})["stale notes"] == "aim"
    assert reached({"session": {"stale_notes": 1}})["stale notes"] == "missed"


def test_more_is_better_where_it_is_so():
    bars = {"session": {"lookahead_bars": {"p01": 1.2, "min": 0.9}}}
    assert reached(bars)["lookahead"] == "must"


def test_the_processor_is_asked_at_120_alone():
    assert reached({"bpm": 120.0, "cpu_share": 0.2})["processor, share of a core"] == "aim"
    assert "processor, share of a core" not in reached({"bpm": 60.0, "cpu_share": 0.9})


def test_what_is_asked_reads_as_in_the_docs():
    assert [w.asks for w in TABLE][:2] == ["p95 ≤ 80, p99 ≤ 20", "p95 ≤ 250, p95 ≤ 60"]
