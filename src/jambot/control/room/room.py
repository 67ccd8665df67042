"""The stage's handle to the room: a process that is started again as long as the jam goes on."""

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from jambot.control.room.address import Address, open_address
from jambot.control.room.commands import AskedOrder, Command, MidiPlayed, OrderAnswer
from jambot.control.room.door import LOOPBACK
from jambot.control.room.outbox import TakeNews, TakeState
from jambot.control.room.room_child import RoomChild
from jambot.control.room.room_process import RoomWishes
from jambot.realtime.orders import Order
from jambot.realtime.status import SessionStatus

PORT = 8765
COMMANDS_KEPT = 1024
"""Commands that may wait for the stage; beyond them the oldest are lost."""
LOOK_SECONDS = 1.0
"""How often it is asked whether the room is frozen; its end is noticed at once."""
STEADY_SECONDS = 30.0
"""A room that lived so long did not fail at once."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 32.0
"""Before a room that failed at once is started again; doubled each time."""
AGAIN = "the view ended by itself and was started again"
TOO_MANY = "too many orders at once"

T = TypeVar("T")


class Room:
    """Shows the session in a process of its own; nothing that happens there is felt on stage.

    `url` opens the live view here, None without one; `notice` is for the user: a busy port, or how
    other machines reach it. `host` other than the loop-back address asks everybody for `token`
    (without one, for a new one). `take` is the folder of the take being played, whose neighbours
    are shown too. A process that dies or freezes is replaced, at the same address; `restarts`
    counts how often. Raises UsageError for a host or a token that cannot be.

    Threads: the stage's thread calls `show`, `played`, `orders` and `answer`, which never block or
    raise. A thread of its own starts the process again; those of `RoomChild` send and receive.
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
        self._listening, address = None, Address(None, "", None)
        if browser:
            self._listening, address = open_address(host, port, token)
        self.url, self.notice, self.restarts = address.url, address.notice, 0
        self._wishes = RoomWishes(address, terminal, open_page)
        self._news = None if take is None else TakeNews(take, TakeState.playing)
        self._played: deque[MidiPlayed] = deque(maxlen=COMMANDS_KEPT)
        self._asked: deque[tuple[AskedOrder, RoomChild]] = deque()
        self._unanswered: deque[tuple[AskedOrder, RoomChild]] = deque(maxlen=COMMANDS_KEPT)
        self._closing = threading.Event()
        self._changing = threading.Lock()
        self._child = self._new_child(self._wishes)
        threading.Thread(target=self._tend, name="jambot room", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process's number, for tests that kill it."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process lives."""
        return not self._closing.is_set() and self._child.alive

    def show(self, status: SessionStatus) -> None:
        """Show where the session is; a picture that the room had no time for is replaced."""
        self._child.outbox.show(status)

    def tell(self, news: TakeNews) -> None:
        """Say how far the take is; whatever else is shown belongs to it."""
        self._news = news
        self._child.outbox.tell(news)

    def played(self) -> list[MidiPlayed]:
        """What viewers have played since the last call, oldest first."""
        return _all_of(self._played)

    def orders(self) -> list[Order]:
        """What viewers have asked for since the last call, oldest first."""
        asked = _all_of(self._asked)
        self._unanswered.extend(asked)
        return [one.order for one, _ in asked]

    def answer(self, order: Order, why: str) -> None:
        """Say what became of an order that `orders` gave, to whoever gave it and waits for that.

        `why` it was refused; empty where it was obeyed. Called in the order of the orders.
        """
        while self._unanswered:
            asked, child = self._unanswered.popleft()
            if asked.order is order:
                _answer(asked, child, why)
                return

    def close(self) -> None:
        """End the process; again does nothing.

        Within about two seconds whatever its state, and some twenty where its pages are still to
        take what was played with them.
        """
        if self._closing.is_set():
            return
        self._closing.set()
        with self._changing:
            self._child.close(self._news is not None and self._news.state is TakeState.leaving)
        if self._listening is not None:
            self._listening.close()

    def _new_child(self, wishes: RoomWishes) -> RoomChild:
        child = RoomChild(self._listening, wishes, self._hear)
        if self._news is not None:
            child.outbox.tell(self._news)
        return child

    def _hear(self, child: RoomChild, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, MidiPlayed):
                self._played.append(command)
                continue
            self._asked.append((command, child))
            with suppress(IndexError):
                if len(self._asked) > COMMANDS_KEPT:
                    _answer(*self._asked.popleft(), TOO_MANY)

    def _tend(self) -> None:
        """The life of the thread that starts the process again."""
        pause = 0.0
        while not self._closing.is_set():
            child = self._child
            if not child.ends_within(LOOK_SECONDS) and not child.frozen:
                continue
            if self._closing.is_set():
                return
            child.kill()
            steady = time.monotonic() - child.started > STEADY_SECONDS
            longer = min(max(FIRST_PAUSE_SECONDS, 2 * pause), LONGEST_PAUSE_SECONDS)
            pause = 0.0 if steady else longer
            while not self._closing.wait(pause) and not self._start_again():
                pause = LONGEST_PAUSE_SECONDS

    def _start_again(self) -> bool:
        """Whether there is another process now; False where the system has no room for one."""
        address = replace(self._wishes.address, notice=AGAIN)
        wishes = replace(self._wishes, address=address, open_page=False)
        with self._changing:
            if self._closing.is_set():
                return True
            try:
                self._child = self._new_child(wishes)
            except OSError:
                return False
        self.restarts += 1
        return True


def _all_of(waiting: deque[T]) -> list[T]:
    """Everything that waits, taken; another thread may take some of it meanwhile."""
    taken: list[T] = []
    with suppress(IndexError):
        for _ in range(len(waiting)):
            taken.append(waiting.popleft())
    return taken


def _answer(asked: AskedOrder, child: RoomChild, why: str) -> None:
    if asked.number is not None:
        child.outbox.answer(OrderAnswer(asked.viewer, asked.number, why))
