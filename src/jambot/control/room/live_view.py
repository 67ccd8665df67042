"""The live view: a page in the browser that sees, hears, plays along and steers.

Serves `static/`, `take_pages`, `chart_pages` and one websocket, `/ws`. Each message is a JSON
object. To a viewer: `{"type": "jam", ...}` (see `picture`), the newest only, so that a slow one
misses some; `{"type": "take", "name", "state", "trouble"}`, how far the take is (see
`outbox.TakeState`);
`{"type": "driver", "driving", "driven", "viewers"}`, whenever that changes; `{"type": "refused",
"why"}` where a message of its own was of no use; and where that message had an `id`, one `{"type":
"answer", "id", "why"}` in its place, also from the stage, `why` empty where it was obeyed. From a
viewer: what `commands` reads.

Everybody may look and everybody may panic; one viewer at a time, the driver, plays and steers. A
page that opens while nobody drives does, as does whoever plays or asks for something then; any
viewer may take over by `{"drive": true}`, and give up by `{"drive": false}`.
"""

import asyncio
import json
import mimetypes
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from jambot.control.room import chart_pages
from jambot.control.room.commands import (
    ANOTHER_DRIVES,
    LONGEST_MESSAGE,
    AskedOrder,
    Command,
    Drive,
    Has,
    OrderAnswer,
    Shelving,
    ViewerKeys,
    read_id,
    read_message,
)
from jambot.control.room.connection import BACKLOG, Connection
from jambot.control.room.door import LOOPBACK, Door, same_origin
from jambot.control.room.outbox import TakeNews
from jambot.control.room.take_pages import TakePages
from jambot.errors import UsageError
from jambot.realtime.orders import Panic

STATIC = Path(__file__).parent / "static"
MOST_VIEWERS = 200
LOOK_SECONDS = 0.05
"""How often it is looked whether every page has what it wants."""
UNREAD_WORDS = 16
"""Words to one viewer that may wait; of more the oldest are lost."""


