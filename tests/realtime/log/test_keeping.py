"""Keeping what has just been played: bars of a jam that goes on, in a file."""

import multiprocessing
import os
import threading
import time

import pytest

from jambot.cli import main
from jambot.errors import JamBotError
from jambot.evaluation.take.happenings import happenings
from jambot.music import Meter, read_midi
from jambot.music.take import read_end, read_take
from jambot.realtime.log import keeping
from jambot.realtime.log.keeping import NOWHERE, keep_bars, last_bars
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.orders import Keep

CM7, FM7 = (48, 58, 63, 67), (41, 57, 60, 64)
OPENING = {"bpm": 120.0, "beats_per_bar": 4, "seed": 1}


def comp(stage, bars):
    for bar in range(bars):
        stage.strike(FM7 if bar % 2 else CM7)
        stage.go_to(4 * bar + 3.5)
        stage.release(FM7 if bar % 2 else CM7)
        stage.go_to(4 * bar + 4)


@pytest.fixture
def jam(make_stage, tmp_path):
    log = SessionLog(tmp_path / "session.jsonl")
    log.write("session", **OPENING)
    stage = make_stage(log=log)
    yield stage
    log.close()


def finished(stage):
    """Wait until what was asked for has been tried, and tell the stage."""
    for thread in threading.enumerate():
        if thread.name == "jambot keep":
            thread.join(60)
    stage.session.tick()


def shown(stage):
    return stage.session.status(stage.clock.now())


@pytest.fixture
def writers(monkeypatch):
    """Stands in for the processes: what is asked for, one at a time, and when each may end."""

    class Writers(list):
        may_end = threading.Semaphore(0)
        answer = ""
        at_once, most_at_once = 0, 0

        def __call__(self, asked):
            self.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            assert self.may_end.acquire(timeout=60)
            self.at_once -= 1
            return self.answer

    made = Writers()
    monkeypatch.setattr(keeping, "_by_a_process", made)
    return made


def test_the_last_bars_are_in_a_file_while_the_jam_goes_on(jam, tmp_path):
    comp(jam, 8)
    started = time.perf_counter()
    jam.orders.append(Keep(4))
    jam.session.tick()
    assert time.perf_counter() - started < 0.5
    assert shown(jam).kept == ""
    jam.run_for(1.0)
    finished(jam)
    name = shown(jam).kept
    assert name.endswith("_bars_5-8.mid")
    jam.log.close()
    kept, take = read_midi(tmp_path / name), read_take(tmp_path)
    solo = [n.note for n in take.played if 16 <= n.note.onset_beats < 32]
    assert [n.pitch for n in kept.track("solo").notes] == [n.pitch for n in solo]
    assert kept.track("solo").notes[0].onset_beats == pytest.approx(
        solo[0].onset_beats - 16, abs=1 / 480
    )
    assert {n.pitch for n in kept.track("conditioning").notes} == {*CM7, *FM7}
    assert kept.end_beats <= 16
    assert [event["file"] for event in take.of("keep")] == [name, name]
    assert happenings(take)["kept"] == [name]
    assert multiprocessing.active_children() == []


def test_a_button_keeps_too_and_late_in_a_bar_that_bar_is_meant(jam, tmp_path):
    comp(jam, 2)
    jam.go_to(10.5)
    jam.feed((0xB0, 85, 127))
    finished(jam)
    assert [path.name[-12:] for path in tmp_path.glob("*.mid")] == ["bars_1-3.mid"]


def test_it_is_kept_once_the_file_is_there_and_not_before(jam, tmp_path, writers):
    comp(jam, 4)
    jam.orders.append(Keep(2))
    jam.session.tick()
    assert shown(jam).kept == ""
    writers.may_end.release()
    finished(jam)
    assert shown(jam).kept == writers[0].name


def test_a_keep_that_fails_is_told_with_its_reason_and_the_next_one_is_written(jam, writers):
    comp(jam, 4)
    writers.answer = "No space left on device"
    jam.orders.append(Keep(2))
    jam.session.tick()
    writers.may_end.release()
    finished(jam)
    status = shown(jam)
    assert status.notice == f"{writers[0].name} was not kept: No space left on device"
    assert (status.kept, status.refused) == ("", 1)
    writers.answer = ""
    jam.orders.append(Keep(2))
    jam.session.tick()
    writers.may_end.release()
    finished(jam)
    jam.log.close()
    happened = happenings(read_take(jam.log.path))
    assert happened["not_kept"] == [writers[0].name]
    assert happened["kept"] == [writers[1].name] == [shown(jam).kept]


def test_sixty_presses_are_written_one_at_a_time_and_what_is_too_many_is_refused(jam, writers):
    comp(jam, 4)
    for _ in range(60):
        jam.orders.append(Keep(2))
        jam.session.tick()
    assert "still being written" in shown(jam).notice
    assert shown(jam).refused == 60 - keeping.MOST_WAITING
    for _ in range(keeping.MOST_WAITING):
        writers.may_end.release()
    finished(jam)
    assert writers.most_at_once == 1
    names = [asked.name for asked in writers]
    assert len(set(names)) == len(names) == keeping.MOST_WAITING
    jam.orders.append(Keep(2))
    writers.may_end.release()
    jam.session.tick()
    finished(jam)
    assert len(writers) == keeping.MOST_WAITING + 1


