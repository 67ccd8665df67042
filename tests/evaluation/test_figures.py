"""The table of figures: each once, asked once by each kind of report, and told in docs/kpi.md."""

import doctest
from pathlib import Path

import pytest

from jambot.evaluation import figures
from jambot.evaluation.figures import FIGURES, PERCENTILES, figure_of
from jambot.evaluation.gates import GATES, limits_ms
from lab.figures import with_table

DOCS = Path(__file__).parents[2] / "docs" / "kpi.md"


def test_the_worked_examples_hold():
    assert doctest.testmod(figures).failed == 0


def test_a_figure_stands_once_in_the_table():
    paths = [figure.path for figure in FIGURES]
    assert len(paths) == len(set(paths))


def test_no_kind_of_report_asks_the_same_twice():
    asked = [(kind, gate.path) for gate in GATES for kind in gate.limit.kinds]
    assert len(asked) == len(set(asked))


def test_whatever_is_asked_says_how_it_is_taken():
    assert all(gate.figure.sentence and gate.figure.how for gate in GATES)
    assert {gate.limit.at for gate in GATES} <= {"", *PERCENTILES}


def test_a_bench_is_asked_for_no_less_than_a_jam():
    jam, bench = limits_ms("session"), limits_ms("bench")
    assert all(bench[name] <= jam[name] for name in jam)


def test_what_nothing_defines_has_no_figure():
    with pytest.raises(KeyError):
        figure_of("charm.p95")


def test_the_docs_hold_the_table_as_it_is():
    text = DOCS.read_text(encoding="utf-8")
    assert with_table(text) == text, "run `python -m lab figures`"
