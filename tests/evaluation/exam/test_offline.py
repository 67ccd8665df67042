"""The offline exam, on tunes made by hand and models whose answers are known."""

import doctest
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from jambot.errors import DatasetError
from jambot.evaluation import spread
from jambot.evaluation.exam import agreement as agreement_module
from jambot.evaluation.exam import excerpts, human_band, prediction, tables
from jambot.evaluation.exam.agreement import agreement
from jambot.evaluation.exam.evaluate import ExamSettings, _names, run_exam
from jambot.evaluation.exam.excerpts import Excerpt, alike, excerpt_of, held_out_excerpts
from jambot.evaluation.exam.human_band import SEVEN, TEN
from jambot.evaluation.exam.listening import followed
from jambot.evaluation.exam.offline import Exam, Questions, examine
from jambot.evaluation.exam.page import showpieces, write_exam
from jambot.evaluation.exam.prediction import SEMITONE, bits_of, swap_gap, windows_of
from jambot.evaluation.exam.results import attempt
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE, people, rule, trained
from jambot.evaluation.exam.tables import music, right_hands, sheets
from jambot.evaluation.spread import ratio_interval
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.model.folder import Manner
from jambot.music import ChordSpan, Meter, Note, harmony_changes, parse_chord
from jambot.roles.sample import RoleSample, SampleMeta, read_sample, write_sample
from jambot.tokens import VOCABULARY

UNGUIDED = SamplingSettings(guidance=0.0)
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


class PianistModel(ChordToneModel):
    """The rule, with a fourth below every top note."""

    manner = Manner()

    def fork(self):
        return PianistModel()

    def logits(self):
        logits = super().logits()
        if self._ids and VOCABULARY.field(self._ids[-1]) == "VEL":
            logits[VOCABULARY.id("COLOUR", VOCABULARY.value(self._ids[-3]) - 5)] = 60.0
        return logits


def pianist(bars=16, name="tune", split="val"):
    """The same tune by a pianist who rolls a third and a fifth below each strike on the beat."""
    sample = tune(bars, name, split)
    below = [
        replace(note, onset_beats=note.onset_beats + 0.02, pitch=note.pitch - interval)
        for note in sample.target
        for interval in (3, 7)
        if note.onset_beats % 1 == 0
    ]
    meta = replace(
        sample.meta, player="pianist", unknown=("velocity", "duration"), found=("chords",)
    )
    return replace(sample, target=tuple(sorted([*sample.target, *below])), meta=meta)


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
    monkeypatch.setattr("jambot.evaluation.exam.realism.TREES", 5)
    monkeypatch.setattr("jambot.evaluation.exam.realism.NULLS", 1)


@pytest.fixture
def excerpt() -> Excerpt:
    return excerpt_of(tune(), bars=12)


def test_the_worked_examples_hold():
    for module in (prediction, spread, excerpts, human_band, agreement_module):
        assert doctest.testmod(module).failed == 0


def test_an_excerpt_begins_at_the_bar_where_its_soloist_does():
    sample = tune()
    late = replace(sample, target=tuple(n for n in sample.target if n.onset_beats >= 9.0))
    cut = excerpt_of(late, bars=4)
    assert (cut.start_beats, cut.end_beats, cut.bars) == (8.0, 24.0, 4)
    assert min(n.onset_beats for n in cut.human) == 9.0
    assert max(n.onset_beats for n in cut.human) < 24.0


def test_chords_that_nobody_wrote_are_those_that_the_hands_play():
    sample = tune()
    heard = replace(sample, meta=replace(sample.meta, found=("chords",)))
    assert excerpt_of(sample).chords == sample.meta.chords
    assert list(excerpt_of(heard).chords) == list(harmony_changes(sample.conditioning))


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
    assert bits.timing + bits.colour == pytest.approx((6 * bars + beats) * each)
    none_below = -math.log2(1 - 88 / VOCABULARY.size)
    assert bits.colour == pytest.approx((6 * bars - 1) * none_below)


