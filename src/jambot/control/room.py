"""The stage's handle to the room process, and the life of that process."""

import multiprocessing
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from jambot.control.commands import Command, MidiPlayed
from jambot.control.live_view import LOOPBACK, LiveView, listen
from jambot.control.picture import Picture
from jambot.control.terminal_view import TerminalView
from jambot.errors import UsageError
from jambot.realtime.orders import Order
from jambot.realtime.status import SessionStatus

PORT = 8765
COMMANDS_KEPT = 1024
"""Commands that may wait for the stage; beyond them the oldest are lost."""
LEAVE_SECONDS = 1.5
"""How long the room may take to leave before it is ended by force."""
SHOW_CURSOR = "\x1b[?25h"

T = TypeVar("T")


class Room:
    """Shows the session in a process of its own; nothing that happens there is felt on stage.

    `url` is where the live view is, None without one; `notice` is a sentence for the user where
    the port asked for was busy, else empty. Raises UsageError for a host that is not this machine.

    Threads: the stage's thread calls `show`, `played` and `orders`, which never block or raise.
    One thread sends (newest status only) and one receives; a room that is dead or frozen holds up
    those two alone. The process ends when its pipe does, so it never outlives the stage.
    """

    def __init__(
        self,
        port: int = PORT,
        host: str = LOOPBACK[0],
        terminal: bool = True,
        browser: bool = True,
        open_page: bool = False,
    ) -> None:
        if host not in LOOPBACK:
            raise UsageError(
                f"live view on {host!r}", " or ".join(LOOPBACK), "serve this machine alone"
            )
        listening = listen(host, port) if browser else None
        self.url, self.notice = _address(listening, host, port, browser)
        self._newest: _Slot[SessionStatus | None] = _Slot()
        self._played: deque[MidiPlayed] = deque(maxlen=COMMANDS_KEPT)
        self._orders: deque[Order] = deque(maxlen=COMMANDS_KEPT)
        self._closed = False
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(
            target=_live,
            args=(far, listening, _Wishes(self.url, self.notice, terminal, open_page)),
            name="jambot room",
            daemon=True,
        )
        self._process.start()
        far.close()
        if listening is not None:
            listening.close()
        for work in (self._send, self._receive):
            threading.Thread(target=work, name="jambot room", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process's number, for tests that kill it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process lives."""
        return not self._closed and self._process.is_alive()

    def show(self, status: SessionStatus) -> None:
        """Show where the session is; a picture that the room had no time for is replaced."""
        self._newest.put(status)

    def played(self) -> list[MidiPlayed]:
        """What viewers have played since the last call, oldest first."""
        return [self._played.popleft() for _ in range(len(self._played))]

    def orders(self) -> list[Order]:
        """What viewers have asked for since the last call, oldest first."""
        return [self._orders.popleft() for _ in range(len(self._orders))]

    def close(self) -> None:
        """End the process, within about two seconds whatever its state; again does nothing."""
        if self._closed:
            return
        self._closed = True
        self._newest.put(None)
        self._process.join(LEAVE_SECONDS)
        if self._process.exitcode != 0:
            self._process.kill()
            self._process.join(LEAVE_SECONDS)
            _show_cursor()

    def _send(self) -> None:
        with suppress(OSError):
            while (shown := self._newest.take()) is not None:
                self._pipe.send(shown)
            self._pipe.send(None)

    def _receive(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                for command in self._pipe.recv():
                    if isinstance(command, MidiPlayed):
                        self._played.append(command)
                    else:
                        self._orders.append(command)


class _Slot(Generic[T]):
    """Holds the newest value until it is taken.

    Threads: one puts, never waiting; another waits to take.
    """

    def __init__(self) -> None:
        self._value: deque[T] = deque(maxlen=1)
        self._filled: SimpleQueue[None] = SimpleQueue()

    def put(self, value: T) -> None:
        self._value.append(value)
        if self._filled.empty():
            self._filled.put(None)

    def take(self) -> T:
        while True:
            self._filled.get()
            with suppress(IndexError):
                return self._value.popleft()


def _address(
    listening: socket.socket | None, host: str, port: int, wanted: bool
) -> tuple[str | None, str]:
    """The page's address and, where it is not the one asked for, a sentence about it."""
    if listening is None:
        return None, "no port is free for the live view; the jam goes on without it" * wanted
    bound = listening.getsockname()[1]
    url = f"http://{host}:{bound}"
    moved = port not in (0, bound)
    return url, f"port {port} is busy, so the live view is at {url}" if moved else ""


def _show_cursor() -> None:
    """A room that was killed could not give the terminal its cursor back."""
    with suppress(OSError, ValueError):
        if sys.stdout is not None and sys.stdout.isatty():
            sys.stdout.write(SHOW_CURSOR)
            sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the room is to show, and how."""

    url: str | None
    notice: str
    terminal: bool
    open_page: bool


def _live(pipe: Connection, listening: socket.socket | None, wishes: _Wishes) -> None:
    """The life of the process: take statuses, hand them to the views, leave when told or alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    views: list[threading.Thread] = []
    page = LiveView(listening, _sender(pipe)) if listening is not None else None
    if page is not None:
        views.append(_thread(page.serve))
    lines: _Slot[tuple[SessionStatus, str] | None] = _Slot()
    if wishes.terminal:
        views.append(_thread(partial(_write_lines, wishes, lines)))
    if wishes.open_page and wishes.url is not None and _has_a_screen():
        _thread(partial(webbrowser.open, wishes.url))
    picture = Picture()
    with suppress(EOFError, OSError):
        while (status := pipe.recv()) is not None:
            picture.take(status)
            if page is not None:
                page.show(picture.message())
            lines.put((status, picture.chord))
    lines.put(None)
    if page is not None:
        page.close()
    for view in views:
        view.join(LEAVE_SECONDS / 2)


def _write_lines(wishes: _Wishes, lines: "_Slot[tuple[SessionStatus, str] | None]") -> None:
    """The life of the terminal's thread; a terminal that has gone ends it quietly."""
    with suppress(OSError, ValueError):
        view = TerminalView(wishes.notice, wishes.url)
        while (shown := lines.take()) is not None:
            view.show(*shown)
        view.close()


def _sender(pipe: Connection) -> Callable[[list[Command]], None]:
    """Hands commands to the stage; where it has gone they are lost, and so is the room soon."""

    def send(commands: list[Command]) -> None:
        with suppress(OSError):
            pipe.send(commands)

    return send


def _thread(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _has_a_screen() -> bool:
    """Whether a browser can open a window: without one, Linux would start a text browser here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
