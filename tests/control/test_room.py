"""The room as the stage knows it: real processes that are killed, frozen and left alone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import Pipe
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
from websockets.sync.client import connect

from jambot.control import MidiPlayed, Room
from jambot.control.room.address import Address
from jambot.control.room.room_process import RoomWishes, has_a_screen, live
from jambot.realtime.orders import Order
from jambot.realtime.status import SessionStatus

Make = Callable[..., SessionStatus]
Wait = Callable[[Callable[[], object]], None]

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="freezes a process by signal")
PLENTY = 2000
"""Pictures: many times what the pipe between stage and room holds."""


def seconds_for(room: Room, status: SessionStatus, pictures: int) -> float:
    start = time.perf_counter()
    for _ in range(pictures):
        room.show(status)
        room.played()
        room.orders()
    return time.perf_counter() - start


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_killed_room_is_not_noticed_on_stage(room: Room, status: Make, wait_until: Wait):
    room.show(status())
    assert room.pid is not None
    psutil.Process(room.pid).kill()
    assert seconds_for(room, status(), PLENTY) < 1.0
    wait_until(lambda: not room.alive)
    assert room.played() == []
    assert room.orders() == []


def killed(room: Room, wait_until: Wait) -> None:
    """Kill the process, and wait for the next one."""
    before, pid = room.restarts, room.pid
    assert pid is not None
    psutil.Process(pid).kill()
    wait_until(lambda: room.restarts == before + 1 and room.alive)
    assert room.pid != pid


def test_a_killed_room_comes_back_at_the_same_address(room: Room, status: Make, wait_until: Wait):
    assert room.url is not None
    for beat in (5.0, 6.0):
        killed(room, wait_until)
        with connect(room.url.replace("http", "ws") + "/ws", open_timeout=100) as page:
            room.show(status(beat=beat))
            while (told := json.loads(page.recv(timeout=100)))["type"] != "jam":
                pass
            assert told["beat"] == beat
            page.send('{"order":{"panic":{}},"id":3}')
            asked: list[Order] = []
            wait_until(lambda asked=asked: asked.extend(room.orders()) or asked)
            room.answer(asked[0], "not now")
            while (told := json.loads(page.recv(timeout=100)))["type"] != "answer":
                pass
            assert (told["id"], told["why"]) == (3, "not now")


def test_an_answer_to_a_room_that_has_died_reaches_nobody_in_the_next(room: Room, wait_until: Wait):
    assert room.url is not None
    address = room.url.replace("http", "ws") + "/ws"
    asked: list[Order] = []
    with connect(address, open_timeout=100) as page:
        page.send('{"order":{"panic":{}},"id":3}')
        wait_until(lambda: asked.extend(room.orders()) or asked)
        killed(room, wait_until)
    with connect(address, open_timeout=100) as page:
        page.send('{"order":{"panic":{}},"id":4}')
        wait_until(lambda: asked.extend(room.orders()) or len(asked) == 2)
        for order in asked:
            room.answer(order, "")
        while (told := json.loads(page.recv(timeout=100)))["type"] != "answer":
            pass
        assert told["id"] == 4


def test_keys_held_on_a_page_are_lifted_when_the_room_dies(room: Room, wait_until: Wait):
    assert room.url is not None
    heard: list[MidiPlayed] = []
    with connect(room.url.replace("http", "ws") + "/ws", open_timeout=100) as page:
        page.send('{"midi":[[144,60,90],[176,64,127]]}')
        wait_until(lambda: heard.extend(room.played()) or len(heard) == 2)
        killed(room, wait_until)
    wait_until(lambda: heard.extend(room.played()) or len(heard) == 4)
    assert heard[2:] == [MidiPlayed(b"\x80\x3c\x00"), MidiPlayed(b"\xb0\x40\x00")]


def test_a_room_that_fails_again_and_again_is_given_more_and_more_time(
    room: Room, monkeypatch: pytest.MonkeyPatch, wait_until: Wait
):
    pauses: list[float] = []
    wait = room._closing.wait

    def noted(seconds: float) -> bool:
        pauses.append(seconds)
        return wait(0)

    monkeypatch.setattr(room._closing, "wait", noted)
    for _ in range(7):
        killed(room, wait_until)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0]


@needs_signals
def test_a_frozen_room_is_replaced(
    room: Room, status: Make, monkeypatch: pytest.MonkeyPatch, wait_until: Wait
):
    monkeypatch.setattr("jambot.control.room.room_child.FROZEN_SECONDS", 0.2)
    frozen = room.pid
    assert frozen is not None
    psutil.Process(frozen).suspend()
    wait_until(lambda: room.show(status()) or room.restarts == 1)
    assert gone(frozen)


@needs_signals
def test_a_frozen_room_is_not_noticed_on_stage_and_still_ends(room: Room, status: Make):
    assert room.pid is not None
    psutil.Process(room.pid).suspend()
    assert seconds_for(room, status(), PLENTY) < 1.0
    start = time.perf_counter()
    room.close()
    assert time.perf_counter() - start < 4.0
    assert gone(room.pid)


def test_a_busy_port_is_left_to_its_owner(status: Make):
    with socket.create_server(("127.0.0.1", 0)) as owner:
        busy = owner.getsockname()[1]
        room = Room(port=busy, terminal=False)
        try:
            assert room.url is not None
            assert room.url != f"http://127.0.0.1:{busy}"
            assert room.notice == f"port {busy} is busy, so the live view is at {room.url}"
        finally:
            room.close()


def test_without_a_browser_there_is_no_address():
    room = Room(terminal=False, browser=False)
    try:
        assert (room.url, room.notice) == (None, "")
        assert room.alive
    finally:
        room.close()
    assert not room.alive


def test_other_machines_are_served_by_token_alone():
    room = Room(port=0, host="0.0.0.0", terminal=False)
    try:
        assert room.url is not None
        assert "from another machine: http://" in room.notice
        with urlopen(room.url, timeout=100) as answer:
            assert b"JAM_BOT" in answer.read()
        with pytest.raises(HTTPError) as refused:
            urlopen(room.url.split("?")[0], timeout=100)
        refused.value.close()
        assert refused.value.code == 403
    finally:
        room.close()


def test_closing_twice_is_closing_once(room: Room, status: Make):
    room.close()
    room.close()
    room.show(status())
    assert room.pid is not None
    assert gone(room.pid)


@needs_signals
def test_ctrl_c_is_left_to_the_stage(room: Room, status: Make, wait_until: Wait):
    assert room.pid is not None
    assert room.url is not None
    with urlopen(room.url, timeout=100) as answer:
        answer.read()
    os.kill(room.pid, signal.SIGINT)
    with urlopen(room.url, timeout=100) as answer:
        assert answer.status == 200
    assert room.alive


STAGE = """
import time
from jambot.control import Room
from jambot.control.room.room_process import has_a_screen
if __name__ == "__main__":
    room = Room(port=0, terminal={terminal})
    print(room.pid, flush=True)
    time.sleep(60)