def test_bits_per_note_are_the_sum_of_their_parts(excerpt):
    parts = bits_of(ChordToneModel(), excerpt).per_note()
    five = (parts[name] for name in ("pitch", "timing", "duration", "velocity", "colour"))
    assert parts["all"] == pytest.approx(sum(five))


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


def test_a_pianists_keys_are_strikes_and_what_is_unknown_of_them_is_told():
    cut = excerpt_of(pianist(), bars=4)
    assert (cut.player, cut.unknown) == ("pianist", ("velocity", "duration"))
    assert {n.onset_beats for n in cut.human} == {n.onset_beats for n in tune(4).target}
    assert len(cut.human) == 4 * (6 + 3 * 2)
    assert excerpt_of(tune()).player == "horn"


def test_excerpts_that_are_compared_lack_the_same_parts():
    both = alike([excerpt_of(tune()), excerpt_of(pianist())])
    assert [e.unknown for e in both] == [("duration", "velocity")] * 2


def test_a_chord_costs_its_colours_and_the_choice_of_no_more():
    chord = (Note(0.0, 1.0, 72), Note(0.0, 1.0, 67), Note(0.0, 1.0, 64), Note(1.0, 1.0, 72))
    bits = bits_of(UniformModel(), replace(excerpt_of(tune(), bars=1), human=chord))
    each, none_below = math.log2(VOCABULARY.size), -math.log2(1 - 88 / VOCABULARY.size)
    assert bits.notes == 2
    # Two colours and their end; the last strike's end is never told.
    assert bits.colour == pytest.approx(2 * each + none_below)
    assert bits.pitch == pytest.approx(2 * each)
    # A place, the end of a beat after the chord, a place.
    assert bits.timing == pytest.approx(3 * each - none_below)


def test_what_nobody_knows_of_the_notes_costs_nothing(excerpt):
    bits = bits_of(UniformModel(), replace(excerpt, unknown=("velocity", "duration")))
    known = bits_of(UniformModel(), excerpt)
    assert (bits.velocity, bits.duration, bits.duration_12) == (0.0, 0.0, 0.0)
    assert (bits.pitch, bits.timing, bits.colour) == (known.pitch, known.timing, known.colour)


def test_a_model_is_told_that_it_is_the_player_it_learnt_from(excerpt):
    def named(model):
        header, *_ = next(windows_of(excerpt, model))
        return {VOCABULARY.names[token] for token in header if VOCABULARY.field(token) == "PLAYER"}

    assert named(PianistModel()) == {"PLAYER_0"}
    assert named(ChordToneModel()) == {"PLAYER_1"}


def test_chords_a_semitone_away_surprise_a_model_that_listens_too(excerpt):
    heard, notes = swap_gap(ChordToneModel(), excerpt, semitones=SEMITONE)
    assert heard / notes > 1.0
    assert swap_gap(DeafModel(), excerpt, semitones=SEMITONE)[0] == pytest.approx(0.0)


def test_all_notes_of_the_coming_bar_are_asked_whether_they_follow(excerpt):
    settings = SamplingSettings(temperature=0.0, guidance=0.0)
    alone = followed(Generator(ChordToneModel(), settings), excerpt)
    struck = followed(Generator(PianistModel(), settings), excerpt)
    assert (struck.notes, struck.swapped_notes) == (2 * alone.notes, 2 * alone.swapped_notes)
    assert struck.inside == alone.inside == alone.notes  # no fourth below is a chord tone


def test_a_note_below_the_top_takes_part_in_its_strikes_time(excerpt):
    solo = trained("it", PianistModel(), UNGUIDED).solo(excerpt, 1)
    strikes_played = len({n.onset_beats for n in solo.notes})
    assert len(solo.notes) > strikes_played
    assert len(solo.note_ms) == strikes_played - 1


