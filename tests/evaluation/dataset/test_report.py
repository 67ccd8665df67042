"""The report of a dataset counts copies and compositions apart."""

import json
import shutil

import pytest

from jambot.errors import DatasetError
from jambot.evaluation.dataset import contents
from jambot.evaluation.dataset.contents import describe
from jambot.evaluation.dataset.report import write_dataset_report
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


def test_what_the_pieces_measure_is_told_and_what_is_no_number_is_not(dataset, monkeypatch):
    odd = lambda s: {"notes": len(s.target), "odd": float("nan")}  # noqa: E731
    monkeypatch.setattr(contents, "sample_figures", odd)
    figures = describe(dataset)
    measured = figures["wjd train"]["figures"]
    assert measured["notes"] == {"q25": 120, "median": 120, "q75": 120}
    assert "odd" not in measured


def test_quartiles_are_those_of_the_compositions(tmp_path, make_song, monkeypatch):
    for i in range(5):
        make_song(tmp_path / "songs" / f"{i}.mid", seed=i, up=i)
    prepare([tmp_path / "songs"], tmp_path / "out", transpose="6", jobs=0)
    values = iter((0.5, -1.0, 3.25, 0.0, 2.0))
    monkeypatch.setattr(contents, "sample_figures", lambda s: {"x": next(values)})
    figures = describe(tmp_path / "out")
    measured = [group["figures"]["x"] for group in figures.values() if len(figures) == 1]
    for quartiles in measured:
        assert quartiles == {"q25": 0.0, "median": 0.5, "q75": 2.0}
    assert sum(group["compositions"] for group in figures.values()) == 5


def test_what_was_found_and_not_written_is_counted(dataset):
    figures = describe(dataset)
    assert figures["songs train"]["found_not_written"] == {"chords": 2, "key": 2}
    assert figures["wjd train"]["found_not_written"] == {}
    assert figures["songs train"]["chord_qualities"]


def test_each_sample_passes_by_once(dataset):
    seen, steps = [], []
    describe(dataset, lambda done, total: steps.append((done, total)),
             lambda name, meta: seen.append((name, meta["source"])))  # fmt: skip
    assert len(set(seen)) == len(seen) == 2 * 26 + 39
    assert steps[-1] == (91, 91)


def test_a_piece_whose_own_key_is_missing_is_counted_by_another_copy(dataset):
    whole = describe(dataset)["songs val"]
    shutil.rmtree(dataset / "songs-001")
    rest = describe(dataset)["songs val"]
    assert (rest["samples"], rest["compositions"]) == (whole["samples"] - 1, 1)
    assert rest["hours"] == pytest.approx(whole["hours"] * 12 / 13, abs=0.01)


def test_a_damaged_meta_is_named(dataset):
    (dataset / "songs-001" / "meta.json").write_text("[]")
    with pytest.raises(DatasetError, match="songs-001"):
        describe(dataset)


def test_the_page_and_the_figures_are_written(dataset):
    page, _ = write_dataset_report(dataset)
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") >= 8
    assert "wjd train" in text
    assert "Notes per beat" in text
    assert json.loads((dataset / "dataset.json").read_text())["songs val"]["samples"] == 13


def test_one_piece_of_each_group_is_drawn_always_the_same(dataset, monkeypatch):
    drawn = []
    draw = lambda sample: drawn.append(sample.meta.source_id) or "<svg>hands</svg>"  # noqa: E731
    monkeypatch.setattr(contents, "hands_picture", draw)
    page, _ = write_dataset_report(dataset)
    write_dataset_report(dataset)
    assert page.read_text(encoding="utf-8").count("<img") == 4
    assert drawn[:4] == drawn[4:]
    assert "hands" not in (dataset / "dataset.json").read_text(encoding="utf-8")


def test_players_and_what_is_not_known_are_counted(dataset):
    figures = describe(dataset)
    assert figures["wjd train"]["players"] == {"horn": 1}
    assert figures["wjd val"]["not_known_of_notes"] == {"velocity": 1}


def test_names_cannot_break_the_page(tmp_path, make_song):
    make_song(tmp_path / "<b>&x" / "a.mid")
    prepare([tmp_path / "<b>&x"], tmp_path / "out", transpose="0", jobs=0)
    text = write_dataset_report(tmp_path / "out")[0].read_text(encoding="utf-8")
    assert "<b>&x" not in text
    assert "&lt;b&gt;&amp;x" in text


def test_an_empty_dataset_has_no_figures(tmp_path):
    assert describe(tmp_path) == {}
