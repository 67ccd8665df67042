"""Reading a session log back as music."""

import pytest

from jambot.errors import JamBotError, UsageError
from jambot.music import SILENCE, Harmony, HarmonyChange, Note
from jambot.music.take import read_take
from jambot.music.take_midi import chord_markers

C_MAJOR, F_MAJOR = (0, [0, 4, 7]), (5, [5, 9, 0])


def test_a_note_lasts_until_its_note_off_was_sent(log_book):
    take = log_book().note(1.0, ends_after=0.1).end(2.0).take()
    assert take.played[0].note == Note(2.0, pytest.approx(0.2), 72, 90)


def test_a_note_without_a_note_off_lasts_as_planned_and_is_marked(log_book):
    (played,) = log_book().note(1.0, ends_after=None).end(2.0).take().played
    assert played.note.duration_beats == 0.5
    assert not played.ended


def test_a_line_cut_in_the_middle_is_dropped_and_said(log_book, tmp_path):
    book = log_book().note(1.0)
    (tmp_path / "session.jsonl").write_text(book.text() + '{"event":"played","onset_be')
    take = read_take(tmp_path)
    assert len(take.played) == 1
    assert not take.whole


def test_a_broken_line_in_the_middle_is_refused_by_number(log_book, tmp_path):
    (tmp_path / "session.jsonl").write_text(log_book().text() + "nonsense\n" + '{"event":"end"}\n')
    with pytest.raises(JamBotError, match="line 2"):
        read_take(tmp_path)


def test_a_missing_log_is_wrong_use_and_another_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_take(tmp_path)
    (tmp_path / "session.jsonl").write_text('{"event":"end"}\n')
    with pytest.raises(JamBotError, match="no `session` line"):
        read_take(tmp_path)


def test_a_chord_struck_again_is_no_change(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 1.0, C_MAJOR).harmony(3, 2.0, F_MAJOR)
    assert [heard.id for heard in book.take().changed_harmonies] == [1, 3]


def test_the_hands_are_read_back_with_their_lengths(log_book):
    book = log_book()
    for beat, on in ((0.0, True), (1.5, False), (2.0, True), (3.0, False)):
        book.write("heard", seconds=beat / 2, beat=beat, pitch=48, velocity=70, on=on)
    assert book.take().conditioning() == [Note(0.0, 1.5, 48, 70), Note(2.0, 1.0, 48, 70)]


def line(book, *points):
    for seconds, beat, bpm, skipped in points:
        book.write("line", seconds=seconds, beat=beat, bpm=bpm, skipped=skipped)
    return book


def test_the_tempo_is_that_of_the_line(log_book):
    book = line(log_book(), (1.0, 0.0, 120.0, 0.0), (3.0, 4.0, 100.0, 0.0), (4.2, 6.0, 90.0, 0.0))
    tempo_map = book.take().tempo_map()
    assert tempo_map.starts_beats == (0.0, 4.0, 6.0)
    assert tempo_map.bpms == (120.0, 100.0, 90.0)


def test_between_two_points_of_a_bent_line_the_tempo_is_what_leads_from_one_to_the_other(log_book):
    book = line(log_book(), (0.0, 0.0, 118.0, 0.0), (2.0, 4.0, 121.0, 0.0))
    assert book.take().tempo_map().bpms == (120.0, 121.0)


def test_beats_that_were_skipped_take_their_place_in_the_file_and_no_note_is_longer(log_book):
    book = line(log_book(), (0.0, 0.0, 120.0, 0.0), (1.0, 4.0, 120.0, 2.0))
    book.note(0.9, ends_after=None).write("ended", pitch=72, due_seconds=1.1, beat=4.2)
    take = book.take()
    assert set(take.tempo_map().bpms) == {120.0}
    assert take.played[0].note.duration_beats == pytest.approx(0.4)


def test_a_log_without_a_line_keeps_its_first_tempo(log_book):
    assert log_book(bpm=96.0).take().tempo_map().bpms == (96.0,)


def test_what_the_charts_said_is_told_where_a_chart_was_followed(log_book):
    def told(source):
        book = log_book().write("form", seconds=0.0, beat=0.0, bars=2, top_beat=0.0, source=source)
        for id, classes in ((1, [7, 11]), (2, [0, 4, 7])):
            book.write(
                "expected", id=id, seconds=0.0, beat=4.0, bass=classes[0], pitch_classes=classes
            )
        return book.end(4.0).take().written()

    assert told("chart") == [HarmonyChange(4.0, Harmony(0, (0, 4, 7)))]
    assert told("heard") == []


def test_a_chart_that_is_over_names_no_chord_that_is_played_after_it(log_book):
    c_major, e_minor, book = (0, [0, 4, 7, 11]), [4, 7, 11], log_book()

    def expect(beat, chord):
        told = {"bass": chord[0], "pitch_classes": chord[1]}
        book.write("expected", id=1, seconds=book.seconds, beat=beat, **told)

    def form(beat, source):
        book.seconds = beat / 2
        book.write("form", seconds=book.seconds, beat=beat, bars=2, top_beat=0.0, source=source)

    book.seconds = 0.0
    expect(0.0, c_major)  # the tick in which a chart is given may write this first
    form(0.0, "chart")
    expect(8.0, c_major)
    form(6.0, "heard")
    expect(10.0, c_major)
    take = book.harmony(1, 1.0, (4, e_minor)).harmony(2, 10.0, (7, e_minor)).end(11.0).take()
    c_maj7 = Harmony(0, (0, 4, 7, 11))
    assert take.written() == [HarmonyChange(0.0, c_maj7), HarmonyChange(6.0, SILENCE)]
    assert chord_markers(take) == [(2.0, "Cmaj7"), (20.0, "G6")]