@pytest.fixture
def two_pianists() -> list[Excerpt]:
    excerpt = excerpt_of(pianist(bars=8))
    return [excerpt, replace(excerpt, sample_id="test-other-c0", tune="other")]


def test_pianists_are_held_against_ten_figures_and_the_page_shows_them(two_pianists, tmp_path):
    exam = exam_of(two_pianists, PianistModel())
    assert exam.inside(PEOPLE) == dict.fromkeys(TEN, True)
    assert exam.kind == "pianist exam"
    rows = dict(right_hands(exam).rows)
    within = exam.inside("it")
    assert rows["it"][-1].said == f"{sum(within.values())} of 10"
    assert not within["right_hand.two_share"]
    assert exam.figures["right_hand"]["two_share"] == 1.0
    assert dict(music(exam).rows)["it"][-1].said == "–"
    json_path, html_path = write_exam(exam, tmp_path)
    report = json.loads(json_path.read_text(encoding="utf-8"))
    asked = {row["name"] for row in report["gates"]}
    assert {"realism_auc.texture", "inside_human_iqr.count"} <= asked
    assert report["kind"] == "pianist exam"
    page = html_path.read_text(encoding="utf-8")
    assert "The right hand" in page
    assert "long pauses a minute" in page


def test_lengths_that_nobody_knows_are_neither_silence_nor_bits(two_pianists):
    exam = exam_of(two_pianists, PianistModel())
    bits = exam.results["it"].bits_per_note
    assert not {"duration", "velocity", "all_12"} & set(bits)
    assert bits["all"] == pytest.approx(bits["pitch"] + bits["timing"] + bits["colour"])
    assert "dead_air.ratio" not in exam.results[PEOPLE].spreads
    assert dict(tables.prediction(exam).rows)["it"][3].said == "–"


def test_lines_have_no_table_of_right_hands(two_tunes):
    titles = [sheet.title for sheet in sheets(exam_of(two_tunes, ChordToneModel()))]
    assert "The right hand" not in titles
    assert "The music" in titles


@pytest.fixture
def two_tunes() -> list[Excerpt]:
    excerpt = excerpt_of(tune(bars=8))
    return [excerpt, replace(excerpt, sample_id="test-other-c0", tune="other")]


def exam_of(excerpts, model, settings=UNGUIDED, **asked) -> Exam:
    questions = Questions(excerpts, **asked)
    results = {
        one.name: examine(one, questions)
        for one in (people(), rule(), trained("it", model, settings))
    }
    return Exam(results, "it")


def test_an_exam_measures_people_model_and_rule_alike(two_tunes, tmp_path):
    exam = exam_of(two_tunes, UniformModel(), seed=3)
    assert set(exam.results) == {PEOPLE, RULE, "it"}
    assert exam.results[PEOPLE].spreads["chord_tone_ratio.all"].median == 1.0
    assert exam.results[RULE].spreads["chord_tone_ratio.all"].median > 0.9
    json_path, html_path = write_exam(exam, tmp_path)
    report = json.loads(json_path.read_text(encoding="utf-8"))
    assert report["bits_per_note"]["pitch"] == pytest.approx(math.log2(VOCABULARY.size))
    assert report["chord_swap"]["gap_bits"] == pytest.approx(0.0, abs=1e-9)
    verdicts = {row["name"]: row["verdict"] for row in report["gates"]}
    assert verdicts["bits_per_note.pitch"] == verdicts["chord_swap.gap_bits"] == "fail"
    assert "test-other-c0" in html_path.read_text(encoding="utf-8")


def test_every_part_of_the_bits_has_an_interval_that_holds_it(two_tunes):
    bits = exam_of(two_tunes, ChordToneModel()).results["it"].bits_per_note
    assert set(bits["ci"]) == set(bits) - {"ci", "notes", "off_12"}
    for part, (low, high) in bits["ci"].items():
        assert low <= bits[part] + 1e-9
        assert bits[part] <= high + 1e-9


