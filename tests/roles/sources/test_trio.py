"""Trio piano: bar lines, hands, what is known and what is not, and what is refused."""

import pytest

from jambot.music import Note, TempoMap, Track, write_midi
from jambot.roles.corpus import count_items, find_items
from jambot.roles.items import read_item
from jambot.roles.piece import RefusedError
from jambot.roles.sources.trio import read_tracks, stretches, track_pieces

BEAT_S = 0.5


def beats(bars, metre=4, first=1, at=0.0):
    """Even beats at 120 bpm; `first` is the count of the first one."""
    return [[at + i * BEAT_S, (first - 1 + i) % metre + 1] for i in range(bars * metre)]


def trio_track(name="evansb-mytune-ab-1961-0001", bars=30, windows=(0, 1), **changes):
    """A left hand of shells on 1 and 3, a right hand of eighths with a third under each beat."""
    rows = []
    for i in range(bars * 8):
        onset = i * BEAT_S / 2
        rows.append([onset, 0.2, 72 + (i * 5) % 9, i / 2, 1])
        if i % 2 == 0:
            rows.append([onset, 0.2, 69, i / 2, 1])
        if i % 4 == 0:
            rows += [[onset, 0.9, pitch, i / 2, 1] for pitch in (46, 50, 56)]
    track = {
        "id": name, "pianist": "Bill Evans", "title": "My Tune", "album": "", "year": 1961,
        "tempo": 120.0, "time_signature": 4, "split": "val", "windows": list(windows),
        "beats": beats(bars), "notes": rows, "bass_onsets": [0.0], "drum_onsets": [0.0],
    }  # fmt: skip
    return {**track, "clips": [], **changes}


def test_the_left_hand_is_given_as_played_and_the_right_answers_with_all_its_notes(tmp_path):
    (piece,) = track_pieces(trio_track(), tmp_path)
    assert {n.pitch for n in piece.conditioning} == {46, 50, 56}
    assert [n.pitch for n in piece.target[:3]] == [69, 72, 77]
    assert [n.onset_beats for n in piece.target[:3]] == [0.0, 0.0, 0.5]
    assert (piece.split, piece.performer, piece.year, piece.tempo_bpm) == (
        "val", "Bill Evans", 1961, 120.0,
    )  # fmt: skip


def test_what_was_not_transcribed_is_named_and_never_made_up(tmp_path):
    (piece,) = track_pieces(trio_track(), tmp_path)
    assert (piece.player, piece.unknown) == ("pianist", ("velocity", "duration"))
    assert {n.velocity for n in (*piece.target, *piece.conditioning)} == {80}


def test_a_piece_is_a_run_of_windows_and_nothing_reaches_beyond_it(tmp_path):
    track = trio_track(bars=75, windows=(0, 2, 3))
    first, second = track_pieces(track, tmp_path)
    lasts = [max(n.end_beats for n in (*p.target, *p.conditioning)) for p in (first, second)]
    assert [p.source_id.rpartition(".")[2] for p in (first, second)] == ["0", "120"]
    assert (lasts[0] <= 60.0, lasts[1] <= 120.0) == (True, True)
    assert first.signature == second.signature


def test_a_piece_begins_on_a_bar_line_and_what_was_struck_before_it_is_not_struck_again(tmp_path):
    track = trio_track(beats=beats(30, first=4))
    track["notes"].append([0.05, 2.0, 41, 0.1, 1])
    (piece,) = track_pieces(track, tmp_path)
    assert piece.source_id.endswith(".1")
    assert (piece.target[0].onset_beats, piece.target[0].pitch) == (0.0, 69)
    assert all(n.pitch != 41 for n in piece.conditioning)


def test_a_downbeat_struck_a_little_early_belongs_to_the_bar_it_opens(tmp_path):
    track = trio_track(bars=40, windows=(1,), beats=beats(40, at=0.04))
    (piece,) = track_pieces(track, tmp_path)
    assert piece.source_id.endswith(".60")
    assert [n.onset_beats for n in piece.conditioning[:4]] == [0.0, 0.0, 0.0, pytest.approx(1.92)]


