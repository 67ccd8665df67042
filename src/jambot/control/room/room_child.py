"""One room process as the stage sees it: what it is sent, what it says, whether it lives."""

import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import wait

from jambot.children import begin
from jambot.control.room.commands import Command, ViewerKeys
from jambot.control.room.outbox import Outbox
from jambot.control.room.room_process import FAREWELL_SECONDS, LEAVE_SECONDS, RoomWishes, live

FROZEN_SECONDS = 30.0
"""A room that reads nothing for so long is frozen, loading on a busy machine included."""
SHOW_CURSOR = "\x1b[?25h"


class RoomChild:
    """A running room process. `hear` is called with what its viewers do.

    Whatever keys they held are lifted when it ends.

    Threads: any may use `outbox`; one of its own sends, and may be held up by a frozen room; one
    receives and calls `hear`. The process ends when its pipe does, so it never outlives the stage.
    """

    def __init__(
        self,
        listening: socket.socket | None,
        wishes: RoomWishes,
        hear: Callable[["RoomChild", list[Command]], None],
    ) -> None:
        self.outbox = Outbox()
        self._hear = hear
        self._sending_since: float | None = None
        self._process, self._pipe = begin(live, listening, wishes, name="jambot room")
        self.started = time.monotonic()
        for work in (self._send, self._receive):
            threading.Thread(target=work, name="jambot room", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process lives."""
        return self._process.is_alive()

    @property
    def frozen(self) -> bool:
        """Whether it has read nothing for `FROZEN_SECONDS`, though there was something."""
        since = self._sending_since
        return since is not None and time.monotonic() - since > FROZEN_SECONDS

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long; whether it has ended."""
        return bool(wait([self._process.sentinel], seconds))

    def close(self, farewell: bool = False) -> None:
        """End the process, within about two seconds whatever its state.

        With a `farewell` its pages may first take what they want of the take.
        """
        self.outbox.close()
        self._process.join(LEAVE_SECONDS + FAREWELL_SECONDS * farewell)
        if self._process.exitcode != 0:
            self.kill()

    def kill(self) -> None:
        """End the process by force, and give the terminal its cursor back, which it could not."""
        self.outbox.close()
        self._process.kill()
        self._process.join(LEAVE_SECONDS)
        with suppress(OSError, ValueError):
            if sys.stdout is not None and sys.stdout.isatty():
                sys.stdout.write(SHOW_CURSOR)
                sys.stdout.flush()

    def _send(self) -> None:
        with suppress(OSError):
            while (words := self.outbox.take()) is not None:
                for word in words:
                    self._sending_since = time.monotonic()
                    self._pipe.send(word)
                    self._sending_since = None
            self._pipe.send(None)

    def _receive(self) -> None:
        held = ViewerKeys()
        with suppress(EOFError, OSError):
            while True:
                commands = self._pipe.recv()
                held.follow(commands)
                self._hear(self, commands)
        self._hear(self, held.lift())
