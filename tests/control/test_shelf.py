"""Takes that are named and deleted: on the disk, by the page, and by `jambot takes`."""

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from jambot.cli import main
from jambot.control import Room
from jambot.control.room.shelf import Shelf
from jambot.errors import UsageError


def a_take(folder: Path, bpm: float = 120.0) -> Path:
    folder.mkdir(parents=True)
    opening = {"event": "session", "bpm": bpm, "beats_per_bar": 4}
    (folder / "session.jsonl").write_text(json.dumps(opening) + "\n")
    (folder / "session.mid").write_bytes(b"MThd")
    (folder / "keep_18-00-00_bars_1-4.mid").write_bytes(b"MThd")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    a_take(tmp_path / "takes" / "one", 92.0)
    return Shelf(tmp_path / "takes")


def test_a_take_is_called_what_somebody_calls_it_until_that_is_taken_back(shelf: Shelf):
    shelf.entitle("one", "  Blue\tmorning ")
    assert [(take.title, take.bpm) for take in shelf.takes()] == [("Blue morning", 92.0)]
    shelf.entitle("one", "")
    assert shelf.takes()[0].title == ""


@pytest.mark.parametrize("title", ["x" * 81, "a\0b"])
def test_a_title_that_is_none_is_refused(shelf: Shelf, title: str):
    with pytest.raises(UsageError, match="80 letters at most"):
        shelf.entitle("one", title)


def test_of_a_deleted_take_only_what_is_somebody_elses_stays(shelf: Shelf, tmp_path: Path):
    folder = tmp_path / "takes" / "one"
    (folder / "my notes.txt").write_text("mine")
    shelf.entitle("one", "Blue morning")
    shelf.delete("one")
    assert [file.name for file in folder.iterdir()] == ["my notes.txt"]
    assert shelf.takes() == []
    a_take(tmp_path / "takes" / "two")
    shelf.delete("two")
    assert not (tmp_path / "takes" / "two").exists()


@pytest.mark.parametrize("name", ["none", "../one", ""])
def test_what_is_no_take_is_not_deleted(shelf: Shelf, name: str):
    with pytest.raises(UsageError, match="no take"):
        shelf.delete(name)


def answer(page: Any, message: dict[str, Any]) -> str:
    page.send(json.dumps(message | {"id": 7}))
    while (told := json.loads(page.recv(timeout=100)))["type"] != "answer":
        pass
    return str(told["why"])


def test_a_page_names_and_deletes_takes_but_not_the_one_that_is_played(tmp_path: Path):
    takes = tmp_path / "takes"
    old, now = a_take(takes / "old"), a_take(takes / "now")
    room = Room(port=0, terminal=False, take=now)
    try:
        assert room.url is not None
        address = room.url.replace("http", "ws") + "/ws"
        with (
            connect(address, open_timeout=100, origin=room.url) as page,  # type: ignore[arg-type]
            connect(address, open_timeout=100) as another,
        ):
            assert answer(page, {"entitle": "old", "title": "Blue morning"}) == ""
            assert (old / "title.txt").read_text() == "Blue morning\n"
            assert "take over first" in answer(another, {"delete": "old"})
            assert "is being played" in answer(page, {"delete": "now"})
            assert answer(page, {"delete": "old"}) == ""
            assert "no take" in answer(page, {"delete": "old"})
    finally:
        room.close()
    assert not old.exists()
    assert (now / "session.jsonl").is_file()


def test_takes_are_listed_without_a_jam(shelf: Shelf, capsys: pytest.CaptureFixture[str]):
    shelf.entitle("one", "Blue morning")
    with pytest.raises(SystemExit) as ended:
        main(["takes", str(shelf.folder), "--list"])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "Blue morning, 92 bpm" in said
    with pytest.raises(SystemExit) as ended:
        main(["takes", str(shelf.folder) + " of nobody", "--list"])
    assert ended.value.code == 2
