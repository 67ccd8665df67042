"""Telling phrases apart, and finding what was copied."""

import doctest
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from jambot.evaluation import spread
from jambot.evaluation.exam import copying
from jambot.evaluation.exam.copying import KnownLines, moves_of
from jambot.evaluation.exam.excerpts import Excerpt, training_solos
from jambot.evaluation.exam.realism import (
    FEATURES,
    LENGTH_FEATURES,
    PITCH_FEATURES,
    TEXTURE_FEATURES,
    phrase_features,
    realism_auc,
    views,
)
from jambot.evaluation.metrics import ChordLine
from jambot.evaluation.spread import auc_interval
from jambot.music import ChordSpan, Meter, Note, parse_chord
from jambot.roles.sample import RoleSample, SampleMeta, write_sample

CHORDS = (ChordSpan(0.0, 256.0, parse_chord("C7")),)


def walk(seed: int, bars: int = 16, leap: int = 2) -> list[Note]:
    """Eighths that wander by up to `leap` semitones."""
    random = np.random.default_rng(seed)
    pitches = 66 + np.clip(np.cumsum(random.integers(-leap, leap + 1, bars * 8)), -18, 18)
    return [Note(i / 2, 0.4, int(pitch), 80) for i, pitch in enumerate(pitches)]


def excerpts(count: int = 5) -> list[Excerpt]:
    return [
        Excerpt(f"s{i}", f"tune{i}", (), tuple(walk(i)), CHORDS, Meter(), 120.0, 0.0, 16)
        for i in range(count)
    ]


@pytest.fixture
def few_trees(monkeypatch):
    monkeypatch.setattr("jambot.evaluation.exam.realism.TREES", 20)
    monkeypatch.setattr("jambot.evaluation.exam.realism.NULLS", 1)


def test_the_worked_examples_hold():
    assert doctest.testmod(copying).failed == 0


def test_a_player_who_only_leaps_is_found_out_by_pitch_alone(few_trees):
    found = realism_auc([(e, walk(100 + i, leap=11)) for i, e in enumerate(excerpts())])
    assert found["phrases"] == 40
    assert found["raw"] > 0.8
    assert found["pitch"] > 0.8
    assert abs(found["pitch_null"] - 0.5) < 0.3


def test_the_very_same_notes_cannot_be_told_apart(few_trees):
    found = realism_auc([(e, e.human) for e in excerpts()])
    assert found["raw"] == found["pitch"] == pytest.approx(0.5)


def test_a_player_who_differs_in_rhythm_alone_is_not_found_by_pitch(few_trees):
    def late(excerpt):
        return [
            replace(n, onset_beats=n.onset_beats + (i % 2) / 6) for i, n in enumerate(excerpt.human)
        ]

    found = realism_auc([(e, late(e)) for e in excerpts()])
    assert found["raw"] > 0.9
    assert found["pitch"] == pytest.approx(0.5, abs=0.05)


def pianists(below: tuple[int, ...] = (4, 9)) -> list[Excerpt]:
    """The same walks with chords hung under every third strike, their lengths unknown."""
    return [
        replace(e, human=tuple(hung(e.human, below)), player="pianist", unknown=("duration",))
        for e in excerpts()
    ]


def hung(line, below, every: int = 3) -> list[Note]:
    return sorted(
        replace(note, pitch=note.pitch - interval)
        for i, note in enumerate(line)
        for interval in ((0, *below) if i % every == 0 else (0,))
    )


def test_pianists_own_notes_cannot_be_told_apart_by_their_chords_either(few_trees):
    found = realism_auc([(e, e.human) for e in pianists()])
    assert [found[name] for name in ("raw", "pitch", "texture")] == pytest.approx([0.5] * 3)
    assert abs(found["texture_null"] - 0.5) < 0.3


def test_a_player_without_chords_is_found_out_by_texture_and_not_by_the_line(few_trees):
    found = realism_auc([(p, e.human) for p, e in zip(pianists(), excerpts(), strict=True)])
    assert found["texture"] > 0.95
    assert found["raw"] > 0.95
    assert found["pitch"] == pytest.approx(0.5)


def test_other_intervals_below_the_top_are_texture_too(few_trees):
    found = realism_auc([(p, q.human) for p, q in zip(pianists(), pianists((5, 10)), strict=True)])
    assert found["texture"] > 0.95
    assert found["pitch"] == pytest.approx(0.5)


def test_what_nobody_knows_of_people_is_seen_of_no_side(few_trees):
    short = [[replace(n, duration_beats=0.1) for n in p.human] for p in pianists()]
    unknown = realism_auc(list(zip(pianists(), short, strict=True)))
    assert unknown["raw"] == pytest.approx(0.5)
    known = [replace(p, unknown=()) for p in pianists()]
    assert realism_auc(list(zip(known, short, strict=True)))["raw"] > 0.95


def test_lines_are_told_by_lines_and_pianists_by_chords_as_well():
    assert set(views(excerpts())) == {"raw", "pitch"}
    assert set(LENGTH_FEATURES) <= set(views(excerpts())["raw"])
    seen = views(pianists())
    assert seen["texture"] == TEXTURE_FEATURES
    assert set(TEXTURE_FEATURES) <= set(seen["raw"])
    assert not set(LENGTH_FEATURES) & set(seen["raw"])


