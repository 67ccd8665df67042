"""Keeping what has just been played: bars of a jam that goes on, in a file."""

import multiprocessing
import threading
import time

import pytest

from jambot.cli import main
from jambot.errors import JamBotError
from jambot.music import Meter, read_midi
from jambot.music.take import read_end, read_take
from jambot.realtime.keeping import NOWHERE, keep_bars, last_bars
from jambot.realtime.orders import Keep
from jambot.realtime.session_log import SessionLog

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


def finished():
    for thread in threading.enumerate():
        if thread.name == "jambot keep":
            thread.join(60)


def test_the_last_bars_are_in_a_file_while_the_jam_goes_on(jam, tmp_path):
    comp(jam, 8)
    started = time.perf_counter()
    jam.orders.append(Keep(4))
    jam.session.tick()
    assert time.perf_counter() - started < 0.5
    name = jam.session.status(jam.clock.now()).kept
    assert name.endswith("_bars_5-8.mid")
    jam.run_for(1.0)
    finished()
    jam.log.close()
    kept, take = read_midi(tmp_path / name), read_take(tmp_path)
    solo = [n.note for n in take.played() if 16 <= n.note.onset_beats < 32]
    assert [n.pitch for n in kept.track("solo").notes] == [n.pitch for n in solo]
    assert kept.track("solo").notes[0].onset_beats == pytest.approx(
        solo[0].onset_beats - 16, abs=1 / 480
    )
    assert {n.pitch for n in kept.track("conditioning").notes} == {*CM7, *FM7}
    assert kept.end_beats <= 16
    assert [event["file"] for event in take.of("keep")] == [name]
    assert multiprocessing.active_children() == []


def test_a_button_keeps_too_and_late_in_a_bar_that_bar_is_meant(jam, tmp_path):
    comp(jam, 2)
    jam.go_to(10.5)
    jam.feed((0xB0, 85, 127))
    finished()
    assert [path.name[-12:] for path in tmp_path.glob("*.mid")] == ["bars_1-3.mid"]


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
    assert "bars 5 to 6" in " ".join(capsys.readouterr().out.split())
    assert read_midi(tmp_path / "mine.mid").end_beats <= 8
