"""The newest value, handed from one thread to another."""

from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


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