def test_a_jam_ends_after_what_it_was_asked_to_keep(jam, writers):
    comp(jam, 4)
    jam.orders.append(Keep(2))
    jam.session.tick()
    threading.Timer(0.2, writers.may_end.release).start()
    jam.session.close("stopped")
    jam.log.close()
    events = [(e["event"], e.get("state")) for e in read_take(jam.log.path).events[-2:]]
    assert events == [("keep", "kept"), ("end", None)]


def asked(tmp_path):
    return keeping._Asked(tmp_path / "session.jsonl", "keep.mid", 0.0, 8.0)


def test_a_process_that_cannot_write_says_why(tmp_path, log_book):
    log_book().note(0.5).write("keep", file="keep.mid", state="asked").end(8.0).take()
    assert keeping._by_a_process(asked(tmp_path)) == ""
    assert read_midi(tmp_path / "keep.mid").track("solo").notes
    (tmp_path / "keep.mid").unlink()
    (tmp_path / "keep.mid").mkdir()
    assert keeping._by_a_process(asked(tmp_path)) != ""


def test_a_process_that_dies_or_takes_for_ever_has_kept_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "_keep", die)
    assert keeping._by_a_process(asked(tmp_path)) == "its process ended with status 3"
    monkeypatch.setattr(keeping, "_keep", sleep)
    monkeypatch.setattr(keeping, "WRITE_SECONDS", 0.1)
    assert keeping._by_a_process(asked(tmp_path)) == "it took longer than 0.1 s"


def die(asked, answer):
    os._exit(3)


def sleep(asked, answer):
    time.sleep(600)


def test_where_nothing_is_written_nothing_can_be_kept_and_that_is_said(stage):
    stage.strike(CM7)
    stage.go_to(8)
    stage.orders.append(Keep())
    stage.session.tick()
    assert stage.session.status(stage.clock.now()).notice == NOWHERE


@pytest.mark.parametrize(
    ("beat", "bars", "first", "last"),
    [(15.9, 2, 2, 4), (16.5, 2, 2, 4), (17.0, 2, 3, 5), (2.0, 32, 0, 1)],
)
def test_the_last_bars_end_with_the_bar_that_is_meant(beat, bars, first, last):
    assert last_bars(Meter(4), beat, bars) == (first, last)


def test_of_a_long_log_only_the_end_is_read(log_book, monkeypatch):
    book = log_book(bpm=90.0)
    for beat in range(4000):
        book.write("frame", seconds=beat / 2, beat=float(beat), valid=True, lookahead_bars=2.0)
        if beat % 64 == 0:
            book.write("line", seconds=beat / 2, beat=float(beat), bpm=120.0, skipped=0.0)
    whole = book.end(2000.0).take()
    monkeypatch.setattr("jambot.music.take.END_BYTES", 20_000)
    end = read_end(book.path, 3900.0)
    assert end.bpm == 90.0
    assert end.tempo_map().bpm_at(3950.0) == 120.0
    assert 128 < len(end.events) < len(whole.events) / 4
    assert end.events[-1] == whole.events[-1]


def test_a_file_that_is_no_log_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "session.jsonl").write_text("hello\n")
    with pytest.raises(JamBotError, match="no `session` line"):
        keep_bars(tmp_path / "session.jsonl", tmp_path / "kept.mid", 0.0, 4.0)
    assert [path.name for path in tmp_path.iterdir()] == ["session.jsonl"]


def test_the_command_keeps_bars_of_a_take_that_is_over(jam, tmp_path, capsys):
    comp(jam, 6)
    jam.log.close()
    with pytest.raises(SystemExit) as ended:
        main(["keep", str(tmp_path), "--bars", "2", "-o", str(tmp_path / "mine.mid")])
    assert ended.value.code == 0
    assert "bars 5 to 6" in capsys.readouterr().out
    assert read_midi(tmp_path / "mine.mid").end_beats <= 8


def test_kept_bars_take_a_free_name_and_no_file_that_is_there(jam, tmp_path, capsys):
    comp(jam, 6)
    jam.log.close()
    log, mine = tmp_path / "session.jsonl", tmp_path / "mine.mid"
    mine.write_bytes(b"mine")

    def keep(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["keep", str(tmp_path), "--bars", "2", *map(str, arguments)])
        return ended.value.code

    before = log.read_bytes()
    assert keep("-o", log) == keep("-o", log, "--force") == keep("-o", mine) == 2
    assert "mine_2.mid is free" in capsys.readouterr().err
    assert (log.read_bytes(), mine.read_bytes()) == (before, b"mine")
    assert keep() == keep() == keep("-o", mine, "--force") == 0
    assert [path.name for path in sorted(tmp_path.glob("keep*.mid"))] == [
        "keep_bars_5-6.mid",
        "keep_bars_5-6_2.mid",
    ]
    assert read_midi(mine).end_beats <= 8
