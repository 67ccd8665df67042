"""Letters typed at the terminal while it plays: the same as on the page, and P for the pianist."""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from jambot.cli.company import Company
from jambot.realtime.orders import (
    End,
    HoldTempo,
    Keep,
    LayOut,
    Order,
    Panic,
    Pause,
    SetPerformer,
    Tap,
    Trigger,
)
from jambot.realtime.settings import Performing
from jambot.realtime.status import SessionStatus

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty

LOOK_SECONDS = 0.05
ESCAPE = "\x1b"
TYPED: dict[str, Callable[[], Order]] = {
    "v": Trigger, "n": LayOut, "b": End, "c": Tap, "q": Keep, "r": HoldTempo, "i": Pause,
    ESCAPE: Panic,
}  # fmt: skip
"""What each key asks for, beside `p`."""


class TerminalKeys:
    """Turns keys into orders; `read` gives what was typed since it was last asked, and waits a
    little where that is nothing.

    Threads: one of its own reads; the stage's calls `see` and `orders`, which never block.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._asked: deque[Order] = deque(maxlen=64)
        self._own: set[int] = set()
        self._performs = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="jambot keys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Read no more."""
        self._over.set()
        self._thread.join(timeout=1.0)

    def see(self, status: SessionStatus) -> None:
        """Take note of what is shown: P has the pianist play, or leave."""
        self._performs = status.seat.performs

    def orders(self) -> list[Order]:
        """What was typed since the last call."""
        asked: list[Order] = []
        with suppress(IndexError):
            while True:
                asked.append(self._asked.popleft())
        self._own |= {id(order) for order in asked}
        return asked

    def owns(self, order: Order) -> bool:
        """Whether an order was typed here; asked once for each."""
        if id(order) not in self._own:
            return False
        self._own.discard(id(order))
        return True

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            while not self._over.is_set():
                self._type(self._read())

    def _type(self, typed: str) -> None:
        if len(typed) > 1 and typed.startswith(ESCAPE):
            return  # an arrow or a function key
        for letter in typed.lower():
            if letter == "p":
                mode = Performing.off if self._performs else Performing.auto
                self._asked.append(SetPerformer(str(mode)))
            elif letter in TYPED:
                self._asked.append(TYPED[letter]())


@contextmanager
def typing(company: Company, input_ends_it: bool = False) -> Iterator[Company]:
    """The company with the terminal's keys, where somebody sits at one.

    Not where the jam ends with its input: two readers would take each other's letters.
    """
    if input_ends_it or not _at_a_terminal():
        yield company
        return
    with _keys_at_once():
        keys = TerminalKeys(_read_terminal)

        def show(status: SessionStatus) -> None:
            keys.see(status)
            company.show(status)

        def answer(order: Order, why: str) -> None:
            if not keys.owns(order):
                company.answer(order, why)

        try:
            yield replace(
                company,
                show=show,
                orders=lambda: [*company.orders(), *keys.orders()],
                answer=answer,
            )
        finally:
            keys.close()


def _at_a_terminal() -> bool:
    streams = (sys.stdin, sys.stdout)
    return all(stream is not None and stream.isatty() for stream in streams) and _in_front()


if sys.platform == "win32":

    @contextmanager
    def _keys_at_once() -> Iterator[None]:
        yield

    def _in_front() -> bool:
        return True

    def _read_terminal() -> str:
        if not msvcrt.kbhit():
            threading.Event().wait(LOOK_SECONDS)
            return ""
        return msvcrt.getwch()
else:

    @contextmanager
    def _keys_at_once() -> Iterator[None]:
        """Keys are given as they are typed and not shown; Ctrl-C stays what it is."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal, termios.TCSADRAIN)
        try:
            yield
        finally:
            if _in_front():
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    def _in_front() -> bool:
        """Whether the terminal is this program's now: one in the background that touches it would
        be stopped."""
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()

    def _read_terminal() -> str:
        ready, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if not ready or not _in_front():
            threading.Event().wait(0.0 if not ready else LOOK_SECONDS)
            return ""
        return os.read(sys.stdin.fileno(), 64).decode(errors="replace")