class LiveView:
    """The server and its viewers.

    Threads: `serve` is the life of a thread of its own; `show` and `close` may be called from any
    other. `hear` is called on the server's thread with what a viewer asked at one moment.
    """

    def __init__(
        self,
        listening: socket.socket,
        hear: Callable[[list[Command]], None],
        token: str | None = None,
        takes: TakePages | None = None,
    ) -> None:
        self._listening, self._hear, self._token = listening, hear, token
        self._takes = takes or TakePages(None)
        self._viewers: dict[int, _Viewer] = {}
        self._numbers = count()
        self._driver: _Viewer | None = None
        self._newest = self._news = self._take = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app(),
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                server_header=False,
                http=Connection,
                backlog=BACKLOG,
                ws_max_size=LONGEST_MESSAGE * 4,
                timeout_graceful_shutdown=1,
            )
        )

    def app(self) -> Starlette:
        """The web application: the page, its parts, takes, and `/ws`."""
        # Windows may know .js as text/plain, which browsers then refuse to run as a module.
        mimetypes.add_type("text/javascript", ".js")
        page = StaticFiles(directory=STATIC, html=True)
        hosts = list(LOOPBACK) if self._token is None else ["*"]
        port = self._listening.getsockname()[1]
        return Starlette(
            routes=[
                WebSocketRoute("/ws", self._view),
                *self._takes.routes(),
                *chart_pages.routes(),
                Mount("/", page),
            ],
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
                Middleware(Door, token=self._token, port=port),
            ],
        )

    def serve(self) -> None:
        """Serve until `close`."""
        asyncio.run(self._serve())

    def show(self, picture: dict[str, Any]) -> None:
        """Send `picture` to every viewer, now and when the next one comes."""
        self._newest = json.dumps(picture, separators=(",", ":"))
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._call_viewers)

    def tell(self, news: TakeNews) -> None:
        """Tell every viewer how far the take is, now and when the next one comes."""
        self._takes.follow(news)
        told = {"name": news.folder.name, "state": news.state, "trouble": news.trouble}
        self._take = news.folder.name
        self._news = json.dumps({"type": "take"} | told)
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._call_viewers)

    def bid_farewell(self, seconds: float) -> None:
        """Wait until every page has what it wants of the take, at most so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pages = [viewer for viewer in list(self._viewers.values()) if viewer.page]
            if all(viewer.has == self._take for viewer in pages):
                return
            time.sleep(LOOK_SECONDS)

    def answer(self, answer: OrderAnswer) -> None:
        """Tell a viewer what became of its order; one that has gone is told nothing."""
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._tell, answer)

    def close(self) -> None:
        """Let `serve` return, within about a second."""
        self._server.should_exit = True

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._listening])

    def _call_viewers(self) -> None:
        for viewer in self._viewers.values():
            viewer.news.set()

    def _tell(self, answer: OrderAnswer) -> None:
        if answer.viewer in self._viewers:
            self._viewers[answer.viewer].answer(answer.number, answer.why)

    async def _view(self, websocket: WebSocket) -> None:
        if not same_origin(websocket.headers) or len(self._viewers) >= MOST_VIEWERS:
            await websocket.close()
            return
        viewer = _Viewer(next(self._numbers), "origin" in websocket.headers)
        self._viewers[viewer.number] = viewer
        try:
            await self._talk(websocket, viewer)
        finally:
            del self._viewers[viewer.number]
            self._drive(viewer, False)
            self._call_viewers()

    async def _talk(self, websocket: WebSocket, viewer: "_Viewer") -> None:
        """Show one viewer the jam and hear it, until it goes."""
        await websocket.accept()
        if self._driver is None and viewer.page:
            self._driver = viewer
        self._call_viewers()
        showing = asyncio.create_task(self._keep_showing(websocket, viewer))
        try:
            async for text in websocket.iter_text():
                self._heard(text, viewer)
        finally:
            showing.cancel()

    def _heard(self, text: str, viewer: "_Viewer") -> None:
        """Do what one message of a viewer says, or tell it why not."""
        try:
            message = read_message(text)
        except UsageError as error:
            viewer.answer(read_id(text), str(error))
            return
        if isinstance(message, Has):
            viewer.has = message.take
            return
        if isinstance(message, Drive):
            self._drive(viewer, message.on)
            return
        if isinstance(message, Shelving):
            self._shelve(message, viewer)
            return
        orders = [asked for asked in message if isinstance(asked, AskedOrder)]
        if self._driver is None:
            self._drive(viewer, True)
        if viewer is self._driver:
            viewer.keys.follow(message)
        elif [asked.order for asked in orders] != [Panic()]:
            viewer.answer(orders[0].number if orders else None, ANOTHER_DRIVES)
            return
        self._hear([_signed(command, viewer) for command in message])

    def _shelve(self, wanted: Shelving, viewer: "_Viewer") -> None:
        """Name or delete a take: whoever drives may, and everybody where nobody does."""
        why = ""
        try:
            if self._driver not in (None, viewer):
                why = ANOTHER_DRIVES
            elif wanted.title is None:
                self._takes.delete(wanted.take)
            else:
                self._takes.entitle(wanted.take, wanted.title)
        except UsageError as error:
            why = str(error)
        viewer.answer(wanted.number, why)

    def _drive(self, viewer: "_Viewer", on: bool) -> None:
        """Let a viewer drive, or let it go; whoever drove so far lifts its hands."""
        if on == (viewer is self._driver):
            return
        if self._driver is not None:
            self._hear(self._driver.keys.lift())
        self._driver = viewer if on else None
        self._call_viewers()

    def _standing(self, viewer: "_Viewer") -> str:
        return json.dumps(
            {
                "type": "driver",
                "driving": viewer is self._driver,
                "driven": self._driver is not None,
                "viewers": len(self._viewers),
            }
        )

    async def _keep_showing(self, websocket: WebSocket, viewer: "_Viewer") -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                await viewer.news.wait()
                viewer.news.clear()
                while viewer.words:
                    await websocket.send_text(viewer.words.popleft())
                standing = self._standing(viewer)
                if standing != viewer.standing:
                    viewer.standing = standing
                    await websocket.send_text(standing)
                if self._news != viewer.news_told:
                    viewer.news_told = self._news
                    await websocket.send_text(viewer.news_told)
                newest = self._newest
                if newest and newest is not viewer.seen:
                    viewer.seen = newest
                    await websocket.send_text(newest)


class _Viewer:
    """One open page or program: what it has yet to be told, and which keys it holds down."""

    def __init__(self, number: int, page: bool) -> None:
        self.number, self.page = number, page
        self.has = ""
        self.news = asyncio.Event()
        self.news.set()
        self.words: deque[str] = deque(maxlen=UNREAD_WORDS)
        self.standing = self.seen = self.news_told = ""
        self.keys = ViewerKeys()

    def answer(self, number: int | None, why: str) -> None:
        """Say to this viewer alone what became of a message of its own."""
        told = {"type": "refused"} if number is None else {"type": "answer", "id": number}
        self.words.append(json.dumps(told | {"why": why}))
        self.news.set()


def _signed(command: Command, viewer: _Viewer) -> Command:
    """An order with the number of the viewer that gave it."""
    return replace(command, viewer=viewer.number) if isinstance(command, AskedOrder) else command