def test_the_count_that_skips_ends_a_stretch():
    counted = [*beats(10), *beats(10, at=20.5)]
    del counted[39]
    found = stretches(counted, 4, 0.0, 100.0)
    assert [(s.first, s.last) for s in found] == [(0, 36), (39, 75)]


def test_a_bar_with_a_beat_half_as_long_belongs_to_no_stretch():
    counted = beats(20)
    counted[41][0] += 0.3
    assert [(s.first, s.last) for s in stretches(counted, 4, 0.0, 100.0)] == [(0, 40), (44, 76)]


def test_a_bar_whose_end_is_not_known_is_left_out():
    assert [(s.first, s.last) for s in stretches(beats(20), 4, 0.2, 30.0)] == [(4, 60)]


def test_a_clip_is_a_piece_of_its_own_whose_touch_and_lengths_are_known(tmp_path):
    track = trio_track()
    keys = [
        Note(max(0.0, 2 * (onset - 0.03)), 0.3, pitch, 40 + pitch % 50)
        for onset, _, pitch, *_ in track["notes"]
        if onset < 30.0
    ]
    (tmp_path / "clips").mkdir()
    write_midi(
        tmp_path / "clips" / f"{track['id']}.000.mid", [Track("", keys)], TempoMap.constant(120.0)
    )
    whole, clip = track_pieces({**track, "clips": [[0, 1]]}, tmp_path)
    assert (clip.variant, clip.unknown, clip.player) == ("clip", (), "pianist")
    assert [n.velocity for n in clip.target[:4]] == [40 + p % 50 for p in (69, 72, 77, 69)]
    late = [c.onset_beats - w.onset_beats for c, w in zip(clip.target, whole.target, strict=False)]
    assert max(abs(beats) for beats in late[2:60]) < 0.01
    assert clip.signature == whole.signature


def test_ghosts_of_the_bass_and_keys_too_short_to_be_struck_are_left_out(tmp_path):
    track = trio_track()
    track["notes"] += [[4.0, 0.1, 30, 8.0, 1], [8.0, 0.2, 31, 16.0, 1]]
    keys = [Note(2 * o, 0.3, p, 70) for o, _, p, *_ in trio_track()["notes"] if o < 30.0]
    keys += [Note(9.0, 0.03, 100, 60), Note(9.0, 0.05, 99, 60)]
    (tmp_path / "clips").mkdir()
    write_midi(
        tmp_path / "clips" / f"{track['id']}.000.mid", [Track("", keys)], TempoMap.constant(120.0)
    )
    whole, clip = track_pieces({**track, "clips": [[0, 1]]}, tmp_path)
    assert {n.pitch for n in whole.conditioning} == {31, 46, 50, 56}
    assert {99, 100} & {n.pitch for n in clip.target} == {99}


def test_a_track_that_knows_too_little_or_is_none_is_refused_by_name(tmp_path):
    with pytest.raises(RefusedError, match=r"mytune.*no 8 even bars"):
        track_pieces(trio_track(bars=6), tmp_path)
    with pytest.raises(RefusedError, match="not a track of trio piano"):
        track_pieces({"id": "x", "windows": [0], "clips": []}, tmp_path)
    with pytest.raises(RefusedError, match="forward in time"):
        track_pieces(trio_track(beats=[[1.0, 1], [0.5, 2]] * 40), tmp_path)


def test_a_folder_with_piano_lines_is_the_corpus(tmp_path, write_lines):
    tracks = [trio_track(), trio_track("monkt-other-ab-1957-0002", split="train")]
    for track in tracks:
        del track["clips"]
    write_lines(tmp_path / "jtd" / "piano.jsonl.gz", tracks)
    (tmp_path / "jtd" / "clips").mkdir()
    (tmp_path / "jtd" / "clips" / f"{tracks[0]['id']}.001.mid").write_bytes(b"1234")
    items = list(find_items(tmp_path / "jtd"))
    assert count_items(tmp_path / "jtd") == 2
    assert [(i.kind, i.source, i.record["clips"]) for i in items] == [
        ("trio", "jtd", [[1, 4]]), ("trio", "jtd", []),
    ]  # fmt: skip
    pieces, _ = read_item(items[1], ("hands",))
    assert [p.split for p in pieces] == ["train"]
    assert "bass_onsets" not in next(read_tracks(tmp_path / "jtd"))
