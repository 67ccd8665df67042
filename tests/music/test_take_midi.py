"""A take as the MIDI file that a DAW opens, read back by other people's programs."""

import mido
import pytest
import symusic

from jambot.music.take_midi import write_bars, write_session_midi

C_MAJOR, F_MAJOR = (0, [0, 4, 7]), (5, [5, 9, 0])


def hands(book, *notes):
    rows = [(on, True, pitch) for on, _, pitch in notes]
    rows += [(off, False, pitch) for _, off, pitch in notes]
    for beat, on, pitch in sorted(rows):
        book.write("heard", seconds=beat / 2, beat=beat, pitch=pitch, velocity=70 * on, on=on)
    return book


def tapped(log_book):
    """Eight bars: 120 bpm, tapped down to 80 on beat 16."""
    book = log_book()
    for seconds, beat, bpm in ((0.0, 0.0, 120.0), (8.0, 16.0, 80.0)):
        book.write("line", seconds=seconds, beat=beat, bpm=bpm, skipped=0.0)
    book.harmony(1, 0.0, C_MAJOR).harmony(2, 6.0, F_MAJOR)
    for beat in range(32):
        seconds = beat / 2 if beat < 16 else 8.0 + (beat - 16) * 0.75
        book.write(
            "played", onset_beats=beat + 0.25, duration_beats=0.5, pitch=60 + beat, velocity=90,
            due_seconds=seconds, sent_seconds=seconds, source="model", prompt=1, harmony=1,
        )  # fmt: skip
        book.write("ended", pitch=60 + beat, due_seconds=seconds, beat=beat + 0.75)
    return hands(book, (0.0, 14.0, 48), (14.0, 30.0, 41)).end(20.0)


def meta(path, kind):
    """(tick, message) of the conductor's track."""
    found, tick = [], 0
    for message in mido.MidiFile(path).tracks[0]:
        tick += message.time
        if message.type == kind:
            found.append((tick, message))
    return found


def onsets(path, track):
    score = symusic.Score(str(path))
    return [note.time / score.ticks_per_quarter for note in score.tracks[track].notes]


def test_tempo_metre_and_chords_stand_where_they_were_played(log_book, tmp_path):
    path = tmp_path / "session.mid"
    write_session_midi(tapped(log_book).take(), path)
    tempi = [(tick, round(mido.tempo2bpm(m.tempo), 3)) for tick, m in meta(path, "set_tempo")]
    assert tempi == [(0, 120.0), (16 * 480, 80.0)]
    ((tick, metre),) = meta(path, "time_signature")
    assert (tick, metre.numerator, metre.denominator) == (0, 4, 4)
    assert [(tick, m.text) for tick, m in meta(path, "marker")] == [(0, "C"), (12 * 480, "F")]
    assert mido.MidiFile(path).length == pytest.approx(8.0 + 15.75 * 0.75, abs=0.01)


def test_both_hands_of_the_jam_are_tracks_by_name_and_another_reader_agrees(log_book, tmp_path):
    path = tmp_path / "session.mid"
    write_session_midi(tapped(log_book).take(), path)
    score = symusic.Score(str(path))
    assert [track.name for track in score.tracks] == ["solo", "conditioning"]
    assert onsets(path, 0) == [beat + 0.25 for beat in range(32)]
    assert onsets(path, 1) == [0.0, 14.0]
    assert [round(tempo.qpm, 3) for tempo in score.tempos] == [120.0, 80.0]


def test_what_was_played_before_beat_0_moves_the_file_by_whole_bars(log_book, tmp_path):
    path = tmp_path / "session.mid"
    book = hands(log_book(), (-1.5, -0.5, 48), (0.0, 2.0, 48)).harmony(1, 0.0, C_MAJOR)
    write_session_midi(book.end(2.0).take(), path)
    assert onsets(path, -1) == [2.5, 4.0]
    assert [tick for tick, _ in meta(path, "marker")] == [4 * 480]


def test_some_bars_begin_at_tick_0_with_their_tempo_their_chord_and_what_is_held(
    log_book, tmp_path
):
    path = tmp_path / "bars.mid"
    assert write_bars(tapped(log_book).take(), path, 16.0, 24.0) == 8
    assert onsets(path, 0) == [beat + 0.25 for beat in range(8)]
    assert onsets(path, 1) == [0.0]
    assert [(tick, m.text) for tick, m in meta(path, "marker")] == [(0, "F")]
    assert [round(mido.tempo2bpm(m.tempo), 3) for _, m in meta(path, "set_tempo")] == [80.0]
    assert mido.MidiFile(path).length == pytest.approx(8 * 0.75)


def test_a_tempo_change_inside_the_bars_lies_where_it_fell(log_book, tmp_path):
    path = tmp_path / "bars.mid"
    write_bars(tapped(log_book).take(), path, 12.0, 20.0)
    assert [tick for tick, _ in meta(path, "set_tempo")] == [0, 4 * 480]


def test_bars_in_which_nothing_happened_are_empty_tracks(log_book, tmp_path):
    path = tmp_path / "bars.mid"
    assert write_bars(log_book().end(2.0).take(), path, 0.0, 16.0) == 0
    assert [len(track.notes) for track in symusic.Score(str(path)).tracks] in ([], [0, 0])


def test_the_band_has_tracks_of_its_own_and_its_notes_end_when_they_ended(log_book, tmp_path):
    book = tapped(log_book)
    for voice, pitch in (("bass", 40), ("drums", 51)):
        for beat in range(8):
            book.write(
                "band", voice=voice, onset_beats=float(beat), duration_beats=0.9, pitch=pitch,
                velocity=80, due_seconds=beat / 2, sent_seconds=beat / 2, harmony=1,
            )  # fmt: skip
            if voice == "bass":
                book.write("band_ended", voice=voice, pitch=pitch, beat=beat + 0.5, due_seconds=0.0)
    path = tmp_path / "session.mid"
    write_session_midi(book.take(), path)
    tracks = {track.name: track for track in symusic.Score(str(path)).tracks}
    assert set(tracks) >= {"solo", "conditioning", "bass", "drums"}
    assert (tracks["drums"].is_drum, tracks["bass"].program) == (True, 32)
    assert [note.duration for note in tracks["bass"].notes] == [240] * 8
    assert len(tracks["drums"].notes) == 8
    assert len(tracks["solo"].notes) == 32
