"""Takes as a browser is given them: folders served, without a server."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers

from jambot.control.room.outbox import TakeNews, TakeState
from jambot.control.room.take_pages import TakePages

LINES = (
    {"event": "session", "bpm": 120.0, "beats_per_bar": 4, "adapter": "piano", "realtime": True},
    {"event": "heard", "seconds": 0.0, "beat": 0.0, "pitch": 48, "velocity": 80, "on": True},
    {"event": "harmony", "id": 1, "seconds": 0.0, "beat": 0.0, "bass": 0,
     "pitch_classes": [0, 4, 7]},
    {"event": "trigger", "seconds": 0.0, "beat": 0.0, "reason": "start"},
    {"event": "played", "onset_beats": 1.0, "duration_beats": 0.5, "pitch": 72, "velocity": 90,
     "due_seconds": 0.5, "sent_seconds": 0.5, "source": "model", "prompt": 1, "harmony": 1,
     "at_once": False},
    {"event": "ended", "pitch": 72, "due_seconds": 0.75, "sent_seconds": 0.75, "beat": 1.5},
    {"event": "heard", "seconds": 1.0, "beat": 2.0, "pitch": 48, "velocity": 0, "on": False},
)  # fmt: skip


needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def a_take(folder: Path) -> Path:
    folder.mkdir(parents=True)
    log = "".join(json.dumps(line) + "\n" for line in LINES)
    (folder / "session.jsonl").write_text(log)
    return folder


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """A take that is being played, beside an older one, a folder that is none and a secret."""
    old = a_take(tmp_path / "takes" / "old take")
    (old / "report.json").write_text('{"headline": "In time.", "seconds": 2.0, "notes": 1}')
    (old / "session.mid").write_bytes(b"MThd")
    (tmp_path / "takes" / "no take").mkdir()
    (tmp_path / "takes" / "no take" / "report.json").write_text("{}")
    (old / "secret.txt").write_text("secret")
    return a_take(tmp_path / "takes" / "now")


@dataclass
class Answer:
    status: int
    headers: Headers
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


Get = Callable[[str], Answer]


def asker(pages: TakePages) -> Get:
    app = Starlette(routes=pages.routes())

    def get(path: str) -> Answer:
        sent: list[Any] = []
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}

        async def receive() -> Any:
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        content = b"".join(message.get("body", b"") for message in sent)
        return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), content)

    return get


@pytest.fixture
def get(running: Path) -> Get:
    return asker(beside(running))


def beside(running: Path) -> TakePages:
    """The pages of takes while this one is played."""
    pages = TakePages(None)
    pages.follow(TakeNews(running, TakeState.playing))
    return pages


def test_takes_are_listed_the_running_one_first(get: Get):
    now, old = get("/takes").json
    assert (now["name"], now["running"]) == ("now", True)
    assert (old["name"], old["running"], old["headline"]) == ("old take", False, "In time.")


def test_what_an_earlier_take_left_in_the_folder_is_not_the_running_ones(running: Path, get: Get):
    (running / "report.json").write_text('{"headline": "Long ago."}')
    (running / "solo.wav").write_bytes(b"RIFF")
    now, _ = get("/takes").json
    assert (now["headline"], now["sound"]) == ("", False)
    assert get("/takes/now/solo.wav").status == 404


def test_a_take_is_heard_from_its_log(get: Get):
    assert get("/takes/now/notes").json == {
        "solo": [[0.5, 0.25, 72, 90]],
        "hands": [[0.0, 1.0, 48, 80]],
    }


def test_what_lies_there_is_served_and_what_does_not_is_made_from_the_log(get: Get):
    old = get("/takes/old take/session.mid")
    assert old.content == b"MThd"
    now = get("/takes/now/session.mid")
    assert now.content.startswith(b"MThd")
    assert len(now.content) > 100
    assert now.headers["content-type"] == "audio/midi"
    assert "jambot_now.mid" in now.headers["content-disposition"]


def test_the_report_of_the_running_take_is_made_now_and_runs_no_script(get: Get):
    answer = get("/takes/now/report.html")
    assert "first note" in answer.content.decode().lower()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "script-src" not in answer.headers["content-security-policy"]


def test_the_running_takes_report_is_one_click_away(get: Get):
    answer = get("/report")
    assert answer.status == 307
    assert answer.headers["location"] == "takes/now/report.html"
    assert asker(TakePages(None))("/report").status == 404


def test_bars_that_were_kept_are_on_the_shelf(running: Path, get: Get):
    name = "keep_2026-11-23_20-15-00_bars_1-8.mid"
    (running / name).write_bytes(b"MThd kept")
    assert get("/takes").json[0]["kept"] == [name]
    assert get(f"/takes/now/{name}").content == b"MThd kept"


@pytest.mark.parametrize(
    "path",
    [
        "/takes/old take/secret.txt",
        "/takes/old take/session.jsonl",
        "/takes/no take/report.json",
        "/takes/../old take/session.mid",
        "/takes/../session.mid",
        "/takes/now/solo.wav",
        "/takes/none/notes",
    ],
)
def test_nothing_else_is_served(get: Get, path: str):
    assert get(path).status == 404


def test_a_log_that_cannot_be_read_is_said_so(running: Path, get: Get):
    (running / "session.jsonl").write_text("nonsense\n" * 3)
    assert get("/takes/now/notes").status == 409


@needs_links
@pytest.mark.parametrize("name", ["session.mid", "report.html", "report.json", "solo.wav"])
def test_a_file_that_is_a_link_to_elsewhere_is_not_served(
    tmp_path: Path, running: Path, get: Get, name: str
):
    secret = tmp_path / "takes" / "old take" / "secret.txt"
    (tmp_path / "takes" / "old take" / name).unlink(missing_ok=True)
    (tmp_path / "takes" / "old take" / name).symlink_to(secret)
    assert b"secret" not in get(f"/takes/old take/{name}").content
    assert get("/takes").json[1]["sound"] is False


@needs_links
def test_a_kept_file_or_a_whole_take_that_is_a_link_is_none(
    tmp_path: Path, running: Path, get: Get
):
    (running / "keep_now.mid").symlink_to(tmp_path / "takes" / "old take" / "secret.txt")
    elsewhere = a_take(tmp_path / "elsewhere" / "secret take")
    (tmp_path / "takes" / "linked").symlink_to(elsewhere, target_is_directory=True)
    (tmp_path / "takes" / "no take" / "session.jsonl").symlink_to(elsewhere / "session.jsonl")
    assert get("/takes/now/keep_now.mid").status == 404
    assert [row["name"] for row in get("/takes").json] == ["now", "old take"]
    assert get("/takes/linked/notes").status == 404
    assert get("/takes/no take/notes").status == 404
    assert get("/takes").json[0]["kept"] == []


@needs_links
def test_takes_in_a_folder_that_is_itself_reached_by_a_link_are_served(
    tmp_path: Path, running: Path
):
    (tmp_path / "by link").symlink_to(running.parent, target_is_directory=True)
    linked = asker(beside(tmp_path / "by link" / "now"))
    assert [row["name"] for row in linked("/takes").json] == ["now", "old take"]
    assert linked("/takes/old take/session.mid").content == b"MThd"


def test_without_a_take_the_shelf_is_empty():
    assert asker(TakePages(None))("/takes").json == []


EVIL = "<script>evil()</script>\"'><img src=x onerror=evil()>"


def test_a_report_makes_no_markup_of_what_the_log_says(running: Path, get: Get):
    rows = [{key: EVIL if type(value) is str and key != "event" else value
             for key, value in row.items()} for row in LINES]  # fmt: skip
    more = dict.fromkeys(("version", "model", "input", "output", "backend", "performer"), EVIL)
    rows[0] |= more | {"adapter": EVIL, "machine": {"system": EVIL, "cpu": EVIL}}
    rows.append(
        {"event": "refused", "order": {EVIL: {}}, "reason": EVIL, "seconds": 1.0, "beat": 2}
    )
    (running / "session.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = get("/takes/now/report.html")
    page = answer.content.decode()
    assert answer.status == 200, page
    assert "<script>evil" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;evil" in page
