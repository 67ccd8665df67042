"""Role samples on disk: whole or not at all, and the same when read back."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.errors import DatasetError
from jambot.music import ChordSpan, Note, parse_chord
from jambot.roles.sample import (
    RoleSample,
    SampleMeta,
    find_samples,
    read_meta,
    read_sample,
    transposed_key,
    write_sample,
)

META = SampleMeta(
    source="mine",
    source_id="Blue Monk",
    split="train",
    tempo_bpm=132.0,
    licence="CC0",
    beats_per_bar=3,
    key="Bb-maj",
    chords=(
        ChordSpan(0.0, 2.5, parse_chord("Bb7")),
        ChordSpan(2.5, 6.0, parse_chord("Cm7/Eb")),
        ChordSpan(6.0, 9.0, None),
    ),
    comping_variant=2,
    performer="Me",
    year=2026,
    source_sha256="ab",
    player="pianist",
    unknown=("velocity", "duration"),
)


def make(sample_id="mine-blue_monk", **changes):
    target = (Note(0.5, 0.25, 70, 90), Note(1.0, 1.0, 74, 64))
    conditioning = (Note(0.0, 2.0, 46, 70), Note(0.0, 2.0, 62, 71))
    parts = {"conditioning": conditioning, "target": target, "meta": META, **changes}
    return RoleSample(sample_id, **parts)


def test_a_sample_reads_back_as_it_was_written(tmp_path):
    sample = make()
    write_sample(sample, tmp_path / sample.sample_id)
    assert read_sample(tmp_path / sample.sample_id) == sample


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5000), st.integers(1, 480), st.integers(0, 127), st.integers(1, 127)
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[0],
    )
)
def test_notes_keep_their_tick_pitch_and_velocity(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("samples") / "one"
    notes = tuple(Note(on / 480, length / 480, p, v) for on, length, p, v in sorted(rows))
    write_sample(make(target=notes), folder)
    read = read_sample(folder).target
    assert [(n.onset_beats, n.pitch, n.velocity) for n in read] == [
        (n.onset_beats, n.pitch, n.velocity) for n in notes
    ]


def test_a_sample_with_an_empty_side_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(DatasetError, match="no notes in the target"):
        write_sample(make(target=()), tmp_path / "empty")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_breaks_off_leaves_neither_half_a_sample_nor_litter(tmp_path, monkeypatch):
    def break_off(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", break_off)
    with pytest.raises(OSError, match="disk full"):
        write_sample(make(), tmp_path / "half")
    assert list(tmp_path.iterdir()) == []


def test_writing_again_replaces_the_sample(tmp_path):
    write_sample(make(), tmp_path / "one")
    write_sample(make(target=(Note(0.0, 1.0, 80),)), tmp_path / "one")
    assert [note.pitch for note in read_sample(tmp_path / "one").target] == [80]
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_samples_are_found_in_order_and_by_split(tmp_path):
    for name, split in (("b", "train"), ("a", "val"), ("c", "train")):
        meta = SampleMeta("mine", name, split, 120.0)
        write_sample(make(name, meta=meta), tmp_path / name)
    (tmp_path / ".a.1.new").mkdir()
    (tmp_path / "notes.txt").write_text("not a sample")
    assert [path.name for path in find_samples(tmp_path)] == ["a", "b", "c"]
    assert [path.name for path in find_samples(tmp_path, "train")] == ["b", "c"]


def test_no_dataset_is_an_error_that_names_the_cure(tmp_path):
    with pytest.raises(DatasetError, match="jambot prepare"):
        find_samples(tmp_path / "nowhere")


@pytest.mark.parametrize("part", ["conditioning.mid", "target.mid", "meta.json"])
def test_a_missing_part_is_named(tmp_path, part):
    write_sample(make(), tmp_path / "one")
    (tmp_path / "one" / part).unlink()
    with pytest.raises(DatasetError, match=part):
        read_sample(tmp_path / "one")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"source":1}', '{"source":"x","source_id":"y","split":"test","tempo_bpm":1}'],
)
def test_a_damaged_meta_is_refused(tmp_path, text):
    write_sample(make(), tmp_path / "one")
    (tmp_path / "one" / "meta.json").write_text(text)
    with pytest.raises(DatasetError):
        read_meta(tmp_path / "one")


def test_meta_names_are_those_of_the_format(tmp_path):
    write_sample(make(), tmp_path / "one")
    record = json.loads((tmp_path / "one" / "meta.json").read_text(encoding="utf-8"))
    assert record["chords"][:2] == [
        [0.0, 2.5, "Bb7", [10, 2, 5, 8]],
        [2.5, 6.0, "Cm7/Eb", [0, 3, 7, 10]],
    ]
    assert record["chords"][2] == [6.0, 9.0, None, []]
    assert {"source", "source_id", "licence", "split", "tempo_bpm", "beats_per_bar", "key",
            "transposition", "comping_variant", "split_pitch", "style", "performer", "year",
            "source_sha256", "tool_version", "role", "player",
            "unknown"} <= record.keys()  # fmt: skip


@pytest.mark.parametrize("change", [{"player": "robot"}, {"unknown": ["pitch"]}])
def test_a_player_or_an_unknown_part_that_there_is_not_is_refused(tmp_path, change):
    write_sample(make(), tmp_path / "one")
    path = tmp_path / "one" / "meta.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}))
    with pytest.raises(DatasetError, match=next(iter(change))):
        read_meta(tmp_path / "one")


def test_a_sample_of_before_players_were_told_is_still_read(tmp_path):
    write_sample(make(), tmp_path / "one")
    path = tmp_path / "one" / "meta.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["player"], record["unknown"]
    path.write_text(json.dumps(record))
    assert (read_meta(tmp_path / "one").player, read_meta(tmp_path / "one").unknown) == (None, ())


def test_transposing_moves_notes_chords_and_key_together():
    moved = make().transposed(2)
    assert [note.pitch for note in moved.target] == [72, 76]
    assert [span.chord.symbol for span in moved.meta.chords if span.chord] == ["C7", "Dm7/F"]
    assert (moved.meta.key, moved.meta.transposition) == ("C-maj", 2)


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        ("Bb-maj", "B-maj"),
        ("F#-min", "G-min"),
        ("Am", "Bbm"),
        ("", ""),
        ("?", "?"),
        ("atonal", "atonal"),
    ],
)
def test_a_key_name_moves_and_what_is_no_key_stays(key, moved):
    assert transposed_key(key, 1) == moved
