"""What a model reads: the past put together from pictures, and music as text."""

from collections.abc import Callable
from dataclasses import replace

from jambot.control.mcp_server.history import MOST_NOTES, HeardNote, History
from jambot.control.mcp_server.roll import pitch_name, text_roll
from jambot.control.room.picture import Picture
from jambot.music import Harmony, HarmonyChange, Note
from jambot.realtime.hands.strokes import Stroke
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.status import SessionStatus

Make = Callable[..., SessionStatus]


def seen(*statuses: SessionStatus) -> History:
    picture, history = Picture(), History()
    for status in statuses:
        picture.take(status)
        history.take(picture.message())
    return history


def test_the_past_is_longer_than_one_picture(status: Make) -> None:
    def at(beat: float, pitch: int) -> SessionStatus:
        note = PlannedNote(Note(beat - 0.5, 0.5, pitch, 80))
        return replace(status(), beat=beat, promised=(note,), planned=())

    history = seen(at(4.0, 60), at(40.0, 62), at(80.0, 64))
    assert [note.pitch for note in history.solo(0, 100)] == [60, 62, 64]
    assert [note.onset_beats for note in history.solo(30, 100)] == [39.5, 79.5]


def test_what_is_promised_what_is_tentative_and_what_sounded_are_told_apart(status: Make) -> None:
    promised = (PlannedNote(Note(4.0, 0.5, 69, 88)), PlannedNote(Note(5.25, 0.5, 71, 88)))
    history = seen(status(beat=5.0, promised=promised))
    assert [note.pitch for note in history.solo(0, 8)] == [69]
    assert [note.pitch for note in history.promised()] == [71]
    assert [note.pitch for note in history.tentative()] == [72, 74]


def test_a_promise_that_a_panic_broke_was_never_played(status: Make) -> None:
    note = PlannedNote(Note(5.25, 0.5, 71, 88))
    history = seen(
        status(beat=5.0, promised=(note,)), status(beat=5.1, promised=(), planned=(), playing=False)
    )
    assert history.solo(0, 8) == history.promised() == history.tentative() == []


def test_an_earlier_beat_is_a_new_session(status: Make) -> None:
    history = seen(status(beat=50.0), status(beat=0.0, promised=(), planned=()))
    assert history.solo(0, 100) == []


def test_a_key_gets_its_end_when_it_is_lifted(status: Make) -> None:
    down, up = Stroke(4.0, 60, 80), Stroke(4.0, 60, 80, 5.5)
    history = seen(
        status(beat=5.0, hands=(down,), held=(60,)), status(beat=6.0, hands=(up,), held=())
    )
    assert [note.end_beats for note in history.hands(0, 8)] == [5.5]


def test_the_chord_that_holds_at_the_first_bar_is_told_there_and_a_repeated_one_once(
    status: Make,
) -> None:
    dm, g7 = Harmony.of((38, 53, 57, 60)), Harmony.of((43, 53, 59, 62))
    changes = (HarmonyChange(0.0, dm), HarmonyChange(4.0, dm), HarmonyChange(8.0, g7))
    history = seen(status(beat=9.0, harmony=g7, harmonies=changes))
    assert history.chords(4.0, 12.0) == [(4.0, "Dm7"), (8.0, "G7")]


def test_pitches_are_named_as_musicians_say_them() -> None:
    assert [pitch_name(pitch) for pitch in (60, 70, 21)] == ["C4", "Bb4", "A0"]


def test_a_roll_shows_who_played_what_when() -> None:
    solo = [HeardNote(0.5, 1.5, 72, 90), HeardNote(2.0, 2.25, 69, 90)]
    hands = [HeardNote(0.0, 4.0, 48, 70), HeardNote(2.0, 3.0, 69, 70)]
    roll = text_roll(solo, hands, [(0.0, "Am7"), (3.0, "D7")], 0.0, 1, 4)
    assert roll.splitlines() == [
        "     |Am7         D7  |",
        "C5   |..#===..........|",
        "A4   |........#---....|",
        "C3   |o---------------|",
        "     |1   2   3   4   |",
    ]


def test_a_roll_of_three_in_a_bar_has_its_lines_there_and_cuts_names_that_meet() -> None:
    roll = text_roll([], [], [(0.0, "Gm7b5/Db"), (1.0, "C7"), (9.0, "F")], 0.0, 2, 3)
    assert roll.splitlines() == [
        "     |Gm7,C7      |            |",
        "     |1   2   3   |1   2   3   |",
    ]


def test_of_a_jam_that_never_ends_the_oldest_chords_are_forgotten() -> None:
    history = History()
    chords = (MOST_NOTES // 24 + 2) * 24
    for first in range(0, chords, 24):
        told = [[float(at), "C" if at % 2 else "F", [0]] for at in range(first, first + 24)]
        picture = {"beat": first + 24.0, "meter": 4, "solo": [], "hands": [], "coming": []}
        history.take(picture | {"chords": told})
    assert len(history.chords(0.0, 1e9)) == MOST_NOTES
    assert history.chords(chords - 1.0, 1e9) == [(chords - 1.0, "C")]
