"""Sweeps, on two tunes made by hand and the rule as the player."""

import doctest
import json
from dataclasses import replace
from pathlib import Path

import pytest

from jambot.errors import DatasetError, UsageError
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.results import attempt
from jambot.evaluation.exam.soloists import Soloist
from jambot.generation import ChordToneModel, SamplingSettings
from jambot.music import Note
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from lab.__main__ import main
from lab.sweep import grid
from lab.sweep import score as sweep_score
from lab.sweep.grid import Cell, cells_of, parse_grid
from lab.sweep.on_stage import solo_on_stage
from lab.sweep.page import headline, sheets
from lab.sweep.score import Score
from lab.sweep.sweep import SweepSettings, run_sweep
from lab.sweep.two_handed import continued, long_excerpts

VOICINGS = ((50, 53, 57, 60), (43, 53, 59, 62))
RULE = Cell("chord-tones", SamplingSettings(guidance=0.0))
ASKED = SweepSettings(
    ("temperature=1,0", "split=none,55"), RULE, source=None, bars=4, primer_bars=2, samples=2
)


def tune(name: str, line: tuple[int, ...] = (72, 74, 76)) -> RoleSample:
    """Eight bars of two chords; every beat of the solo is a note, every fourth a rest."""
    hands = [Note(bar * 4.0, 3.5, p) for bar in range(8) for p in VOICINGS[bar % 2]]
    solo = [Note(float(b), 0.5, line[b % 3]) for b in range(32) if b % 4 < 3]
    meta = SampleMeta("test", name, "val", 120.0)
    return RoleSample(name, tuple(hands), tuple(solo), meta)


@pytest.fixture
def role_dir(tmp_path: Path) -> Path:
    for name, line in (("one", (72, 74, 76)), ("two", (52, 64, 67))):
        write_sample(tune(name, line), tmp_path / "roles" / name)
    return tmp_path / "roles"


@pytest.fixture
def whole(role_dir: Path) -> Excerpt:
    return long_excerpts(role_dir, 6)[0]


def test_the_worked_examples_hold():
    for module in (grid, sweep_score):
        assert doctest.testmod(module).failed == 0


def test_every_combination_is_a_cell_and_the_rest_stays_as_it_is():
    axes = parse_grid(["primer=32,64", "top-p=0.9,1,0.9", "adapter=piano,horn"])
    base = Cell("modern", SamplingSettings(guidance=2.0))
    cells = cells_of(base, axes)
    assert len(set(cells)) == 8
    assert {(c.sampling.primer_max_tokens, c.sampling.top_p, c.adapter) for c in cells} == {
        (p, t, a) for p in (32, 64) for t in (0.9, 1.0) for a in ("piano", "horn")
    }
    assert {c.sampling.guidance for c in cells} == {2.0}


@pytest.mark.parametrize(
    "texts",
    [
        ["tempo=100"], ["primer"], ["primer="], ["primer=32,"], ["primer=many"], ["primer=3.5"],
        ["primer=32", "primer_max_tokens=64"], ["top_p=2"], ["temperature=nan"], ["split=0"],
        ["lookahead=0.5"], ["lookahead=9"], ["sampling=1"],
        [f"{name}={','.join(map(str, range(9)))}" for name in ("breath", "haste", "figures")],
    ],
)  # fmt: skip
def test_a_grid_that_is_none_is_refused_in_words(texts):
    with pytest.raises(UsageError) as refused:
        cells_of(RULE, parse_grid(texts))
    assert refused.value.expected


def test_the_persons_first_bars_are_the_primer_and_the_rest_is_compared_with(whole):
    after = continued(whole, 2)
    assert (after.start_beats, after.bars, after.end_beats) == (8.0, 4, 24.0)
    assert after.primer + after.human == whole.human
    assert after.conditioning == whole.conditioning
    assert continued(whole, 0).primer == ()


def test_at_a_split_two_hands_are_told_apart_by_pitch_alone(role_dir):
    whole = next(e for e in long_excerpts(role_dir, 6) if e.sample_id == "two")
    after = continued(whole, 2, 55)
    assert {note.pitch for note in after.conditioning if note.onset_beats >= 8} == {
        43, 50, 53, 57, 59,
    }  # fmt: skip
    assert 52 in {note.pitch for note in after.conditioning}
    # At beat 0 the line is under the split and the chord's top stands for it; at 4 it is on top.
    assert [note.pitch for note in after.primer] == [60, 64, 67, 64, 67]
    assert max(note.onset_beats for note in after.primer) < 8.0
    assert after.human == continued(whole, 2).human


def test_a_solo_goes_on_from_its_primer(whole):
    soloist = Soloist("rule", ChordToneModel(), RULE.sampling)
    primed = continued(whole, 2)
    alone = replace(primed, primer=())
    assert soloist.solo(primed, 1).notes != soloist.solo(alone, 1).notes
    assert all(n.onset_beats >= 8.0 for n in soloist.solo(primed, 1).notes)


def test_tunes_that_are_too_short_are_left_out(role_dir):
    write_sample(replace(tune("long"), target=tune("x").target[:6]), role_dir / "short")
    assert {e.sample_id for e in long_excerpts(role_dir, 8)} == {"one", "two"}
    with pytest.raises(DatasetError, match="20 bars"):
        long_excerpts(role_dir, 20)


def test_playing_nothing_is_all_dead_air_and_as_far_from_people_as_can_be(whole):
    silent, person = attempt(whole, ()), attempt(whole, whole.human)
    assert Score.named("dead_air.ratio").of(silent, {}) == 1.0
    assert Score.named("dead_air.ratio").of(person, {}) == person.figures.dead_air.ratio > 0
    assert Score.named("distance").of(silent, {}) == 4.0


