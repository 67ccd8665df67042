"""The stage's handle to the room process, and the life of that process."""

import multiprocessing
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from jambot.control.address import Address, open_address
from jambot.control.commands import MidiPlayed
from jambot.control.door import LOOPBACK
from jambot.control.room_process import LEAVE_SECONDS, Wishes, live
from jambot.control.slot import Slot
from jambot.realtime.orders import Order
from jambot.realtime.status import SessionStatus

PORT = 8765
COMMANDS_KEPT = 1024
"""Commands that may wait for the stage; beyond them the oldest are lost."""
SHOW_CURSOR = "\x1b[?25h"


class Room:
    """Shows the session in a process of its own; nothing that happens there is felt on stage.

    `url` opens the live view here, None without one; `notice` is for the user: a busy port, or how
    other machines reach it. `host` other than the loop-back address asks everybody for `token`
    (without one, for a new one). `take` is the folder of the take being played, whose neighbours
    are shown too. Raises UsageError for a host or a token that cannot be.

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
        token: str | None = None,
        take: Path | None = None,
    ) -> None:
        listening, address = None, Address(None, "", None)
        if browser:
            listening, address = open_address(host, port, token)
        self.url, self.notice = address.url, address.notice
        self._newest: Slot[SessionStatus | None] = Slot()
        self._played: deque[MidiPlayed] = deque(maxlen=COMMANDS_KEPT)
        self._orders: deque[Order] = deque(maxlen=COMMANDS_KEPT)
        self._closed = False
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(
            target=live,
            args=(far, listening, Wishes(address, terminal, open_page, take)),
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


def _show_cursor() -> None:
    """A room that was killed could not give the terminal its cursor back."""
    with suppress(OSError, ValueError):
        if sys.stdout is not None and sys.stdout.isatty():
            sys.stdout.write(SHOW_CURSOR)
            sys.stdout.flush()
