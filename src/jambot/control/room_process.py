"""The room's own process: statuses in, views shown, and what they say back to the stage."""

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from jambot.console import allow_any_sign
from jambot.control.address import Address
from jambot.control.commands import Answer, Command
from jambot.control.live_view import LiveView
from jambot.control.picture import Picture
from jambot.control.slot import Slot
from jambot.control.take_pages import TakePages
from jambot.control.terminal_view import TerminalView
from jambot.realtime.status import SessionStatus

LEAVE_SECONDS = 1.5
"""How long the room may take to leave before it is ended by force."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the room is to show, and how."""

    address: Address
    terminal: bool
    open_page: bool
    take: Path | None = None


def live(pipe: Connection, listening: socket.socket | None, wishes: Wishes) -> None:
    """The life of the process: take statuses and answers, show and tell them, leave when told or
    alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    views: list[threading.Thread] = []
    page: LiveView | None = None
    if listening is not None:
        page = LiveView(listening, _sender(pipe), wishes.address.token, TakePages(wishes.take))
        views.append(_thread(page.serve))
    lines: Slot[tuple[SessionStatus, str] | None] = Slot()
    if wishes.terminal:
        views.append(_thread(partial(_write_lines, wishes, lines)))
    url = wishes.address.url
    # Other users see what a browser is started with: a token is left for the person to open.
    if wishes.open_page and url is not None and wishes.address.token is None and has_a_screen():
        _thread(partial(webbrowser.open, url))
    picture = Picture()
    with suppress(EOFError, OSError):
        while (status := pipe.recv()) is not None:
            if isinstance(status, Answer):
                if page is not None:
                    page.answer(status)
                continue
            picture.take(status)
            if page is not None:
                page.show(picture.message())
            lines.put((status, picture.chord))
    lines.put(None)
    if page is not None:
        page.close()
    for view in views:
        view.join(LEAVE_SECONDS / 2)


def _write_lines(wishes: Wishes, lines: "Slot[tuple[SessionStatus, str] | None]") -> None:
    """The life of the terminal's thread; a terminal that has gone ends it quietly."""
    with suppress(OSError, ValueError):
        allow_any_sign()
        view = TerminalView(wishes.address.notice, wishes.address.url)
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


def has_a_screen() -> bool:
    """Whether a browser can open a window, and somebody sees it.

    Without a screen Linux would start a text browser in this terminal.
    """
    if os.environ.get("CI"):
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
