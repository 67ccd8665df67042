"""One connection to the live view, closed where nothing comes of it.

A server that waits for everybody is soon waiting for strangers alone: a connection has to say what
it wants, and to take what it is given, in time; and there are only so many.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""For a whole request, from the opening or the last answer on."""
TAKING_SECONDS = 30.0
"""For a reader that is behind to catch up."""
MOST_CONNECTIONS = 224
"""Open views included. Some systems give a process 256 files, sockets among them."""
BACKLOG = 128


class Connection(H11Protocol):
    """Closed when its time is up; of too many, the one that has said nothing for longest goes.

    Threads: the server's event loop.
    """

    _timer: asyncio.TimerHandle | None = None
    _slow: asyncio.TimerHandle | None = None
    _waits_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; there may be one too many now."""
        super().connection_made(transport)
        self._await_request()
        there = [c for c in self.connections if not _closes(c)]
        waiting = [c for c in there if isinstance(c, Connection) and c._waits_since is not None]
        if len(there) > MOST_CONNECTIONS:
            min(waiting, key=lambda c: c._waits_since or 0.0).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        self._stop(self._timer)
        self._stop(self._slow)

    def handle_events(self) -> None:
        """Look at what has come: maybe a whole request."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._waits_since = None

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Leave it to the websocket's own protocol, which pings."""
        self._stop(self._timer)
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._await_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for a slow reader, but not for ever."""
        super().pause_writing()
        self._slow = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it has caught up."""
        super().resume_writing()
        self._stop(self._slow)

    def _await_request(self) -> None:
        self._stop(self._timer)
        self._waits_since = self.loop.time()
        self._timer = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self._waits_since is not None:
            self.transport.abort()

    def _stop(self, timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def _closes(connection: Any) -> bool:
    return bool(connection.transport.is_closing())
