"""Keys typed at the terminal become orders; a real terminal pair on Linux and the Mac."""

import os
import sys
import time
from collections.abc import Callable

import pytest

from jambot.cli import terminal_keys
from jambot.cli.company import Company
from jambot.cli.terminal_keys import TerminalKeys, typing
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


def until(orders: Callable[[], list[Order]], count: int) -> list[Order]:
    """Orders as they come, until there are so many."""
    found: list[Order] = []
    end = time.monotonic() + 20
    while len(found) < count:
        assert time.monotonic() < end, found
        found += orders()
    return found


def typed(*words: str) -> TerminalKeys:
    waiting = list(words)
    return TerminalKeys(lambda: waiting.pop(0) if waiting else "")


def test_letters_ask_for_what_they_ask_for_on_the_page():
    keys = typed("v", "N", "bc", "q", "r", "I", "\x1b")
    assert until(keys.orders, 8) == [
        Trigger(), LayOut(), End(), Tap(), Keep(), HoldTempo(), Pause(), Panic()
    ]  # fmt: skip
    keys.close()


def test_arrows_and_other_letters_ask_for_nothing():
    keys = typed("\x1b[A", "xyz", "p")
    assert until(keys.orders, 1) == [SetPerformer("auto")]
    keys.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no terminal pairs on this platform")
def test_a_real_terminal_is_read_key_by_key_and_given_back(monkeypatch: pytest.MonkeyPatch):
    import termios

    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    answered: list[tuple[Order, str]] = []
    pages = SetPerformer("off")

    def answer(order: Order, why: str) -> None:
        answered.append((order, why))

    company = Company(orders=lambda: [pages], answer=answer)
    with os.fdopen(theirs, "r+b", buffering=0) as terminal:
        monkeypatch.setattr(terminal_keys.sys, "stdin", terminal)
        monkeypatch.setattr(terminal_keys, "_at_a_terminal", lambda: True)
        monkeypatch.setattr(terminal_keys, "_in_front", lambda: True)
        with typing(company) as everybody:
            os.write(ours, b"p")
            end = time.monotonic() + 20
            while len(asked := everybody.orders()) < 2:
                assert time.monotonic() < end
            assert asked == [pages, SetPerformer("auto")]
            for order in asked:
                everybody.answer(order, "why")
        assert termios.tcgetattr(terminal.fileno())[3] == before[3]
    assert answered == [(pages, "why")]
    os.close(ours)


def test_nothing_is_typed_where_the_jam_ends_with_its_input(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(terminal_keys, "_at_a_terminal", lambda: True)
    company = Company()
    with typing(company, input_ends_it=True) as everybody:
        assert everybody is company
