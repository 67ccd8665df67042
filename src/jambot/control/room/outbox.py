"""What goes from the stage to the room: the newest status, every answer, and news of the take."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, TypeVar

from jambot.control.room.commands import OrderAnswer
from jambot.realtime.status import SessionStatus

T = TypeVar("T")
ANSWERS_KEPT = 1024
"""Answers that may wait for the room; beyond them the oldest are lost."""


class Newest(Generic[T]):
    """Holds the newest value until it is taken.

    Threads: one puts, never waiting; another waits to take.
    """

    def __init__(self) -> None:
        self._value: deque[T] = deque(maxlen=1)
        self._filled: SimpleQueue[None] = SimpleQueue()

    def put(self, value: T) -> None:
        """Replace what was not yet taken."""
        self._value.append(value)
        if self._filled.empty():
            self._filled.put(None)

    def take(self) -> T:
        """Wait for a value, and take it."""
        while True:
            self._filled.get()
            with suppress(IndexError):
                return self._value.popleft()


class TakeState(StrEnum):
    """How far a take is."""

    playing = "playing"
    ending = "ending"
    """Its notes have ended, and its files are being made."""
    ended = "ended"
    """Its files are there, and another take may begin."""
    leaving = "leaving"
    """Its files are there as far as they ever will be, and the room is about to go."""


@dataclass(frozen=True, slots=True)
class TakeNews:
    """The folder of the take, how far it is, and what went wrong (as a rule nothing)."""

    folder: Path
    state: TakeState
    trouble: str = ""


Word = SessionStatus | OrderAnswer | TakeNews


class Outbox:
    """Keeps what is to be sent until it is taken.

    Threads: the stage's puts, never waiting; another waits to take.
    """

    def __init__(self) -> None:
        self._newest: deque[SessionStatus] = deque(maxlen=1)
        self._answers: deque[OrderAnswer | TakeNews] = deque(maxlen=ANSWERS_KEPT)
        self._bell: Newest[None] = Newest()
        self._closed = False

    def show(self, status: SessionStatus) -> None:
        """Replace the status that was not yet taken."""
        self._newest.append(status)
        self._bell.put(None)

    def answer(self, answer: OrderAnswer) -> None:
        """Add what became of one order."""
        self._answers.append(answer)
        self._bell.put(None)

    def tell(self, news: TakeNews) -> None:
        """Add news of the take."""
        self._answers.append(news)
        self._bell.put(None)

    def close(self) -> None:
        """Nothing more is put in; what waits may still be taken."""
        self._closed = True
        self._bell.put(None)

    def take(self) -> list[Word] | None:
        """Wait for something, and take all of it, answers first; None once closed and empty."""
        if not self._closed:
            self._bell.take()
        kept = (self._answers, self._newest)
        words = [words.popleft() for words in kept for _ in range(len(words))]
        return None if self._closed and not words else words