@pytest.mark.parametrize("name", ["dead_air", "people:", "people:charm", "note_density"])
def test_a_score_that_is_none_is_refused(name):
    with pytest.raises(UsageError, match="people:FIGURE"):
        Score.named(name)


def test_a_sweep_marks_the_best_beside_people_and_the_settings_as_they_are(role_dir, tmp_path):
    swept, figures, page = run_sweep(role_dir, tmp_path / "out", ASKED)
    report = json.loads(figures.read_text(encoding="utf-8"))
    assert len(report["cells"]) == 4
    scores = [cell["score"]["mean"] for cell in report["cells"]]
    assert report["best"]["score"]["mean"] == min(scores)
    assert report["base"]["turned"] == {"temperature": 1.0, "split_pitch": None}
    assert all(
        c["score"]["low"] <= c["score"]["mean"] <= c["score"]["high"] for c in report["cells"]
    )
    means = {(*cell["turned"].values(),): cell["score"]["mean"] for cell in report["cells"]}
    by_value = {row["value"]: row["score"]["mean"] for row in report["axes"]["temperature"]}
    assert by_value[0.0] == pytest.approx((means[0.0, None] + means[0.0, 55]) / 2)
    ratios = [a.figures.dead_air.ratio for a in swept.results[RULE].attempts]
    assert report["base"]["score"]["mean"] == pytest.approx(sum(ratios) / 2)
    other = swept.in_grid[2]
    assert swept.from_base(other).mean == pytest.approx(
        swept.scores[other].mean - swept.scores[RULE].mean
    )
    assert headline(swept) in page.read_text(encoding="utf-8")
    assert [row for row, _ in sheets(swept)[0].rows][:2] == ["people", "temperature 1, split none"]
    ticks = [cells[0].right for _, cells in sheets(swept)[0].rows]
    assert ticks.count(True) == 1


def played_by(role_dir: Path, out: Path, asked: SweepSettings, stop_before: str = "") -> list[str]:
    """The cells that were played for this sweep, not taken from what was kept."""
    played = []

    def tell(step: str, done: int, total: int) -> None:
        if stop_before and step == stop_before:
            raise KeyboardInterrupt
        played.append(step)

    if stop_before:
        with pytest.raises(KeyboardInterrupt):
            run_sweep(role_dir, out, asked, tell)
    else:
        run_sweep(role_dir, out, asked, tell)
    return list(dict.fromkeys(played[1:]))


def test_a_sweep_that_was_cut_off_goes_on_after_its_last_whole_cell(role_dir, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    names = played_by(role_dir, whole, ASKED)
    assert len(names) == 4
    assert played_by(role_dir, cut, ASKED, stop_before=names[2]) == names[:2]
    assert len(json.loads((cut / "sweep.json").read_text(encoding="utf-8"))["cells"]) == 2
    assert played_by(role_dir, cut, ASKED) == names[2:]
    assert (cut / "sweep.json").read_bytes() == (whole / "sweep.json").read_bytes()
    assert played_by(role_dir, cut, replace(ASKED, score="distance")) == []
    wider = replace(ASKED, grid=("temperature=1,0", "split=none,55,hands"))
    assert len(played_by(role_dir, cut, wider)) == 2
    assert len(played_by(role_dir, cut, replace(ASKED, seed=2))) == 4
    assert len(played_by(role_dir, cut, replace(ASKED, fresh=True))) == 4


def test_several_processes_play_what_one_plays(role_dir, tmp_path):
    one, *_ = run_sweep(role_dir, tmp_path / "one", replace(ASKED, samples=3))
    two, *_ = run_sweep(role_dir, tmp_path / "two", replace(ASKED, samples=3, jobs=2))
    assert one.scores == two.scores
    for cell, result in one.results.items():
        assert [a.solo for a in result.attempts] == [a.solo for a in two.results[cell].attempts]
        assert result.attempts[0].solo != result.attempts[2].solo or not cell.sampling.temperature


def test_on_a_stage_a_solo_is_the_same_however_far_the_plan_reaches(whole):
    later = continued(whole, 2)
    late = replace(later, primer=(), bars=3)
    near, far = (solo_on_stage(late, "chord-tones", RULE.sampling, bars, 1) for bars in (1.0, 4.0))
    assert near == far
    assert all(8.0 <= note.onset_beats < 20.0 for note in near)
    assert {note.pitch % 12 for note in near} <= {p % 12 for v in VOICINGS for p in v}


def test_a_stage_has_no_primer(role_dir, tmp_path):
    staged = replace(ASKED, grid=("lookahead=1,2",), primer_bars=4)
    with pytest.raises(UsageError, match="begins in silence"):
        run_sweep(role_dir, tmp_path, staged)


def test_the_tool_prints_the_grid_and_leaves_a_page(role_dir, tmp_path, capsys):
    swept = tmp_path / "swept"
    asked = ["sweep", str(role_dir), "--adapter", "chord-tones", "--source", "test"]
    asked += ["--bars", "4", "--primer-bars", "2", "--out", str(swept)]
    with pytest.raises(SystemExit) as ended:
        main([*asked, "--grid", "temperature=0,1"])
    assert not ended.value.code
    assert "temperature by itself" in capsys.readouterr().out
    assert json.loads((swept / "sweep.json").read_text("utf-8"))["settings"]["bars"] == 4
    assert "temperature 1" in (swept / "sweep.html").read_text("utf-8")
    assert main([*asked, "--grid", "temper=0,1"]) == 2
    assert "cannot be swept" in capsys.readouterr().err