def test_only_a_model_is_asked_what_a_model_is_asked(two_tunes):
    results = exam_of(two_tunes, ChordToneModel()).results
    for who in (PEOPLE, RULE):
        assert results[who].bits_per_note is None
        assert results[who].note_ms is None
    assert results["it"].note_ms["n"] > 0
    assert 0 < results["it"].note_ms["p50"] <= results["it"].note_ms["p99"]
    assert results[PEOPLE].realism_auc is None


def test_people_lie_inside_their_own_middle_half(two_tunes):
    exam = exam_of(two_tunes, ChordToneModel())
    assert exam.inside(PEOPLE) == dict.fromkeys(SEVEN, True)
    assert not exam.inside(RULE)["repetition_rate"] or not exam.inside(RULE)["step_share"]
    rows = dict(music(exam).rows)
    assert rows["it"][-1].said == f"{sum(exam.inside('it').values())} of 7"


def test_a_coarser_grid_cannot_surprise_more_and_a_uniform_model_says_by_how_much(excerpt):
    short = tuple(replace(n, duration_beats=1 / 24) for n in excerpt.human)
    bits = bits_of(UniformModel(), replace(excerpt, human=short))
    # Two places are one, and a 24th is as long as two: a bit less each; ends of beats stay alone.
    assert bits.timing - bits.timing_12 == pytest.approx(bits.notes)
    assert bits.duration - bits.duration_12 == pytest.approx(bits.notes)
    assert bits.parts["all_12"] == pytest.approx(bits.parts["all"] - bits.velocity - 2 * bits.notes)


def test_a_model_agrees_with_itself_and_not_with_a_deaf_one(two_tunes):
    same = agreement(ChordToneModel(), ChordToneModel(), two_tunes)
    assert (same.top1, same.kl_mean, same.kl_p99) == (1.0, 0.0, 0.0)
    deaf = agreement(DeafModel(), ChordToneModel(), two_tunes)
    assert deaf.top1 < 1.0
    assert deaf.kl_mean > 0.01
    # Half of the places are not about pitch, and the rule hears nothing there either.
    assert (
        deaf.places
        == same.places
        == 2 * sum(len(counted) for _, _, counted in windows_of(two_tunes[0], ChordToneModel()))
    )


def test_the_same_seed_gives_the_same_exam(two_tunes):
    first, second = (exam_of(two_tunes, ChordToneModel(), seed=5).results["it"] for _ in range(2))
    assert [a.solo for a in first.attempts] == [a.solo for a in second.attempts]
    assert first.spreads == second.spreads
    assert first.chord_swap == second.chord_swap
    assert first.realism_auc == second.realism_auc


def test_the_solos_shown_are_the_best_the_middle_and_the_worst(two_tunes):
    exam = exam_of(two_tunes, ChordToneModel())
    human = two_tunes[0].human
    squeezed = [replace(n, pitch=60) for n in human]
    solos = [squeezed, human, human[:4]]
    graded = replace(exam.results["it"], attempts=tuple(attempt(two_tunes[0], s) for s in solos))
    shown = showpieces(replace(exam, results={**exam.results, "it": graded}), "it")
    assert [title for title, *_ in shown] == ["Best", "Median", "Worst"]
    assert shown[0][1].solo == tuple(human)
    scores = [score for _, _, score in shown]
    assert scores == sorted(scores)


def test_an_interval_over_tunes_holds_the_ratio_and_shrinks_with_agreement():
    wide = ratio_interval({"a": [(1.0, 10.0)], "b": [(9.0, 10.0)]})
    tight = ratio_interval({str(i): [(5.0, 10.0)] for i in range(5)})
    assert wide == (0.1, 0.9)
    assert tight == (0.5, 0.5)
    assert ratio_interval({}) is None


def test_two_excerpts_of_one_tune_are_resampled_as_one():
    assert ratio_interval({"a": [(1.0, 10.0), (9.0, 10.0)]}) == (0.5, 0.5)


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


