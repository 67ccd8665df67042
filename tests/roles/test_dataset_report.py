"""The report of a dataset counts copies and compositions apart."""

import json

import pytest

from jambot.roles.dataset_report import describe, write_dataset_report
from jambot.roles.prepare import prepare


@pytest.fixture
def dataset(songs, solos, tmp_path):
    prepare([songs, solos], tmp_path / "out", transpose="6", comping_variants=2, jobs=0)
    return tmp_path / "out"


def test_figures_stand_by_source_and_split(dataset):
    figures = describe(dataset)
    assert set(figures) == {"songs train", "songs val", "wjd train", "wjd val"}
    solo = figures["wjd train"]
    assert (solo["samples"], solo["compositions"], solo["notes"]) == (26, 1, 120)
    assert solo["tempi"] == {"120": 1}
    assert set(solo["chord_qualities"]) == {"m7", "7", "maj7"}
    assert sum(solo["keys"].values()) == 26
    assert solo["hours"] == pytest.approx(26 * 64 / 120 / 60, rel=0.05)


def test_other_peoples_measures_are_drawn_in(dataset):
    figures = describe(dataset, lambda notes, bpm: {"notes": len(notes), "odd": float("nan")})
    assert figures["wjd train"]["figures"] == {"notes": {"q25": 120, "median": 120, "q75": 120}}


def test_the_page_and_the_figures_are_written(dataset):
    page = write_dataset_report(dataset, lambda notes, bpm: {"density": 1.5})
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") >= 8
    assert "wjd train" in text
    assert "density" in text
    assert json.loads((dataset / "dataset.json").read_text())["songs val"]["samples"] == 13


def test_names_cannot_break_the_page(tmp_path, make_song):
    make_song(tmp_path / "<b>&x" / "a.mid")
    prepare([tmp_path / "<b>&x"], tmp_path / "out", transpose="0", jobs=0)
    text = write_dataset_report(tmp_path / "out").read_text(encoding="utf-8")
    assert "<b>&x" not in text
    assert "&lt;b&gt;&amp;x" in text


def test_an_empty_dataset_has_no_figures(tmp_path):
    assert describe(tmp_path) == {}
