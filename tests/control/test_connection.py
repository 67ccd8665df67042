"""Connections that come to nothing; a real server in a thread, with short times."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from jambot.control.room import connection
from jambot.control.room.live_view import LiveView
from jambot.control.room.take_pages import TakePages

BIG = 100_000_000
"""Bytes: more than all buffers on the way."""


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveView]:
    """A live view whose patience is short."""
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(connection, "TAKING_SECONDS", 0.5)
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 8)
    (tmp_path / "take").mkdir()
    (tmp_path / "take" / "session.jsonl").write_text('{"event": "session"}\n')
    with (tmp_path / "take" / "solo.wav").open("wb") as sound:
        sound.truncate(BIG)
    listening = socket.create_server(("127.0.0.1", 0))
    view = LiveView(listening, lambda commands: None, takes=TakePages(tmp_path))
    view.show({"type": "jam"})
    serving = threading.Thread(target=view.serve)
    serving.start()
    yield view
    view.close()
    serving.join()
    listening.close()


@pytest.fixture
def port(view: LiveView) -> int:
    return int(view._listening.getsockname()[1])


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=100)


def is_closed(there: socket.socket) -> bool:
    """Wait until the other side has closed it; what it said before is passed over."""
    try:
        while there.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


def answer(there: socket.socket, path: str = "/icon.svg") -> bytes:
    there.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return there.recv(12)


def test_who_says_nothing_or_never_ends_is_hung_up_on(port: int):
    with opened(port) as silent, opened(port) as half, opened(port) as answered:
        half.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
        assert answer(answered) == b"HTTP/1.1 200"
        answered.sendall(b"G")
        assert all(is_closed(there) for there in (silent, half, answered))


def test_dripping_gives_no_more_time(port: int):
    with opened(port) as dripping:
        dripping.sendall(b"GET / HTTP/1.1\r\n")
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.05):
                try:
                    dripping.sendall(b"X: y\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        assert is_closed(dripping)
        over.set()
        thread.join()


def test_who_does_not_read_is_hung_up_on(
    view: LiveView, port: int, wait_until: Callable[[Callable[[], object]], None]
):
    with opened(port) as deaf:
        assert answer(deaf, "/takes/take/solo.wav") == b"HTTP/1.1 200"
        wait_until(lambda: not view._server.server_state.connections)
        read = 0
        try:
            while part := deaf.recv(1 << 20):
                read += len(part)
        except ConnectionError:
            pass
        assert read < BIG


def test_a_view_stays_open_however_long(port: int):
    with connect(f"ws://127.0.0.1:{port}/ws", open_timeout=100) as page, opened(port) as silent:
        assert is_closed(silent)
        page.send("nonsense")
        kinds = {json.loads(page.recv(timeout=100))["type"] for _ in range(3)}
        assert kinds == {"driver", "jam", "refused"}


def test_of_too_many_the_one_that_waits_longest_goes(port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 1000.0)
    crowd = [opened(port) for _ in range(8)]
    for there in crowd[:7]:
        crowd.append(opened(port))
        assert answer(crowd[-1]) == b"HTTP/1.1 200"
        assert is_closed(there)
    assert answer(crowd[7]) == b"HTTP/1.1 200"
    for there in crowd:
        there.close()
