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
from typing import Any

from jambot.console import allow_any_sign
from jambot.control.room.address import Address
from jambot.control.room.commands import Command, OrderAnswer
from jambot.control.room.live_view import LiveView
from jambot.control.room.outbox import Newest, TakeNews, TakeState, Word
from jambot.control.room.picture import Picture
from jambot.control.room.take_pages import TakePages
from jambot.control.room.terminal_view import TerminalView
from jambot.realtime.status import SessionStatus

LEAVE_SECONDS = 1.5
"""How long the room may take to leave before it is ended by force."""
FAREWELL_SECONDS = 20.0
"""How long it waits, before it leaves, for its pages to take what was played with them."""
CUT_OFF = "the jam ended without a word; what it had written down is kept"


@dataclass(frozen=True, slots=True)
class RoomWishes:
    """What the room is to show, and how."""

    address: Address
    terminal: bool
    open_page: bool


def live(pipe: Connection, listening: socket.socket | None, wishes: RoomWishes) -> None:
    """The life of the process: take statuses and answers, show and tell them, leave when told or
    alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    page: LiveView | None = None
    if listening is not None:
        page = LiveView(listening, _sender(pipe), wishes.address.token, TakePages(None))
        serving = _thread(page.serve)
    terminal = _Terminal(wishes)
    url = wishes.address.url
    # Other users see what a browser is started with: a token is left for the person to open.
    if wishes.open_page and url is not None and wishes.address.token is None and has_a_screen():
        _thread(partial(webbrowser.open, url))
    news = _pass_on(pipe, page, terminal)
    terminal.close()
    if page is not None:
        if news is not None:
            page.tell(news)
            page.bid_farewell(FAREWELL_SECONDS)
        page.close()
        serving.join(LEAVE_SECONDS / 2)


def _pass_on(pipe: Connection, page: LiveView | None, terminal: "_Terminal") -> TakeNews | None:
    """Show and tell what comes, until nothing more does; what is to be said of the take then."""
    picture = Picture()
    news: TakeNews | None = None
    word: Word | None
    with suppress(EOFError, OSError):
        while (word := pipe.recv()) is not None:
            match word:
                case OrderAnswer():
                    if page is not None:
                        page.answer(word)
                case TakeNews():
                    news = word
                    terminal.follow(word)
                    if page is not None:
                        page.tell(word)
                case _:
                    picture.take(word)
                    if page is not None:
                        page.show(picture.message())
                    terminal.show(word, picture.chord)
        return news if news is not None and news.state is TakeState.leaving else None
    return None if news is None else TakeNews(news.folder, TakeState.leaving, CUT_OFF)


class _Terminal:
    """The view in the terminal, where one is wished for, from the beginning of a take to its end.

    Between takes the terminal belongs to the command. Threads: one of its own, which a terminal
    that is held may block.
    """

    def __init__(self, wishes: RoomWishes) -> None:
        self._wishes = wishes
        self._lines: Newest[tuple[SessionStatus, str] | None] = Newest()
        self._writing: threading.Thread | None = None
        self._begin()

    def follow(self, news: TakeNews) -> None:
        """Begin with a take, and end with it."""
        if news.state is TakeState.playing:
            self._begin()
        else:
            self.close()

    def show(self, status: SessionStatus, chord: str) -> None:
        """Draw it, when there is time."""
        self._lines.put((status, chord))

    def close(self) -> None:
        """Leave the terminal as it is, within a moment."""
        if self._writing is not None:
            self._lines.put(None)
            self._writing.join(LEAVE_SECONDS / 2)
            self._writing = None

    def _begin(self) -> None:
        if self._wishes.terminal and self._writing is None:
            self._lines = Newest()
            self._writing = _thread(partial(_write_lines, self._wishes, self._lines))


def _write_lines(wishes: RoomWishes, lines: "Newest[tuple[SessionStatus, str] | None]") -> None:
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
