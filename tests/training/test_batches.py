"""Windows of a shard: whole, moved rightly, and each answer counted once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jambot.errors import DatasetError
from jambot.music import Meter, Note
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.tokens import VOCABULARY, decode
from jambot.tokens.codec import HEADER_LENGTH as HEADER
from jambot.tokens.vocabulary import ANSWERED, FREE
from jambot.training.batches import (
    IGNORED,
    PLAIN,
    Augmentation,
    Windows,
    _transposed,
    other_harmony,
)
from jambot.training.material import Material
from jambot.training.shard import Shard, build_shard, encode_sample

MakePiece = Callable[..., RoleSample]
PAD = VOCABULARY.id("PAD")


@pytest.fixture
def shard(roles: Path, tmp_path: Path) -> Shard:
    return build_shard(roles, tmp_path / "shard", "train")


def fields_of(ids: np.ndarray) -> list[str]:
    return [VOCABULARY.field(int(token)) for token in ids]


def test_a_shard_holds_whole_pieces_that_open_with_a_bar(shard: Shard, roles: Path) -> None:
    assert [stream.sample_id for stream in shard.streams] == ["a", "b", "c"]
    end = 0
    for stream in shard.streams:
        assert stream.first == end
        end += stream.length
        ids = shard.tokens[stream.first : end]
        assert {fields_of(ids)[bar] for bar in stream.bars} == {"BAR"}
        assert stream.bars[0] == 0
        assert len(stream.bars) in (24, 25), "25 where the line ends on the last bar line"
        assert len(decode(ids.tolist(), 0, Meter())) > 90
    assert end == len(shard.tokens) == len(shard.outside)


def test_the_transposed_copies_of_a_dataset_are_not_encoded(
    roles: Path, tmp_path: Path, make_piece: MakePiece
) -> None:
    write_sample(replace(make_piece("e", semitones=3), sample_id="e"), roles / "e")
    found = build_shard(roles, tmp_path / "shard", "train")
    assert [stream.sample_id for stream in found.streams] == ["a", "b", "c"]


def test_one_comping_keeps_the_first_of_each_composition(
    roles: Path, tmp_path: Path, make_piece: MakePiece
) -> None:
    twin = make_piece("a")
    write_sample(replace(twin, sample_id="a2"), roles / "a2")
    found = build_shard(roles, tmp_path / "shard", "train", one_comping=True)
    assert [stream.sample_id for stream in found.streams] == ["a", "b", "c"]


def test_a_shard_of_another_vocabulary_is_refused(shard: Shard, tmp_path: Path) -> None:
    index = tmp_path / "shard" / "index.json"
    index.write_text(index.read_text().replace(VOCABULARY.fingerprint, "0" * 16))
    with pytest.raises(DatasetError, match=r"vocabulary 0000.*delete the folder"):
        Shard(tmp_path / "shard")


def test_a_folder_without_an_index_is_no_shard(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no index\.json"):
        Shard(tmp_path)


@pytest.mark.parametrize("semitones", [-6, -1, 5])
def test_moving_the_tokens_is_encoding_the_moved_notes(
    make_piece: MakePiece, semitones: int
) -> None:
    sample = make_piece("a")
    ids, outside, bars = encode_sample(sample)
    moved, moved_outside, moved_bars = encode_sample(sample.transposed(semitones))
    assert _transposed(ids.astype(np.int64), semitones).tolist() == moved.tolist()
    assert outside.tolist() == moved_outside.tolist()
    assert bars == moved_bars


def test_a_batch_is_made_of_headers_and_bars(shard: Shard) -> None:
    batch = next(Windows(shard, 128).batches(8, seed=1))
    assert batch.ids.shape == batch.labels.shape == (8, 128)
    for row in batch.ids:
        assert fields_of(row[: HEADER + 1]) == [
            "ROLE", "PLAYER", "TEMPO", "METER", "DENSITY", "REGISTER", "INTENSITY",
            "INSIDE_OUTSIDE", "SWING", "TEXTURE", "BAR",
        ]  # fmt: skip
        assert fields_of(row[HEADER + 1 : HEADER + 2])[0] in ("BASS", "TACET")
        assert {VOCABULARY.value(int(token)) for token in row[4:HEADER]} == {FREE}


def test_a_label_is_the_next_answer_and_never_what_is_given(shard: Shard) -> None:
    for windows in (Windows(shard, 128), Windows(shard, 128, Augmentation(6, 0.5, 0.5, 0.5))):
        batch = next(windows.batches(8, seed=2))
        for ids, labels in zip(batch.ids, batch.labels, strict=True):
            for i, label in enumerate(labels[:-1]):
                answered = VOCABULARY.field(int(ids[i + 1])) in ANSWERED
                given = not answered or i + 1 <= HEADER
                assert label == (IGNORED if given else ids[i + 1])
            assert labels[-1] == IGNORED


def test_a_batch_is_the_same_wherever_one_starts_counting(shard: Shard) -> None:
    windows = Windows(shard, 96, Augmentation())
    from_start = windows.batches(4, seed=3)
    batches = [next(from_start) for _ in range(4)]
    third = next(windows.batches(4, seed=3, first_step=3))
    assert (third.ids == batches[3].ids).all()
    assert (third.labels == batches[3].labels).all()
    assert not (batches[0].ids == batches[1].ids).all()
    assert not (next(windows.batches(4, seed=4)).ids == batches[0].ids).all()


def test_augmentation_varies_key_tempo_controls_and_hearing(shard: Shard) -> None:
    batches = Windows(shard, 96, Augmentation(6, 0.3, 0.5, 0.5)).batches(64, seed=5)
    rows = next(batches).ids
    heard = [set(fields_of(row)) for row in rows]
    hidden = sum("COND_UNKNOWN" in fields for fields in heard)
    assert 0.15 < hidden / 64 < 0.5
    assert all("COND_UNKNOWN" not in fields or "BASS" not in fields for fields in heard)
    assert len({VOCABULARY.value(int(row[2])) for row in rows}) == 3
    named = (rows[:, 4] != VOCABULARY.id("DENSITY", FREE)).mean()
    assert 0.3 < named < 0.7
    roots = {
        VOCABULARY.value(int(row[HEADER + 1]))
        for row in rows
        if fields_of(row[HEADER + 1 : HEADER + 2]) == ["BASS"]
    }
    assert len(roots) > 9


def test_what_is_misremembered_is_a_pitch_and_never_an_answer(shard: Shard) -> None:
    plain = next(Windows(shard, 128, PLAIN).batches(32, seed=6))
    windows = Windows(shard, 128, replace(PLAIN, misremember=0.25))
    blurred = next(windows.batches(32, seed=6))
    row = 0
    while row < 32 and (plain.labels[row] == blurred.labels[row]).all():
        row += 1
    assert row >= 1, "the first window of a step is drawn before anything is misremembered"
    wrong = plain.ids[0] != blurred.ids[0]
    assert set(fields_of(plain.ids[0][wrong])) == {"PITCH"} == set(fields_of(blurred.ids[0][wrong]))
    off = np.abs(plain.ids[0][wrong] - blurred.ids[0][wrong])
    assert 1 <= off.min() <= off.max() <= 7
    labelled = [label for label in blurred.labels[0] if label != IGNORED]
    assert labelled == [label for label in plain.labels[0] if label != IGNORED]
    pitches = sum(field == "PITCH" for field in fields_of(blurred.ids.ravel()))
    seen = sum(
        (ids[i + 1] != label)
        for ids, labels in zip(blurred.ids, blurred.labels, strict=True)
        for i, label in enumerate(labels)
        if label != IGNORED
    )
    assert 0.15 < seen / pitches < 0.35


def test_transposition_stops_at_the_ends_of_the_piano(tmp_path: Path, roles: Path) -> None:
    high = tmp_path / "high"
    notes = tuple(Note(i / 2, 0.5, 107 + i % 2) for i in range(64))
    chords = tuple(Note(4.0 * bar, 3.0, 48) for bar in range(8))
    meta = SampleMeta("own", "high", "train", 120.0)
    write_sample(RoleSample("high", chords, notes, meta), high / "high")
    windows = Windows(build_shard(high, tmp_path / "s", "train"), 96, Augmentation(6, 0, 0, 0))
    pitches = {
        VOCABULARY.value(int(token))
        for token in next(windows.batches(64, seed=1)).ids.ravel()
        if VOCABULARY.field(int(token)) == "PITCH"
    }
    assert max(pitches) == 108
    assert min(pitches) == 101


@pytest.fixture
def pianist(tmp_path: Path, make_piece: MakePiece) -> Shard:
    """Three-note strikes, a little rolled, whose loudness and lengths nobody knows."""
    line = make_piece("a", player="pianist", unknown=("velocity", "duration"))
    target = [
        replace(note, pitch=note.pitch - below, onset_beats=note.onset_beats + below * 0.005)
        for note in line.target
        for below in (0, 3, 8)
    ]
    write_sample(replace(line, target=tuple(target)), tmp_path / "piano" / "a")
    return build_shard(tmp_path / "piano", tmp_path / "p", "train")


def test_a_rolled_strike_of_a_pianist_is_one_strike(pianist: Shard) -> None:
    fields = fields_of(pianist.tokens)
    assert fields.count("COLOUR") == 2 * fields.count("POS") > 100
    assert {
        VOCABULARY.value(int(row[1])) for row in next(Windows(pianist, 96).batches(4, 1)).ids
    } == {0}


def test_what_a_source_does_not_know_is_never_learnt(pianist: Shard) -> None:
    for augmentation, lengths in ((PLAIN, 0.0), (replace(PLAIN, rough_durations=0.5), 0.5)):
        batch = next(Windows(pianist, 128, augmentation).batches(32, seed=1))
        learnt = fields_of(batch.labels[batch.labels != IGNORED])
        assert "VEL" not in learnt
        assert learnt.count("DUR") / learnt.count("PITCH") == pytest.approx(lengths, abs=0.1)
        loudness = {int(token) for token in batch.ids.ravel() if fields_of([token]) == ["VEL"]}
        assert len(loudness) == 8, "any loudness stands there, so that none is believed"


def test_the_colours_of_a_strike_move_with_it(pianist: Shard) -> None:
    moved = next(Windows(pianist, 96, Augmentation(6, 0, 0, 0)).batches(16, seed=2)).ids
    for row in moved:
        fields = fields_of(row)
        for i, field in enumerate(fields):
            if field == "COLOUR" and fields[i - 1] == "VEL":
                assert VOCABULARY.value(int(row[i - 3])) - VOCABULARY.value(int(row[i])) == 3


def test_a_horn_never_strikes_two_keys(make_piece: MakePiece) -> None:
    line = make_piece("a", player="horn")
    graced = [Note(note.onset_beats + 0.01, 0.1, note.pitch + 1) for note in line.target]
    ids, _, _ = encode_sample(replace(line, target=(*line.target, *graced)))
    assert "COLOUR" not in fields_of(ids)
    assert fields_of(ids).count("PITCH") == 2 * len(line.target)


def test_a_source_can_be_drawn_less_often(
    roles: Path, tmp_path: Path, make_piece: MakePiece
) -> None:
    write_sample(make_piece("pop", source="pop", bars=72), roles / "pop")
    shard = build_shard(roles, tmp_path / "shard", "train")
    shares = []
    for weight in (1.0, 0.1):
        windows = Windows(shard, 96, PLAIN, {"pop": weight})
        shares.append(windows._chances[[s.source for s in shard.streams].index("pop")])
    assert shares[0] == pytest.approx(0.5, abs=0.1)
    assert shares[1] == pytest.approx(0.1, abs=0.03)


def test_a_performer_can_be_drawn_more_often(
    roles: Path, tmp_path: Path, make_piece: MakePiece
) -> None:
    write_sample(make_piece("m", performer="M", bars=24), roles / "m")
    shard = build_shard(roles, tmp_path / "shard", "train")
    tables = (Material(performers=("M",), weight=3.0), Material(to_year=2000))
    plain, more = (Windows(shard, 96, only=only)._chances for only in ((), tables))
    (m,) = (i for i, stream in enumerate(shard.streams) if stream.performer == "M")
    assert more[m] / (1 - more[m]) == pytest.approx(3 * plain[m] / (1 - plain[m]))


@pytest.mark.parametrize("context", [96, 200, 5000])
def test_every_answer_of_every_piece_is_counted_once(shard: Shard, context: int) -> None:
    counted = sum(
        (batch.labels != IGNORED).sum() for batch in Windows(shard, context).every_window(3)
    )
    answered = sum(
        sum(
            field in ANSWERED for field in fields_of(shard.tokens[s.first + 1 : s.first + s.length])
        )
        for s in shard.streams
    )
    assert counted == answered


def test_another_harmony_is_drawn_for_each_row_and_moves_nothing_else(shard: Shard) -> None:
    batch = next(iter(Windows(shard, 96).every_window(8)))
    other = other_harmony(batch.ids, (1, 6), [3])
    assert (other == other_harmony(batch.ids, (1, 6), [3])).all()
    differs = other != batch.ids
    assert differs.any(axis=1).all()
    assert set(fields_of(batch.ids[differs])) == {"BASS", "HARM"}


def test_held_out_windows_are_the_same_but_for_the_harmony(shard: Shard) -> None:
    windows = Windows(shard, 96)
    right, wrong = (list(windows.every_window(4, semitones)) for semitones in (0, 6))
    for one, other in zip(right, wrong, strict=True):
        assert (one.labels == other.labels).all()
        differs = one.ids != other.ids
        assert set(fields_of(one.ids[differs])) == {"BASS", "HARM"}
        assert (one.ids != PAD).sum() == (other.ids != PAD).sum()
