"""Files of takes that make way for the next one: one take at a time, none forgotten."""

import json
import threading

import pytest

from jambot.cli import finishing as room
from jambot.cli import main
from jambot.cli.finishing import Finishing
from jambot.errors import JamBotError


def recorded(folder):
    folder.mkdir()
    line = json.dumps({"event": "session", "bpm": 120.0}) + "\n"
    (folder / "session.jsonl").write_text(line, encoding="utf-8")
    return folder


@pytest.fixture
def takes(tmp_path):
    return [recorded(tmp_path / name) for name in ("one", "two", "three")]


def ending_with(codes, monkeypatch):
    monkeypatch.setattr(room, "_elsewhere", lambda folder, sound: codes[folder.name])


def test_takes_that_follow_each_other_quickly_are_made_one_at_a_time(takes, monkeypatch):
    begun, may_end, at_work, most = threading.Semaphore(0), threading.Semaphore(0), [], []

    def elsewhere(folder, sound):
        at_work.append(folder)
        most.append(len(at_work))
        begun.release()
        may_end.acquire()
        at_work.remove(folder)
        return 0

    monkeypatch.setattr(room, "_elsewhere", elsewhere)
    finishing = Finishing()
    for take in takes:
        finishing.begin(take, False)
    begun.acquire()
    assert not begun.acquire(timeout=0.2)
    for _ in takes:
        may_end.release()
    finishing.wait()
    assert most == [1, 1, 1]


@pytest.mark.parametrize("none", ["subprocess.Popen", "threading.Thread.start"])
def test_where_no_process_can_be_started_the_files_are_made_here(takes, monkeypatch, none):
    def refuse(*given, **named):
        raise RuntimeError if "Thread" in none else OSError("too many processes")

    finishing = Finishing()
    with monkeypatch.context() as scarce:
        scarce.setattr(f"jambot.cli.finishing.{none}", refuse)
        finishing.begin(takes[0], False)
        finishing.wait()
    assert (takes[0] / "report.html").is_file()


def test_takes_whose_files_were_not_made_are_named_with_the_cure(takes, monkeypatch, capsys):
    ending_with({"one": 1, "two": 0, "three": -9}, monkeypatch)
    finishing = Finishing()
    for take in takes:
        finishing.begin(take, False)
    with pytest.raises(JamBotError) as ended:
        finishing.wait()
    assert ended.value.found == f"files are missing for {takes[0]}, {takes[2]}"
    assert f"`jambot report {takes[0]}`, `jambot report {takes[2]}`" in ended.value.cure


def test_each_take_that_is_waited_for_is_named_and_a_closed_terminal_stops_nothing(
    takes, monkeypatch
):
    said, go = [], threading.Event()

    class Closed:
        def print(self, words):
            said.append(words)
            go.set()
            raise BrokenPipeError

    monkeypatch.setattr(room, "out", Closed())
    monkeypatch.setattr(room, "_elsewhere", lambda folder, sound: 0 if go.wait(30) else 1)
    finishing = Finishing()
    finishing.begin(takes[0], False)
    finishing.wait()
    assert said == [f"making the files of {takes[0]} …"]


def test_a_take_that_was_deleted_lacks_no_files(takes, monkeypatch):
    ending_with({"one": 1}, monkeypatch)
    (takes[0] / "session.jsonl").unlink()
    finishing = Finishing()
    finishing.begin(takes[0], False)
    finishing.wait()


def test_the_report_of_a_deleted_take_is_not_made_of_the_folder_above(tmp_path, capsys):
    above = recorded(tmp_path / "takes")
    with pytest.raises(SystemExit) as ended:
        main(["report", str(above / "gone"), "--no-sound"])
    assert ended.value.code
    assert [path.name for path in above.iterdir()] == ["session.jsonl"]
    with pytest.raises(SystemExit) as ended:
        main(["report", str(above / "session.jsonl"), "--no-sound"])
    assert not ended.value.code
    assert (above / "report.html").is_file()
