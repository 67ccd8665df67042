"""A running jam, seen and steered through its live view, as a page in the browser does it."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from jambot.control.mcp_server.history import History
from jambot.control.room.commands import ANOTHER_DRIVES
from jambot.errors import JamBotError
from jambot.realtime.orders import Order, as_dict

OPEN_SECONDS = 5.0
SETTLE_SECONDS = 5.0
"""Pictures come ten times a second; what has not shown by then was not done."""
LONGEST_PICTURE = 4_000_000


class JamLink:
    """One viewer of a live view.

    `picture` is the newest message of type "jam" (see `control.room.picture`), empty before the
    first; `history` what has been seen so far; `driving` whether this viewer's orders are taken,
    None where nobody has said.

    Threads: one event loop; a task of its own reads.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.picture: dict[str, Any] = {}
        self.history = History()
        self.driving: bool | None = None
        self._ids = count(1)
        self._answers: dict[int, str | None] = {}
        """Why each order of ours was refused, empty where it was obeyed, None as yet."""
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()

    @property
    def alive(self) -> bool:
        """Whether the live view is there."""
        return self._reading is not None and not self._reading.done()

    async def open(self) -> None:
        """Look in, and wait for the first picture. JamBotError where no jam answers."""
        try:
            self._socket = await connect(
                _websocket(self.url), open_timeout=OPEN_SECONDS, max_size=LONGEST_PICTURE
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise JamBotError(
                f"no jam answers at {self.url}",
                "a running `jambot jam` with its live view",
                "start one, or ask the tool `start` (with --allow-drive)",
            ) from error
        self._reading = asyncio.create_task(self._read(self._socket))
        if not await self.until(lambda: bool(self.picture), OPEN_SECONDS):
            await self.close()
            raise JamBotError(f"the jam at {self.url} sends no status", "the status of the session")

    async def order(
        self,
        order: Order,
        shows: Callable[[dict[str, Any]], bool],
        seconds: float | None = None,
    ) -> bool:
        """Ask the stage, and wait until its picture shows what was asked; False where it does not.

        JamBotError with the reason where the live view or the stage refuses, or says nothing.
        """
        drove = self.driving
        refusal = await self._ask(order)
        if not refusal:
            await self.until(
                lambda: shows(self.picture), SETTLE_SECONDS if seconds is None else seconds
            )
        if drove is False and self.driving:
            # Nobody drove, so asking made us the driver: the wheel is left to whoever plays.
            await self.say({"drive": False})
        if refusal == ANOTHER_DRIVES:
            raise JamBotError(
                refusal,
                "this client to be the driver",
                "ask the performer, then call the tool `drive` with on = true",
            )
        if refusal:
            raise JamBotError(f"refused: {refusal}")
        return shows(self.picture)

    async def _ask(self, order: Order) -> str:
        """Send an order; why it was refused, empty where the stage obeys. JamBotError if nobody
        answers."""
        number = next(self._ids)
        self._answers[number] = None
        try:
            await self.say({"order": as_dict(order), "id": number})
            await self.until(lambda: self._answers[number] is not None, SETTLE_SECONDS)
        finally:
            answer = self._answers.pop(number)
        if answer is None:
            raise JamBotError(
                "the stage did not answer",
                f"an answer within {SETTLE_SECONDS:g} s",
                "look at `status`; if nothing was done, ask again",
            )
        return answer

    async def drive(self, on: bool) -> bool:
        """Take the wheel, or give it up; whether it is ours now."""
        await self.say({"drive": on})
        await self.until(lambda: self.driving is on, SETTLE_SECONDS)
        return bool(self.driving)

    async def say(self, message: dict[str, Any]) -> None:
        """Send one message of the page's protocol."""
        if self._socket is None:
            raise JamBotError("no jam is being watched")
        try:
            await self._socket.send(json.dumps(message))
        except WebSocketException as error:
            raise JamBotError("the jam has ended", "a running jam") from error

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for a message after which `condition` holds; whether it does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: condition() or not self.alive)
        return condition()

    async def close(self) -> None:
        """Look away."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.wait([self._reading], timeout=OPEN_SECONDS)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._take(json.loads(text))
                async with self._news:
                    self._news.notify_all()
        except (WebSocketException, ValueError):
            pass
        finally:
            async with self._news:
                self._news.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "jam":
            self.picture = message
            self.history.take(message)
        elif kind == "driver":
            self.driving = message["driving"]
        elif kind == "answer" and message.get("id") in self._answers:
            self._answers[message["id"]] = str(message.get("why"))


def _websocket(url: str) -> str:
    """The address of a page's websocket; a token in the query stays."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, "/ws", parts.query, ""))
