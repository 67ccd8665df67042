"""The offline exam, on tunes made by hand and models whose answers are known."""

import doctest
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from jambot.errors import DatasetError
from jambot.evaluation import excerpts, prediction, spread
from jambot.evaluation.exam import ExamSettings, run_exam
from jambot.evaluation.excerpts import Excerpt, excerpt_of, held_out_excerpts
from jambot.evaluation.listening import followed
from jambot.evaluation.offline import MODEL, PEOPLE, RULE, attempt, examine
from jambot.evaluation.offline_page import showpieces, write_exam
from jambot.evaluation.prediction import bits_of, swap_gap
from jambot.evaluation.spread import ratio_interval
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import ChordSpan, Meter, Note, parse_chord
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.tokens import VOCABULARY

ROOTS = (50, 43, 48, 45)
CHORDS = ("Dm7", "G7", "Cmaj7", "A7")
VOICINGS = ((50, 53, 57, 60), (43, 53, 59, 62), (48, 52, 59, 64), (45, 55, 61, 64))


class UniformModel(ChordToneModel):
    """Every token is as likely as any other."""

    def fork(self):
        return UniformModel()

    def logits(self):
        return np.zeros(self.vocabulary_size, np.float32)


class DeafModel(ChordToneModel):
    """The rule, with every chord heard as C major seventh."""

    def fork(self):
        return DeafModel()

    def _heard(self):
        return {0, 4, 7, 11}


def tune(bars=16, name="tune", split="val"):
    """Two-five-one-six, a chord a bar; the solo plays each chord's tones in eighths, with rests."""
    hands, solo, spans = [], [], []
    for bar in range(bars):
        at, voicing = bar * 4.0, VOICINGS[bar % 4]
        hands += [Note(at, 3.5, pitch) for pitch in voicing]
        spans.append(ChordSpan(at, at + 4.0, parse_chord(CHORDS[bar % 4])))
        tones = [pitch + 12 for pitch in voicing]
        solo += [Note(at + i / 2, 0.5, tones[i % 4]) for i in range(6)]
    meta = SampleMeta("test", name, split, 120.0, chords=tuple(spans), performer="A. Person")
    return RoleSample(f"test-{name}-c0", tuple(hands), tuple(solo), meta)


@pytest.fixture(autouse=True)
def small_forests(monkeypatch):
    monkeypatch.setattr("jambot.evaluation.realism.TREES", 5)
    monkeypatch.setattr("jambot.evaluation.realism.NULLS", 1)


@pytest.fixture
def excerpt() -> Excerpt:
    return excerpt_of(tune(), bars=12)


def test_the_worked_examples_hold():
    for module in (prediction, spread, excerpts):
        assert doctest.testmod(module).failed == 0


def test_an_excerpt_begins_at_the_bar_where_its_soloist_does():
    sample = tune()
    late = replace(sample, target=tuple(n for n in sample.target if n.onset_beats >= 9.0))
    cut = excerpt_of(late, bars=4)
    assert (cut.start_beats, cut.end_beats, cut.bars) == (8.0, 24.0, 4)
    assert min(n.onset_beats for n in cut.human) == 9.0
    assert max(n.onset_beats for n in cut.human) < 24.0


def test_one_untransposed_variant_stands_for_each_held_out_tune(tmp_path):
    sample = tune()
    write_sample(sample, tmp_path / "test-tune-c0")
    other = replace(sample.meta, comping_variant=1)
    write_sample(replace(sample, meta=other), tmp_path / "test-tune-c1")
    write_sample(sample.transposed(3), tmp_path / "test-tune-c0+3")
    write_sample(tune(name="seen", split="train"), tmp_path / "seen-c0")
    assert [e.sample_id for e in held_out_excerpts(tmp_path)] == ["test-tune-c0"]


def test_a_folder_without_held_out_tunes_is_refused_with_the_cure(tmp_path):
    write_sample(tune(split="train"), tmp_path / "a")
    with pytest.raises(DatasetError, match="jambot prepare"):
        held_out_excerpts(tmp_path)


@pytest.mark.parametrize("bars", [2, 12, 60])
def test_every_answered_token_is_counted_once_however_many_windows_it_takes(bars):
    whole = excerpt_of(tune(bars=60), bars=bars)
    bits = bits_of(UniformModel(), whole)
    each = math.log2(VOCABULARY.size)
    beats = int(max(n.onset_beats for n in whole.human))
    assert bits.notes == 6 * bars
    assert bits.pitch == bits.duration == bits.velocity == pytest.approx(6 * bars * each)
    assert bits.timing == pytest.approx((6 * bars + beats) * each)


def test_bits_per_note_are_the_sum_of_their_parts(excerpt):
    parts = bits_of(ChordToneModel(), excerpt).per_note()
    assert parts["all"] == pytest.approx(sum(v for k, v in parts.items() if k != "all"))


