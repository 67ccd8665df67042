"""Lead sheets: pickups, metres, chord kinds."""

import pytest

from jambot.roles.piece import RefusedError
from jambot.roles.prepare import prepare
from jambot.roles.sample import find_samples, read_sample
from jambot.roles.sources.lead_sheet import sheet_piece


def sheet(**changes):
    return {
        "id": "tune",
        "split": "train",
        "timesigs": [[0.0, 3, 4]],
        "tempos": [],
        "measures": [0.0, 1.0, 4.0, 7.0],
        "chords": [
            [1.0, 9, "minor-seventh", 9, [9, 0, 4, 7]],
            [4.0, 2, "dominant", 6, [2, 6, 9, 0]],
            [7.0, 7, "power", 7, [7, 2]],
        ],
        "melody": [[60 + i % 7, i * 0.5, 0.5] for i in range(40)],
        **changes,
    }  # fmt: skip


def test_a_pickup_moves_to_the_end_of_its_own_bar():
    piece = sheet_piece(sheet())
    assert piece.beats_per_bar == 3
    assert piece.target[0].onset_beats == 2.0
    assert piece.chords[0].onset_beats == 3.0


def test_chord_kinds_become_symbols_with_their_bass():
    piece = sheet_piece(sheet())
    assert [span.chord.symbol for span in piece.chords[:2]] == ["Am7", "D7/Gb"]
    assert piece.chords[2].chord.root == 7
    assert piece.chords[-1].end_beats == piece.target[-1].end_beats


def test_odd_eighths_are_counted_in_pairs_of_bars():
    assert sheet_piece(sheet(timesigs=[[0.0, 3, 8]], measures=[0.0, 1.5])).beats_per_bar == 3


def test_no_metre_written_is_four():
    assert sheet_piece(sheet(timesigs=[], measures=[0.0, 4.0])).beats_per_bar == 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"melody": []}, "0 notes"),
        ({"chords": []}, "0 chords"),
        ({"timesigs": [[0, 4, 4], [8, 3, 4]]}, "metres"),
        ({"timesigs": [[0, 4, 0]]}, "not a lead sheet"),
        ({"melody": [["x", 0, 1]] * 20}, "not a lead sheet"),
        ({"melody": None}, "not a lead sheet"),
    ],
)
def test_what_cannot_be_used_is_named(change, reason):
    with pytest.raises(RefusedError, match=reason):
        sheet_piece(sheet(**change))


def test_a_collection_of_sheets_is_comped(tmp_path, write_lines):
    write_lines(tmp_path / "ewld" / "leadsheets.jsonl.gz", [sheet(), sheet(id="bad", melody=[])])
    report = prepare([tmp_path / "ewld"], tmp_path / "out", transpose="0", jobs=0)
    assert (report.total, report.items, report.written) == (2, 2, 4)
    assert [name for _, name, _ in report.refused] == ["bad"]
    sample = read_sample(find_samples(tmp_path / "out")[0])
    assert len(sample.conditioning) > 6
