"""Requests to FL Studio, each from its asking until FL Studio shows it, or does not."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from jambot.control.fl_studio.protocol import NO_CHANNEL, Frame, encode
from jambot.control.fl_studio.state import FLState
from jambot.errors import FLStudioError

REPEAT_SECONDS = 0.5
REQUEST_SECONDS = 2.0


@dataclass(slots=True)
class StudioRequest:
    """Something FL Studio was asked to do; `done` once it shows, `error` if it never did."""

    name: str
    fields: dict[str, int]
    wanted: str
    holds: Callable[[FLState], bool]
    found: Callable[[FLState], str]
    number: int
    done: bool = False
    error: FLStudioError | None = None
    started_seconds: float | None = None
    sent_seconds: float | None = None

    @property
    def settled(self) -> bool:
        return self.done or self.error is not None


class StudioRequests:
    """Those that are not settled yet, carried out one after the other.

    Threads: for a single thread.
    """

    def __init__(self) -> None:
        self._waiting: deque[StudioRequest] = deque()
        # Another JAM_BOT may ask the same FL Studio: numbers should not meet.
        self._asked = secrets.randbelow(NO_CHANNEL)

    def ask(
        self,
        name: str,
        wanted: str,
        holds: Callable[[FLState], bool],
        found: Callable[[FLState], str],
        **fields: int,
    ) -> StudioRequest:
        """One more, under a number of its own."""
        self._asked = self._asked % NO_CHANNEL + 1
        request = StudioRequest(name, fields, wanted, holds, found, self._asked)
        self._waiting.append(request)
        return request

    def check(self, state: FLState, carried_out: int) -> None:
        """Settle the one under way where the state, read after its deed, has what it wants."""
        request = self._first
        if request is not None and request.number == carried_out and request.holds(state):
            request.done = True
            self._waiting.popleft()

    def refuse(self, frame: Frame) -> None:
        """FL Studio will not do it."""
        request = self._first
        if request is not None and request.number == frame.numbers["request"]:
            self._waiting.popleft()
            request.error = FLStudioError(
                f"FL Studio refused: {frame.texts['reason']}",
                request.wanted,
                "close what is open in FL Studio, and ask again",
            )

    def judge(
        self, now: float, state: FLState | None, absence: Callable[[], FLStudioError]
    ) -> None:
        """Give the oldest its time, and no more; `absence` says why there is no `state`."""
        request = self._first
        if request is None:
            return
        if request.started_seconds is None:
            request.started_seconds = now
        if now - request.started_seconds <= REQUEST_SECONDS:
            return
        self._waiting.popleft()
        if state is None:
            request.error = absence()
        else:
            request.error = FLStudioError(
                f"{request.found(state)} after {REQUEST_SECONDS:g} s",
                request.wanted,
                "check whether FL Studio shows a dialog, close it, and ask again",
            )

    def due(self, now: float) -> bytes | None:
        """The frame of the one under way, where it is time to send it, or to send it again."""
        request = self._first
        if request is None:
            return None
        if request.sent_seconds is not None and now - request.sent_seconds < REPEAT_SECONDS:
            return None
        request.sent_seconds = now
        return encode(request.name, request=request.number, **request.fields)

    @property
    def _first(self) -> StudioRequest | None:
        return self._waiting[0] if self._waiting else None