"""


def test_a_stage_that_is_killed_leaves_no_room_behind(wait_until: Wait):
    stage = subprocess.Popen(
        [sys.executable, "-c", STAGE.format(terminal=False)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert stage.stdout is not None
        pid = int(stage.stdout.readline())
        assert not gone(pid)
    finally:
        stage.kill()
        stage.communicate()
    wait_until(lambda: gone(pid))


def test_in_a_pipe_the_room_writes_plain_lines():
    run = subprocess.run(
        [sys.executable, "-c", PIPED.format(beat=0.0)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert run.stderr == ""
    assert "live view: http://127.0.0.1:" in run.stdout
    assert "bar 1.1 | 90 bpm | no chord yet | 0.0 bars ahead" in run.stdout


PIPED = """
import time
from urllib.request import urlopen
from jambot.control import Room
from jambot.control.room.room_process import has_a_screen
from jambot.music import SILENCE
from jambot.realtime.status import SessionStatus
from jambot.tokens import UNSTEERED
if __name__ == "__main__":
    room = Room(port=0, terminal=True)
    urlopen(room.url, timeout=100).close()
    room.show(SessionStatus(False, True, 90.0, 4, {beat}, SILENCE, 0.0, 0, 0, 0, 0, None, (),
                            (), (), (), UNSTEERED))
    time.sleep(0.3)
    room.close()
"""


@pytest.mark.parametrize(
    ("platform", "environment", "seen"),
    [
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0", "CI": "true"}, False),
        ("darwin", {}, True),
        ("win32", {"CI": "1"}, False),
    ],
)
def test_the_page_opens_by_itself_only_where_somebody_sees_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], seen: bool
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert has_a_screen() is seen


def test_a_token_is_in_no_list_of_processes():
    room = Room(port=0, terminal=False, token="open-sesame", open_page=True)
    try:
        assert room.url is not None
        with urlopen(room.url, timeout=100) as answer:
            answer.read()
        family = [psutil.Process(room.pid), *psutil.Process(room.pid).children(recursive=True)]
        assert all("open-sesame" not in " ".join(process.cmdline()) for process in family)
    finally:
        room.close()


def opened_by(monkeypatch: pytest.MonkeyPatch, token: str | None) -> list[str]:
    """What the life of a room process has a browser open; the stage goes at once."""
    opened: list[str] = []
    monkeypatch.setattr("jambot.control.room.room_process.has_a_screen", lambda: True)
    monkeypatch.setattr("jambot.control.room.room_process.webbrowser.open", opened.append)
    before = signal.getsignal(signal.SIGINT)
    stage, far = Pipe()
    stage.send(None)
    address = Address("http://127.0.0.1:8765", "", token)
    live(far, None, RoomWishes(address, terminal=False, open_page=True))
    signal.signal(signal.SIGINT, before)
    for end in (stage, far):
        end.close()
    return opened


def test_a_page_that_asks_for_a_token_does_not_open_by_itself(
    monkeypatch: pytest.MonkeyPatch, wait_until: Wait
):
    assert opened_by(monkeypatch, "open-sesame") == []
    opened = opened_by(monkeypatch, None)
    wait_until(lambda: opened == ["http://127.0.0.1:8765"])
