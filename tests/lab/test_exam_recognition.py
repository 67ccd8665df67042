"""Whether a style plays like its own pianists, told of two kinds made by hand."""

import json

import numpy as np
import pytest

from jambot.errors import DatasetError, UsageError
from jambot.evaluation.exam.evaluate import ExamSettings
from jambot.evaluation.exam.excerpts import excerpt_of
from jambot.evaluation.exam.realism import views
from jambot.evaluation.exam.soloists import Soloist
from jambot.music import Note
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.training.material import Material
from lab.exams import recognition
from lab.exams.recognition import (
    Recognised,
    peoples_phrases,
    recognise,
    recognise_all,
)
from lab.exams.recognition_page import recognition_sheet, write_recognition
from lab.exams.run import run_recognition

BARS = 16
LEFT = tuple(Note(bar * 4.0, 3.5, pitch) for bar in range(BARS) for pitch in (48, 52, 58))
CHORDS_BY = (Material(performers=("Block",)),)


def line(seed: int, block: bool) -> tuple[Note, ...]:
    """Wandering eighths; the one pianist hangs a triad under every other of them."""
    random = np.random.default_rng(seed)
    tops = 72 + np.clip(np.cumsum(random.integers(-2, 3, BARS * 8)), -9, 9)
    return tuple(
        Note(i / 2, 0.4, int(top) - below)
        for i, top in enumerate(tops)
        for below in ((0, 4, 9) if block and i % 2 == 0 else (0,))
    )


def sample(seed: int, block: bool, split: str = "train") -> RoleSample:
    who, tune = "Block" if block else "Single", f"{split}{seed}"
    meta = SampleMeta(
        "test", tune, split, 120.0, performer=who, year=1960 + seed, player="pianist",
        unknown=("velocity", "duration"), found=("chords",),
    )  # fmt: skip
    return RoleSample(tune, LEFT, line(seed, block), meta)


@pytest.fixture
def role_dir(tmp_path):
    for seed in range(12):
        one = sample(seed, seed % 2 == 0)
        write_sample(one, tmp_path / "roles" / one.sample_id)
    for seed in range(20, 24):
        one = sample(seed, False, "val")
        write_sample(one, tmp_path / "roles" / one.sample_id)
    return tmp_path / "roles"


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(recognition, "TREES", 10)


def nobody(step, done, total):
    """Progress that nobody watches."""


@pytest.fixture
def excerpts():
    return [excerpt_of(sample(seed, False, "val")) for seed in range(20, 24)]


def found(role_dir, excerpts, style, default) -> Recognised:
    features = views(excerpts)["raw"]
    people = peoples_phrases(role_dir, None, features, nobody)
    solos = [(e, style(i), default(i)) for i, e in enumerate(excerpts)]
    return recognise("chords", CHORDS_BY, people, solos, features)


def test_pianists_who_differ_are_told_apart_and_shuffled_ones_are_not(role_dir, excerpts):
    one = found(role_dir, excerpts, lambda i: line(40 + i, True), lambda i: line(50 + i, False))
    assert (one.own, one.others) == (24, 24)
    assert one.auc > 0.95
    assert one.auc_null < 0.85


def test_a_style_like_its_pianists_is_nearer_to_them_than_the_default(role_dir, excerpts):
    one = found(role_dir, excerpts, lambda i: line(40 + i, True), lambda i: line(50 + i, False))
    assert one.style > 0.8 > 0.2 > one.default
    assert one.nearer == pytest.approx(one.style - one.default)
    assert one.nearer_ci[0] > 0.5
    assert one.recognised


def test_the_default_against_itself_is_no_nearer(role_dir, excerpts):
    one = found(role_dir, excerpts, lambda i: line(40 + i, False), lambda i: line(40 + i, False))
    assert (one.nearer, one.nearer_ci) == (0.0, (0.0, 0.0))
    assert not one.recognised


def test_a_style_that_plays_like_the_others_is_further_away(role_dir, excerpts):
    one = found(role_dir, excerpts, lambda i: line(40 + i, False), lambda i: line(50 + i, True))
    assert one.nearer < -0.5
    assert not one.recognised


def test_pianists_of_too_few_phrases_are_no_style(role_dir, excerpts):
    features = views(excerpts)["raw"]
    people = peoples_phrases(role_dir, None, features, nobody)
    solos = [(excerpts[0], line(1, True), line(2, False))]
    strangers = (Material(performers=("Nobody",)),)
    assert recognise("none", strangers, people, solos, features) is None
    assert recognise("all", (Material(from_year=1900),), people, solos, features) is None
    assert recognise("chords", CHORDS_BY, people, [], features) is None


def test_no_phrases_of_people_are_refused(tmp_path, excerpts):
    with pytest.raises(DatasetError, match="no phrases"):
        peoples_phrases(tmp_path, None, views(excerpts)["raw"], nobody)


def test_every_style_is_heard_over_the_same_hands_and_its_table_written(
    role_dir, excerpts, tmp_path
):
    def quoting(name, first, block):
        return Soloist(name, quotes=lambda excerpt, seed: line(first + seed, block))

    styles = {
        "chords": (quoting("chords", 40, True), CHORDS_BY),
        "lines": (quoting("lines", 50, False), (Material(performers=("Single",)),)),
    }
    rows = recognise_all(quoting("piano", 50, False), styles, role_dir, "test", excerpts, 1, nobody)
    assert [(one.name, one.recognised) for one in rows] == [("chords", True), ("lines", False)]
    sheet = recognition_sheet(rows, "piano")
    assert dict(sheet.rows)["chords"][-1].said == "nearer"
    assert {len(cells) for _, cells in sheet.rows} == {len(sheet.heads)}
    content = json.loads(write_recognition(rows, tmp_path).read_text(encoding="utf-8"))
    assert content["chords"]["recognised"] is True
    assert content["lines"]["nearer"] == pytest.approx(rows[1].nearer)


def test_pianists_of_a_model_that_is_not_examined_are_refused(role_dir, tmp_path):
    settings = ExamSettings(("chord-tones",), source="test", bars=8)
    with pytest.raises(UsageError, match="pianists of modern"):
        run_recognition(role_dir, tmp_path, settings, {"modern": CHORDS_BY})


def test_a_rule_among_pianists_is_heard_from_the_folder_to_the_file(role_dir, tmp_path):
    settings = ExamSettings(("chord-tones", "chord-tones"), source="test", bars=8, limit=2)
    rows, default, path = run_recognition(role_dir, tmp_path, settings, {"chord-tones": CHORDS_BY})
    assert default == "chord-tones"
    assert rows[0].nearer == 0.0
    assert path.is_file()