def test_wrong_chords_surprise_a_model_that_listens_and_no_other(excerpt):
    heard, notes = swap_gap(ChordToneModel(), excerpt)
    assert notes == len(excerpt.human)
    assert heard / notes > 1.0
    assert swap_gap(DeafModel(), excerpt)[0] == pytest.approx(0.0)


def test_a_listening_model_follows_swapped_chords_and_a_deaf_one_does_not(excerpt):
    settings = SamplingSettings(temperature=0.0, guidance=0.0)
    listens = followed(Generator(ChordToneModel(), settings), excerpt).as_dict()
    assert listens["followed"] == listens["unswapped"] == 1.0
    deaf = followed(Generator(DeafModel(), settings), excerpt).as_dict()
    assert deaf["followed"] < 0.6


def test_an_exam_measures_people_model_and_rule_alike(tmp_path):
    excerpt = excerpt_of(tune(bars=6))
    other = replace(excerpt, sample_id="test-other-c0", tune="other")
    settings = SamplingSettings(guidance=0.0)
    exam = examine([excerpt, other], UniformModel(), settings, seed=3)
    assert set(exam.attempts) == {PEOPLE, MODEL, RULE}
    people = exam.spreads[PEOPLE]
    assert people["chord_tone_ratio.all"].median == 1.0
    assert exam.spreads[RULE]["chord_tone_ratio.all"].median > 0.9
    assert exam.chord_swap["gap_bits"] == pytest.approx(0.0, abs=1e-9)
    json_path, html_path = write_exam(exam, tmp_path)
    report = json.loads(json_path.read_text(encoding="utf-8"))
    assert report["bits_per_note"]["pitch"] == pytest.approx(math.log2(VOCABULARY.size))
    verdicts = {row["name"]: row["verdict"] for row in report["gates"]}
    assert verdicts["bits_per_note.pitch"] == verdicts["chord_swap.gap_bits"] == "fail"
    assert "test-other-c0" in html_path.read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_exam(excerpt):
    settings = SamplingSettings(guidance=0.0)
    first, second = (examine([excerpt], ChordToneModel(), settings, seed=5) for _ in range(2))
    assert first.attempts[MODEL][0].solo == second.attempts[MODEL][0].solo
    assert first.as_dict() == second.as_dict()


def test_the_solos_shown_are_the_best_the_middle_and_the_worst(excerpt):
    exam = examine([excerpt], ChordToneModel(), SamplingSettings(guidance=0.0))
    shifts = (0, 1, 6)
    solos = [[n.transposed(s) for n in excerpt.human] for s in shifts]
    graded = replace(
        exam, attempts=dict(exam.attempts) | {MODEL: tuple(attempt(excerpt, s) for s in solos)}
    )
    margins = [a.row["chord_tone_margin"] for _, a in showpieces(graded)]
    assert margins == sorted(margins, reverse=True)
    assert len(margins) == 3


def test_an_interval_over_tunes_holds_the_ratio_and_shrinks_with_agreement():
    wide = ratio_interval([(1.0, 10.0), (9.0, 10.0)])
    tight = ratio_interval([(5.0, 10.0)] * 5)
    assert wide[0] <= 0.5 <= wide[1]
    assert tight == (0.5, 0.5)
    assert ratio_interval([]) is None


def test_a_tune_drawn_twice_counts_twice_in_the_resampled_median(monkeypatch):
    monkeypatch.setattr(spread, "RESAMPLES", 200)
    tunes = [np.array([1.0, 9.0]), np.array([2.0]), np.array([3.0, 4.0, 5.0])]
    drawn = np.random.default_rng(spread.SEED).integers(0, 3, (200, 3))
    by_hand = [np.median(np.concatenate([tunes[i] for i in row])) for row in drawn]
    assert spread._resampled_medians(tunes) == pytest.approx(by_hand)


def test_a_meter_of_three_is_examined_in_threes():
    sample = tune()
    waltz = replace(sample, meta=replace(sample.meta, beats_per_bar=3, chords=()))
    cut = excerpt_of(waltz, bars=4)
    assert (cut.meter, cut.end_beats) == (Meter(3), 12.0)
    assert cut.chords


def test_a_folder_is_examined_from_its_samples_to_the_page(tmp_path):
    for name, split in (("one", "val"), ("two", "val"), ("three", "train")):
        write_sample(tune(name=name, split=split), tmp_path / "roles" / name)
    settings = ExamSettings("chord-tones", None, 8, sampling=SamplingSettings(guidance=0.0))
    steps = []
    exam, json_path, page = run_exam(
        tmp_path / "roles", tmp_path / "out", settings, lambda step, done, total: steps.append(step)
    )
    report = json.loads(json_path.read_text(encoding="utf-8"))
    assert report["settings"]["adapter"] == "chord-tones"
    assert report["copy_rate"]["people"] == 1.0
    assert report["bits_per_note"]["notes"] == 2 * 16 * 6
    assert len(exam.attempts[MODEL]) == 2
    assert {"improvising", "foretelling", "listening"} <= set(steps)
    assert page.is_file()
