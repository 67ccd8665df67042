"""The live view: a page in the browser that sees, hears and plays along.

Serves `static/` and one websocket. Every viewer is sent the newest picture, and only the newest: a
slow one misses some. Only this machine is served: other host names (a rebound DNS name) and pages
of other origins are refused.
"""

import asyncio
import json
import mimetypes
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from jambot.control.commands import LONGEST_MESSAGE, Command, MidiPlayed, read_commands
from jambot.realtime.ports.port import SoundingNotes

STATIC = Path(__file__).parent / "static"
LOOPBACK = ("127.0.0.1", "localhost")
PORTS_TRIED = 20
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


class LiveView:
    """The server and its viewers.

    Threads: `serve` is the life of a thread of its own; `show` and `close` may be called from any
    other. `hear` is called on the server's thread with what a viewer asked at one moment.
    """

    def __init__(self, listening: socket.socket, hear: Callable[[list[Command]], None]) -> None:
        self._listening, self._hear = listening, hear
        self._viewers: set[_Viewer] = set()
        self._newest = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app(),
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                server_header=False,
                ws_max_size=LONGEST_MESSAGE * 4,
                timeout_graceful_shutdown=1,
            )
        )

    def app(self) -> Starlette:
        """The web application: the page, its parts, and `/ws`."""
        # Windows may know .js as text/plain, which browsers then refuse to run as a module.
        mimetypes.add_type("text/javascript", ".js")
        page = StaticFiles(directory=STATIC, html=True)
        return Starlette(
            routes=[WebSocketRoute("/ws", self._view), Mount("/", page)],
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK)),
                Middleware(_WithHeaders),
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

    def close(self) -> None:
        """Let `serve` return, within about a second."""
        self._server.should_exit = True

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._listening])

    def _call_viewers(self) -> None:
        for viewer in self._viewers:
            viewer.news.set()

    async def _view(self, websocket: WebSocket) -> None:
        if not same_origin(websocket.headers):
            await websocket.close()
            return
        await websocket.accept()
        viewer = _Viewer()
        self._viewers.add(viewer)
        showing = asyncio.create_task(self._keep_showing(websocket, viewer))
        try:
            async for text in websocket.iter_text():
                commands = read_commands(text)
                if commands:
                    viewer.follow(commands)
                    self._hear(commands)
        finally:
            showing.cancel()
            self._viewers.discard(viewer)
            self._hear(viewer.releases())

    async def _keep_showing(self, websocket: WebSocket, viewer: "_Viewer") -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                await viewer.news.wait()
                viewer.news.clear()
                if self._newest:
                    await websocket.send_text(self._newest)


class _Viewer:
    """One open page: whether it has yet to see the newest, and which keys it holds down."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.news.set()
        self._keys = SoundingNotes()

    def follow(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, MidiPlayed):
                self._keys.follow(command.data)

    def releases(self) -> list[Command]:
        """What lifts the keys of a page that closes with a chord held down, and its pedal."""
        keys: list[Command] = [MidiPlayed(data) for data in self._keys.note_offs()]
        return [*keys, MidiPlayed(bytes((0xB0, 64, 0)))] if keys else []


class _WithHeaders:
    """Puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def same_origin(headers: Headers) -> bool:
    """Whether a websocket is asked for by our own page, or by a program that is no browser.

    Browsers always name the page's origin. It is compared with the host they asked for, which is
    checked apart, so that a forwarded port works too.
    """
    origin = headers.get("origin")
    return origin is None or origin == f"http://{headers.get('host', '')}"


def listen(host: str, port: int) -> socket.socket | None:
    """A listening socket on `port` or the next free one; None where no port can be had."""
    for candidate in (*range(port, min(port + PORTS_TRIED, 65536)), 0):
        try:
            return socket.create_server((host, candidate), backlog=64)
        except OSError:
            continue
    return None