def test_the_texture_of_a_bar_by_hand():
    bar = [
        *(Note(0.0, 1.0, pitch) for pitch in (72, 68, 64)),
        Note(0.5, 0.5, 74),
        *(Note(1.0, 1.0, pitch) for pitch in (76, 72, 68)),
        *(Note(2.0, 1.0, pitch) for pitch in (79, 60)),
    ]
    row = dict(zip(FEATURES, phrase_features(bar, ChordLine.of(CHORDS), 0.0), strict=True))
    assert row["notes a strike"] == 9 / 4
    shares = [row[f"strikes of {size} and more"] for size in (2, 3, 4)]
    assert shares == [0.75, 0.5, 0.0]
    assert (row["notes 4 below the top"], row["notes further below"]) == (0.4, 0.2)
    assert row["span of chords"] == pytest.approx((8 + 8 + 19) / 3)
    assert row["kinds of chords"] == pytest.approx(2 / 3)
    assert row["chords in a row"] == pytest.approx(1 / 3)
    assert [row[f"chords in quarter {q} of a beat"] for q in (1, 2, 3, 4)] == [1.0, 0.0, 0.0, 0.0]
    assert row["mean pitch"] == (72 + 74 + 76 + 79) / 4


def test_timing_finer_than_the_token_grid_is_not_seen():
    chords, notes = ChordLine.of(CHORDS), walk(1, bars=4)
    jittered = [replace(n, onset_beats=n.onset_beats + 0.01) for n in notes]
    same = phrase_features(jittered, chords, 0.0) == phrase_features(notes, chords, 0.0)
    assert same.all()


def test_one_tune_is_too_few_to_learn_from_others():
    assert realism_auc([(e, e.human) for e in excerpts(1)]) is None


def test_a_quote_in_another_key_is_a_copy_and_its_inversion_is_none():
    lick = [Note(float(i), 1.0, p) for i, p in enumerate((60, 62, 64, 65, 67, 69, 71, 72, 74))]
    known = KnownLines([lick])
    up = [note.transposed(5) for note in lick]
    inverted = [Note(n.onset_beats, 1.0, 120 - n.pitch) for n in lick]
    assert known.rate([up], 8) == 1.0
    assert known.rate([inverted], 8) == 0.0
    assert known.rate([lick[:7]], 8) is None


def test_the_longest_copy_is_what_difflib_finds():
    solos = [walk(seed, bars=8) for seed in range(4)]
    known = KnownLines(solos)
    for seed in range(10, 14):
        line = moves_of(walk(seed, bars=8))
        longest = max(
            SequenceMatcher(None, line, moves_of(solo), autojunk=False).find_longest_match().size
            for solo in solos
        )
        assert known.longest(walk(seed, bars=8)) == longest + 1


def test_a_copy_does_not_reach_from_one_solo_into_the_next():
    first, second = walk(1, bars=2), walk(2, bars=2)
    both = [*first, *(n.shifted(8.0) for n in second)]
    assert KnownLines([first, second]).longest(both) < len(both)
    assert KnownLines([both]).longest(both) == len(both)


def test_only_training_solos_are_known(tmp_path):
    for split in ("train", "val"):
        solo = tuple(walk(7 if split == "train" else 8))
        meta = SampleMeta("test", split, split, 120.0)
        write_sample(RoleSample(split, (Note(0.0, 4.0, 48),), solo, meta), tmp_path / split)
    known = KnownLines([sample.target for sample in training_solos(tmp_path)])
    assert known.rate([walk(7)], 8) == 1.0
    assert known.rate([walk(8)], 8) < 0.1


def test_an_interval_of_the_auc_is_the_weighted_auc_of_the_resampled_tunes(monkeypatch):
    monkeypatch.setattr(spread, "RESAMPLES", 40)
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(6), 8)
    labels = np.tile([0, 1], 24)
    scores = np.round(random.normal(labels, 1.0), 1)
    times = spread._times_drawn(6)
    by_hand = [roc_auc_score(labels, scores, sample_weight=row[groups]) for row in times]
    assert auc_interval(scores, labels, groups) == pytest.approx(
        tuple(np.percentile(by_hand, (2.5, 97.5)))
    )


def test_a_phrase_has_a_name_for_each_of_its_features():
    row = phrase_features(walk(1, bars=4), ChordLine.of(CHORDS), 0.0)
    assert len(row) == len(FEATURES)
    assert FEATURES[: len(PITCH_FEATURES)] == PITCH_FEATURES


def test_what_gives_a_player_away_is_named_with_both_sides(few_trees):
    found = realism_auc([(e, walk(100 + i, leap=11)) for i, e in enumerate(excerpts())])
    spreads = [tell for tell in found["tells"] if tell["feature"] in PITCH_FEATURES]
    assert spreads[0]["model"] != spreads[0]["people"]
    assert found["raw_ci"][0] <= found["raw"] <= found["raw_ci"][1]
