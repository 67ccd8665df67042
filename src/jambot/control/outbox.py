"""What goes from the stage to the room: the newest status, and every answer."""

from collections import deque

from jambot.control.commands import Answer
from jambot.control.slot import Slot
from jambot.realtime.status import SessionStatus

ANSWERS_KEPT = 1024
"""Answers that may wait for the room; beyond them the oldest are lost."""


class Outbox:
    """Keeps what is to be sent until it is taken.

    Threads: the stage's puts, never waiting; another waits to take.
    """

    def __init__(self) -> None:
        self._newest: deque[SessionStatus] = deque(maxlen=1)
        self._answers: deque[Answer] = deque(maxlen=ANSWERS_KEPT)
        self._bell: Slot[None] = Slot()
        self._closed = False

    def show(self, status: SessionStatus) -> None:
        """Replace the status that was not yet taken."""
        self._newest.append(status)
        self._bell.put(None)

    def answer(self, answer: Answer) -> None:
        """Add what became of one order."""
        self._answers.append(answer)
        self._bell.put(None)

    def close(self) -> None:
        """Nothing more is taken."""
        self._closed = True
        self._bell.put(None)

    def take(self) -> list[SessionStatus | Answer] | None:
        """Wait for something, and take all of it, answers first; None once closed."""
        self._bell.take()
        if self._closed:
            return None
        kept = (self._answers, self._newest)
        return [words.popleft() for words in kept for _ in range(len(words))]