@pytest.fixture
def role_dir(tmp_path):
    for name, split in (("one", "val"), ("two", "val"), ("three", "train")):
        write_sample(tune(name=name, split=split), tmp_path / "roles" / name)
    return tmp_path / "roles"


def test_a_folder_is_examined_from_its_samples_to_the_page(role_dir, tmp_path):
    settings = ExamSettings(("chord-tones",), "chord-tones", None, 8)
    steps = []
    exam, json_path, page = run_exam(
        role_dir, tmp_path / "out", settings, lambda step, done, total: steps.append(step)
    )
    report = json.loads(json_path.read_text(encoding="utf-8"))
    assert list(exam.results) == [PEOPLE, RULE, MARKOV, "chord-tones", "chord-tones, unguided"]
    assert report["model"] == "chord-tones"
    assert report["copy_rate"]["people"] == 1.0
    assert report["copy_rate"]["longest"] >= 2
    assert report["bits_per_note"]["notes"] == 2 * 16 * 6
    assert report["agreement"]["top1"] == 1.0
    assert report["soloists"]["chord-tones, unguided"]["settings"]["guidance"] == 0.0
    assert len(exam.results["chord-tones"].attempts) == 2
    asked = {step.partition(": ")[2] for step in steps}
    assert {"improvising", "harmony", "prediction"} <= asked
    assert page.is_file()


def test_an_exam_that_was_cut_off_goes_on_where_it_stopped(role_dir, tmp_path):
    settings = ExamSettings(("chord-tones",), source=None, bars=8)

    def asked(**changed):
        steps = []
        again = replace(settings, **changed)
        exam, *_ = run_exam(role_dir, tmp_path / "out", again, lambda step, *_: steps.append(step))
        return exam, {step.partition(":")[0] for step in steps if ":" in step}

    first, played = asked()
    assert "markov" in played
    (tmp_path / "out" / "soloists" / "markov.json").write_text('{"key": ', encoding="utf-8")
    second, played = asked()
    assert played == {"markov"}
    assert first.results["markov"].spreads == second.results["markov"].spreads
    assert first.inside("chord-tones") == second.inside("chord-tones")
    _, played = asked(seed=2)
    assert {"people", "rule", "markov", "chord-tones"} <= played
    _, played = asked(seed=2, fresh=True)
    assert "chord-tones" in played


def test_tunes_prepared_anew_are_examined_anew(role_dir, tmp_path):
    settings = ExamSettings(("chord-tones",), source=None, bars=8)
    first, *_ = run_exam(role_dir, tmp_path / "out", settings)
    sample = read_sample(role_dir / "one")
    higher = tuple(note.transposed(1) for note in sample.target)
    write_sample(replace(sample, target=higher), role_dir / "one")
    second, *_ = run_exam(role_dir, tmp_path / "out", settings)
    name = "mean_pitch"
    before, after = (exam.results[PEOPLE].spreads[name].median for exam in (first, second))
    assert after > before


def test_models_of_one_name_are_told_apart():
    assert _names(["piano", "a/best"]) == ["piano", "best"]
    assert _names(["a/best", "b/best"]) == ["a/best", "b/best"]


def test_a_folder_of_pianists_is_examined_with_their_chords(tmp_path):
    for name, split in (("one", "val"), ("two", "val"), ("three", "train")):
        write_sample(pianist(name=name, split=split), tmp_path / "roles" / name)
    settings = ExamSettings(("chord-tones",), source=None, bars=8)
    exam, json_path, _ = run_exam(tmp_path / "roles", tmp_path / "out", settings)
    report = json.loads(json_path.read_text(encoding="utf-8"))
    people = exam.results[PEOPLE]
    assert people.copy_rate["voicings"] == 1.0
    assert people.spreads["right_hand.three_share"].median == 0.5
    assert report["chord_swap"]["gap_bits_semitone"] > 1.0
    assert report["bits_per_note"]["notes"] == 2 * 16 * 6
