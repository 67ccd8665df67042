"""A folder belongs to one take: nothing of another is written over, unlinked or mixed in."""

import errno
import shutil
import threading
from datetime import datetime

import pytest

from jambot.cli import main
from jambot.cli.take_folder import take_folder
from jambot.control.room.shelf import Shelf
from jambot.errors import JamBotError, UsageError
from jambot.music.take import read_take

LINE = '{"event": "session", "bpm": 120.0}\n'


def demo(*options):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--seconds", "2", "--adapter", "chord-tones", "--no-sound", *options])
    return ended.value.code or 0


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_take_that_lies_there_is_never_written_over(tmp_path, capsys):
    assert demo("--out", str(tmp_path / "take"), "--seed", "1") == 0
    before = contents(tmp_path / "take")
    assert demo("--out", str(tmp_path / "take"), "--seed", "2") == 2
    said = capsys.readouterr().err
    assert "a take lies there already" in said
    assert "what to do: name another folder" in said
    assert contents(tmp_path / "take") == before


@pytest.mark.parametrize("name", ["session.jsonl", "session.mid", "solo.wav", "report.html"])
def test_no_file_of_anybodys_is_taken_for_ours(name, tmp_path):
    (tmp_path / name).write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="a take lies there"), take_folder(tmp_path):
        pytest.fail("the folder was given away")
    assert contents(tmp_path) == {name: b"somebody's"}


def test_of_two_jams_that_want_one_folder_one_gets_it(tmp_path):
    folder, both, refused = tmp_path / "take", threading.Barrier(8), []
    done = threading.Barrier(8)

    def jam():
        both.wait()
        try:
            with take_folder(folder, sound=False):
                done.wait()
        except UsageError as error:
            refused.append(error)
            done.wait()

    jams = [threading.Thread(target=jam) for _ in range(8)]
    for one in jams:
        one.start()
    for one in jams:
        one.join()
    assert len(refused) == 7


def test_a_take_is_copied_whole_or_not_at_all(tmp_path, monkeypatch):
    take = tmp_path / "take"
    take.mkdir()
    for name in ("session.jsonl", "session.mid"):
        (take / name).write_text(LINE)
    copied = []

    def full(source, target):
        if copied:
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(shutil.copy(source, target))
        return copied[-1]

    monkeypatch.setattr("jambot.control.room.shelf.shutil.copy2", full)
    with pytest.raises(JamBotError, match="No space left on device"):
        Shelf(tmp_path).export(take, tmp_path / "copy")
    assert copied
    assert not (tmp_path / "copy").exists()


def test_takes_of_one_second_have_folders_of_their_own(tmp_path, monkeypatch):
    class Noon(datetime):
        @classmethod
        def now(cls):
            return cls(2026, 11, 29, 12)

    monkeypatch.setattr("jambot.cli.take_folder.datetime", Noon)
    monkeypatch.chdir(tmp_path)
    for seed in ("1", "2", "3"):
        assert demo("--seed", seed) == 0
    folders = sorted((tmp_path / "takes").iterdir())
    assert [f.name.removeprefix("2026-11-29_12-00-00") for f in folders] == ["", "_2", "_3"]
    assert [read_take(folder).session["seed"] for folder in folders] == [1, 2, 3]


def test_a_folder_in_which_nothing_was_played_is_given_back_with_what_else_lies_there(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "chords.txt").write_text("| C |")
    for name in ("mine", "new"):
        with take_folder(tmp_path / name):
            pass
    assert contents(tmp_path / "mine") == {"chords.txt": b"| C |"}
    assert not (tmp_path / "new").exists()


def test_a_folder_that_somebody_removes_while_it_is_played_into_costs_a_sentence(tmp_path):
    def played_and_robbed():
        with take_folder(tmp_path / "take") as folder:
            shutil.rmtree(folder)

    with pytest.raises(JamBotError, match="was removed while it was being written"):
        played_and_robbed()


def test_what_was_played_before_a_fault_is_finished_and_the_fault_is_told(tmp_path, log_book):
    log_book().note(0.5).end(1.0).take()
    written = (tmp_path / "session.jsonl").read_bytes()

    def played_and_failed():
        with take_folder(tmp_path / "take", sound=False) as folder:
            (folder / "session.jsonl").write_bytes(written)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        played_and_failed()
    assert {"session.mid", "report.html", "report.json"} <= set(contents(tmp_path / "take"))
