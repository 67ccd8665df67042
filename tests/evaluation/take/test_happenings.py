"""What a log tells besides the notes, counted and in words."""

from jambot.evaluation.take.happenings import happenings, told
from jambot.evaluation.take.kpi import session_figures
from jambot.evaluation.take.report import session_report, write_report


def eventful(log_book):
    book = log_book(clock="midi")
    for state in ("play", "jump", "jump", "stop"):
        book.write("transport", state=state, seconds=1.0, beat=2.0, song_beats=2.0)
    book.write("call", seconds=2.0, beat=4.0).write("call", seconds=4.0, beat=8.0)
    book.write("trigger", seconds=3.0, beat=6.0, reason="call").trigger(5.0)
    book.write("trigger", seconds=6.0, beat=12.0, reason="trade")
    book.write("gap", seconds=40.0, beat=14.0, seconds_lost=30.5)
    book.write("port", which="input", state="lost", seconds=41.0)
    book.write("port", which="input", state="back", seconds=42.0)
    book.write("player", state="restarted", seconds=43.0)
    book.write("order", order={"tap": {}}, seconds=44.0, beat=20.0)
    book.write("refused", order={"trigger": {}}, seconds=44.0, beat=20.0, reason="no")
    book.write("keep", seconds=45.0, beat=22.0, file="keep_1.mid", first_bar=1, last_bar=5)
    for state in ("asked", "failed"):
        book.write("keep", seconds=45.0, file="keep_2.mid", state=state)
    book.write("lost", count=9, from_seconds=44.0, until_seconds=45.0, reason="disk full")
    book.write("fault", error="ValueError: no", where="session.py:1")
    ends = {"own_notes_heard": 7, "lost_ticks": 3, "faults": 2, "unheard": 5000, "to_nobody": 5}
    return book.write("end", seconds=46.0, beat=24.0, **ends)


def test_everything_that_is_logged_is_counted(log_book):
    assert happenings(eventful(log_book).take()) == {
        "own_notes_heard": 7,
        "lost_ticks": 3,
        "faults": 2,
        "unheard": 5000,
        "gaps": {"count": 1, "seconds": 30.5},
        "transport": {"play": 1, "jump": 2, "stop": 1},
        "tempo_changes": 0,
        "calls": {"heard": 2, "answered": 1},
        "trades": 1,
        "ports_lost": {"input": 1},
        "to_nobody": 5,
        "player_restarts": 1,
        "orders": {"obeyed": 1, "refused": 1},
        "kept": ["keep_1.mid"],
        "not_kept": ["keep_2.mid"],
        "log_lost": 9,
    }


def test_of_a_quiet_take_nothing_is_told_and_of_a_cut_one_the_end_is_unknown(log_book):
    quiet = happenings(log_book().write("end", own_notes_heard=0, lost_ticks=0).take())
    assert told(quiet) == []
    assert happenings(log_book().note(1.0).take())["lost_ticks"] is None
    cut = log_book().write("fault", error="ValueError: no", where="session.py:1").take()
    assert happenings(cut)["faults"] == 1


def test_the_report_tells_it_in_both_forms(log_book, tmp_path):
    take = eventful(log_book).take()
    assert session_figures(take)["happened"]["lost_ticks"] == 3
    _, page = write_report(session_report(take), tmp_path)
    html = page.read_text(encoding="utf-8")
    for words in (
        "2 heard, 1 answered",
        "play 1, jump 2, stop 1",
        "1, 30.5 s in all",
        "keep_1.mid",
        "keep_2.mid",
        "Events missing in the log between 44 s and 45 s: 9 (disk full).",
    ):
        assert words in html
