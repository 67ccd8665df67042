"""A handful of pieces divided anew: most to learn from, some to measure by, nothing on both."""

import json
from random import Random

import pytest

from jambot.music import Chord, ChordSpan, Note, Track, write_midi
from jambot.roles.prepare import prepare
from jambot.roles.sample import RoleSample, SampleMeta, find_samples, read_sample
from jambot.roles.sides import amount_of, digest_of, divided, samples_from, write_divided

C_MAJOR = Chord("C", 0, 0, (0, 4, 7))


def piece(name: str, bars: int = 24, seed: int | None = None) -> RoleSample:
    """Eighths over a chord held for the whole piece; another name, another melody."""
    random = Random(name if seed is None else seed)
    line = tuple(Note(0.5 * i, 0.4, 60 + random.randrange(17), 80) for i in range(8 * bars))
    chord = tuple(Note(0.0, 4.0 * bars, pitch, 70) for pitch in (48, 52, 55))
    spans = (ChordSpan(0.0, 4.0 * bars, C_MAJOR),)
    return RoleSample(name, chord, line, SampleMeta("own", name, "train", 120.0, chords=spans))


def notes_on(parts: list[RoleSample], side: str) -> int:
    return sum(len(part.target) for part in parts if part.meta.split == side)


def test_of_few_pieces_the_end_of_each_is_held_out_under_the_chord_that_still_sounds() -> None:
    parts = divided([piece("a")])
    learnt, held = parts
    assert (learnt.meta.split, held.meta.split) == ("train", "val")
    assert len(learnt.target) + len(held.target) == 192
    assert len(held.target) == 40
    assert held.target[0].onset_beats == 0.0
    assert [note.pitch for note in held.target] == [n.pitch for n in piece("a").target[-40:]]
    assert all(n.onset_beats == 0.0 and n.duration_beats == 20.0 for n in held.conditioning)
    assert held.meta.chords == (ChordSpan(0.0, 20.0, C_MAJOR),)
    assert max(note.end_beats for note in learnt.conditioning) == 76.0


def test_of_many_pieces_whole_ones_are_held_out() -> None:
    pieces = [piece(f"p{i}") for i in range(12)]
    parts = divided(pieces)
    assert {part.sample_id for part in parts} == {one.sample_id for one in pieces}
    assert 1 / 12 <= notes_on(parts, "val") / notes_on(parts, "train") <= 0.35


def test_two_takes_of_one_tune_stay_on_one_side() -> None:
    pieces = [piece(f"p{i}", seed=i // 2) for i in range(24)]
    side = {part.sample_id: part.meta.split for part in divided(pieces)}
    assert set(side.values()) == {"train", "val"}
    assert all(side[f"p{i}"] == side[f"p{i + 1}"] for i in range(0, 24, 2))


def test_what_would_be_too_short_to_hold_out_is_learnt_from() -> None:
    (only,) = divided([piece("short", bars=5)])
    assert (only.meta.split, len(only.target)) == ("train", 40)


def test_an_amount_counts_a_composition_once() -> None:
    twice = [piece("a"), piece("a")]
    assert amount_of(twice) == amount_of(twice[:1])
    amount = amount_of([piece("a"), piece("b")])
    assert (amount.pieces, amount.notes) == (2, 384)
    assert amount.minutes == pytest.approx(2 * 95.9 / 120)


def test_a_dataset_that_was_cut_off_is_written_again_and_a_whole_one_is_kept(tmp_path) -> None:
    out = tmp_path / "samples"
    (out / "half").mkdir(parents=True)
    write_divided([piece("a")], out)
    assert {folder.name for folder in out.iterdir()} == {"a", "a-end", "sides.json"}
    assert json.loads((out / "sides.json").read_text("utf-8")) == {"train": ["a"], "val": ["a-end"]}
    write_divided([piece("b")], out)
    assert [folder.name for folder in find_samples(out, "val")] == ["a-end"]
    assert read_sample(out / "a-end").meta.split == "val"


def test_what_is_learnt_from_is_what_the_folder_holds_now(tmp_path) -> None:
    mine, roles = tmp_path / "mine", tmp_path / "roles"
    mine.mkdir()
    for name in ("blues", "ballad"):
        one = piece(name)
        tracks = [Track("MELODY", one.target), Track("CHORDS", one.conditioning * 6)]
        write_midi(mine / f"{name}.mid", tracks)
    prepare([mine], roles, transpose="0", jobs=0)
    both = samples_from([mine], roles)
    assert [sample.meta.source_id for sample in both] == ["ballad", "blues"]
    (mine / "ballad.mid").unlink()
    prepare([mine], roles, transpose="0", jobs=0)
    left = samples_from([mine], roles)
    assert [sample.meta.source_id for sample in left] == ["blues"]
    assert digest_of(left) == digest_of(both[1:]) != digest_of(both)
