"""What strangers try at the live view of a real room, and that it goes on as if nothing was."""

import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from jambot.control import Room
from jambot.control.room.live_view import MOST_VIEWERS
from jambot.realtime.orders import Panic
from jambot.realtime.status import SessionStatus

Make = Callable[..., SessionStatus]
Wait = Callable[[Callable[[], object]], None]
PATIENCE_SECONDS = 100
SECRET = b"between you and me"
NOTE = {"event": "played", "onset_beats": 1.0, "duration_beats": 0.5, "pitch": 72, "velocity": 90,
        "due_seconds": 0.5, "sent_seconds": 0.5, "source": "model", "prompt": 1, "harmony": None,
        "at_once": False}  # fmt: skip


@contextmanager
def few_files(most: int) -> Iterator[None]:
    """Processes started meanwhile may open so many files at once, as on some systems they may."""
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def stranded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room with a take beside it and a secret above; it may open 256 files."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "secret.txt").write_bytes(SECRET)
    (folder / "session.jsonl").write_bytes(SECRET)
    take = folder / "takes" / "old"
    take.mkdir(parents=True)
    notes = [NOTE | {"onset_beats": beat * 0.5, "due_seconds": beat * 0.25} for beat in range(9)]
    rows = [{"event": "session", "bpm": 120.0, "beats_per_bar": 4, "realtime": True}, *notes]
    (take / "session.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with few_files(256):
        room = Room(port=0, terminal=False, take=folder / "takes" / "now")
    yield room
    room.close()


@pytest.fixture(scope="module")
def secured() -> Iterator[Room]:
    """A room that asks for a token."""
    room = Room(port=0, terminal=False, token="open-sesame")
    yield room
    room.close()


def port_of(room: Room) -> int:
    found = re.search(r":(\d+)", room.url or "")
    assert found is not None
    return int(found[1])


def asked(room: Room, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Status and content of one request, whose path is sent as it is."""
    talk = HTTPConnection("127.0.0.1", port_of(room), timeout=PATIENCE_SECONDS)
    try:
        host = headers.pop("Host", f"127.0.0.1:{port_of(room)}")
        talk.putrequest(method, path, skip_host=True)
        for name, value in {"Host": host, **headers}.items():
            talk.putheader(name.replace("_", "-"), value)
        talk.endheaders()
        answer = talk.getresponse()
        return answer.status, answer.read()
    finally:
        talk.close()


def viewer(room: Room, **options: Any) -> ClientConnection:
    address = f"ws://127.0.0.1:{port_of(room)}/ws"
    return connect(address, open_timeout=PATIENCE_SECONDS, **options)


def as_ever(room: Room) -> None:
    """The page is there, its process the same."""
    assert room.restarts == 0
    assert asked(room)[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e%252fsecret.txt",
        "//secret.txt",
        "///etc/passwd",
        "/etc/passwd",
        "/%2fetc%2fpasswd",
        "/takes/../secret.txt",
        "/takes/%2e%2e/secret.txt",
        "/takes/../session.jsonl",
        "/takes/old/../../secret.txt",
        "/takes/old/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/takes/..%2f/session.jsonl",
        "/takes/old/session.jsonl",
        "/takes/old%00/notes",
        "/live_view.py",
        "/../live_view.py",
        "/%c0%ae%c0%ae/secret.txt",
    ],
)
def test_no_path_leads_out(stranded: Room, path: str):
    status, content = asked(stranded, path)
    assert status in (400, 404)
    assert SECRET not in content
    assert b"root:" not in content
    as_ever(stranded)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example#127.0.0.1",
        "evil.example/127.0.0.1",
        "user@127.0.0.1@evil.example",
        "0.0.0.0",
        "127.0.0.2",
        "[::1]",
        "2130706433",
        "",
    ],
)
def test_no_other_name_of_this_machine_is_answered(stranded: Room, host: str):
    assert asked(stranded, Host=host)[0] == 400
    as_ever(stranded)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://127.0.0.1",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://localhost:{port}",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil.example/127.0.0.1:{port}",
        "file://",
        "null",
        "http://127.0.0.1:{port}/",
    ],
)
def test_no_other_origin_is_let_in(stranded: Room, origin: str):
    named = origin.format(port=port_of(stranded))
    assert asked(stranded, "/takes", Origin=named)[0] == 403
    with pytest.raises(InvalidStatus) as refused, viewer(stranded, origin=named):
        pass
    assert refused.value.response.status_code == 403
    as_ever(stranded)


@pytest.mark.parametrize("path", ["/", "/page.js", "/takes", "/takes/old/notes", "/ws"])
def test_nothing_but_looking_is_a_method(stranded: Room, path: str):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        status, content = asked(stranded, path, method)
        assert status in (404, 405), method
        assert b"<title>" not in content
    as_ever(stranded)


@pytest.mark.parametrize(
    "said",
    [
        b"\r\n\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA\x00B: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(range(256)) * 64,
    ],
    ids=range(11),
)
def test_what_is_no_request_is_refused_and_hung_up_on(stranded: Room, said: bytes):
    with socket.create_connection(("127.0.0.1", port_of(stranded)), PATIENCE_SECONDS) as there:
        there.sendall(said)
        there.shutdown(socket.SHUT_WR)
        heard = b""
        try:
            while part := there.recv(65536):
                heard += part
        except ConnectionError:
            pass
    assert not heard or heard.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 403"))
    as_ever(stranded)


MALFORMED = [
    "", " ", "\x00", "hello", "null", "true", "0", "-1e999", "NaN", "[]", "{}", '"order"',
    '{"order"', '{"order":', '{"order":}', '{"order":1}', '{"order":null}', '{"order":[]}',
    '{"order":{}}', '{"order":"panic"}', '{"order":{"panic":null}}', '{"order":{"panic":[]}}',
    '{"order":{"panic":{"now":true}}}', '{"order":{"panic":{},"tap":{}}}', '{"order":{"":{}}}',
    '{"order":{"__class__":{}}}', '{"order":{"SetKnob":{}}}', '{"order":{"set_knob":{}}}',
    '{"order":{"set_knob":{"name":"density","value":"0.5"}}}',
    '{"order":{"set_knob":{"name":"density","value":NaN}}}',
    '{"order":{"set_knob":{"name":"density","value":Infinity}}}',
    '{"order":{"set_knob":{"name":["density"],"value":0.5}}}',
    '{"order":{"set_tempo":{"bpm":1e308}}}', '{"order":{"set_tempo":{"bpm":"120"}}}',
    '{"order":{"trade":{"bars":2.5}}}', '{"order":{"trade":{"bars":true}}}',
    '{"order":{"lock":{"bar":-1}}}', '{"order":{"keep":{"bars":1e9}}}',
    '{"order":{"set_form":{"chart":42}}}', '{"order":{"set_form":{"chart":"| Xyz |"}}}',
    '{"order":{"set_adapter":{"name":""}}}', '{"order":{"set_adapter":{"name":{}}}}',
    '{"midi":null}', '{"midi":[]}', '{"midi":[[]]}', '{"midi":[[240,126,127]]}',
    '{"midi":[[255,255,255]]}', '{"midi":[["144","60","90"]]}', '{"midi":{"0":144}}',
    '{"drive":"yes"}', '{"drive":null}', '{"dirve":true}', '{"id":1}',
]  # fmt: skip


def test_what_says_nothing_is_answered_with_a_reason_and_never_reaches_the_stage(stranded: Room):
    with viewer(stranded) as page:
        for text in MALFORMED:
            page.send(text)
            while (told := json.loads(page.recv(timeout=PATIENCE_SECONDS)))["type"] in (
                "driver", "take"
            ):  # fmt: skip
                pass
            assert told["type"] in ("refused", "answer"), text
            assert told["why"], text
    assert stranded.orders() == []
    assert stranded.played() == []
    as_ever(stranded)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("x" * 100_000, {"compression": None}),
        ("x" * 10_000_000, {"compression": None}),
        (" " * 50_000_000, {}),
        ("[" * 100_000, {}),
    ],
    ids=["long", "longer", "compressed", "deep"],
)
def test_a_bomb_is_not_unpacked(stranded: Room, text: str, options: dict[str, Any]):
    # What an idle room holds, also where the system has put its pages aside.
    memory = max(psutil.Process(stranded.pid).memory_info().rss, 65_000_000)
    with viewer(stranded, **options) as page, suppress(ConnectionClosed):
        page.send(text)
        while True:
            page.recv(timeout=PATIENCE_SECONDS)
    as_ever(stranded)
    assert psutil.Process(stranded.pid).memory_info().rss < memory + 30e6


def test_what_is_deep_or_no_text_is_passed_over(stranded: Room):
    with viewer(stranded) as page:
        for text in ("[" * 9000, '{"order":' * 900, '{"id":' + "9" * 8000 + "}"):
            page.send(text)
            while json.loads(page.recv(timeout=PATIENCE_SECONDS))["type"] != "refused":
                pass
        page.send(b"\xff\xfe\xfd")
    as_ever(stranded)


@pytest.mark.slow
def test_two_hundred_views_are_shown_the_jam_and_the_next_is_refused(stranded: Room, status: Make):
    stranded.show(status())
    with ExitStack() as views:
        pages = [views.enter_context(viewer(stranded)) for _ in range(MOST_VIEWERS)]
        for page in pages:
            while json.loads(page.recv(timeout=PATIENCE_SECONDS))["type"] != "jam":
                pass
        with pytest.raises(InvalidStatus), viewer(stranded):
            pass
        as_ever(stranded)
        pages[-1].send('{"order":{"panic":{}}}')
        while stranded.orders() != [Panic()]:
            pass


@pytest.mark.parametrize("count", [400, pytest.param(1100, marks=pytest.mark.slow)])
def test_connections_that_say_nothing_do_not_lock_the_page(stranded: Room, count: int):
    with ExitStack() as crowd:
        for number in range(count):
            there = crowd.enter_context(socket.socket())
            there.settimeout(PATIENCE_SECONDS)
            there.connect(("127.0.0.1", port_of(stranded)))
            if number % 2:
                there.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
        as_ever(stranded)
        with viewer(stranded) as page:
            assert page.recv(timeout=PATIENCE_SECONDS)


def making(room: Room) -> list[psutil.Process]:
    return psutil.Process(room.pid).children()


def test_many_who_ask_for_a_long_take_and_go_keep_nobody_waiting(tmp_path: Path, wait_until: Wait):
    take = tmp_path / "takes" / "long"
    take.mkdir(parents=True)
    rows = [{"event": "session", "bpm": 120.0, "beats_per_bar": 4, "realtime": True}]
    rows += [NOTE | {"onset_beats": at / 2, "due_seconds": at / 4} for at in range(50_000)]
    (take / "session.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    room = Room(port=0, terminal=False, take=tmp_path / "takes" / "now")
    try:
        with ExitStack() as crowd:
            for _ in range(45):
                there = socket.create_connection(("127.0.0.1", port_of(room)), PATIENCE_SECONDS)
                crowd.enter_context(there)
                there.sendall(b"GET /takes/long/report.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            wait_until(lambda: making(room))
            assert len(making(room)) == 1
            assert json.loads(asked(room, "/takes")[1])[0]["name"] == "long"
            as_ever(room)
            assert len(making(room)) == 1
        wait_until(lambda: not making(room))
        as_ever(room)
    finally:
        room.close()


@pytest.mark.parametrize("path", ["/", "/page.js", "/takes", "/report", "/takes/old/notes", "/no"])
@pytest.mark.parametrize(
    "carried",
    [{}, {"Authorization": "Bearer close-sesame"}, {"Authorization": "open-sesame"},
     {"Cookie": "jambot-1=open-sesame"}, {"Cookie": "token=open-sesame"}],
    ids=str,
)  # fmt: skip
def test_without_the_token_nothing_is_answered(secured: Room, path: str, carried: dict[str, str]):
    status, content = asked(secured, path, **carried)
    assert status == 403
    assert b"open-sesame" not in content
    assert asked(secured, "/", Authorization="Bearer open-sesame")[0] == 200


def test_without_the_token_no_view_is_opened(secured: Room):
    with pytest.raises(InvalidStatus), viewer(secured):
        pass
    with viewer(secured, additional_headers={"Authorization": "Bearer open-sesame"}) as page:
        assert page.recv(timeout=PATIENCE_SECONDS)


def test_neither_stage_nor_room_speaks_with_anybody_beyond_this_machine(stranded: Room):
    with viewer(stranded):
        room = psutil.Process(stranded.pid)
        sockets = psutil.Process(os.getpid()).net_connections() + room.net_connections()
    assert any(one.status == psutil.CONN_LISTEN for one in sockets)
    for one in sockets:
        for end in (one.laddr, one.raddr):
            assert not end or ip_address(end.ip).is_loopback


def _scripts() -> list[Path]:
    static = Path(__file__).parents[2] / "src" / "jambot" / "control" / "room" / "static"
    pages = list(static.glob("*.js"))
    assert len(pages) > 10
    return pages


def test_a_safari_of_2022_understands_every_script():
    looks_back = re.compile(r"\(\?<[=!]")
    assert [page.name for page in _scripts() if looks_back.search(page.read_text("utf-8"))] == []


def test_the_page_makes_no_markup_of_what_it_is_told():
    makes = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
    )
    assert [page.name for page in _scripts() if makes.search(page.read_text("utf-8"))] == []
