"""Who is let in to the live view, and what every answer carries.

On the loop-back address everybody on this machine may look, and nobody else can; a host name that
was rebound to it is refused, and so are pages of other origins, which may link to the page and no
more. On any other address a token is asked for: in the address once (`?token=…`), as a cookie from
then on, or as `Authorization: Bearer …`.
"""

import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost")
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
NO_TOKEN = b"This jam asks for its token: open the whole address that `jambot jam` wrote down.\n"
FOREIGN = b"This is asked for by a page of another origin.\n"


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(16)


class Door:
    """Lets in who may come in, and puts `HEADERS` on every answer that has none of its own.

    `token` None asks for none. `port` tells apart the cookies of two jams on one machine.
    """

    def __init__(self, app: ASGIApp, token: str | None = None, port: int = 0) -> None:
        self._app, self._token = app, token
        self._cookie = f"jambot-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "http" and is_foreign(headers, scope["path"]):
            await _refuse(scope, send, FOREIGN)
            return
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if not (self._is_token(asked) or self._is_token(self._carried(headers))):
            await _refuse(scope, send, NO_TOKEN)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer.setdefault(name, value)
                if self._token is not None and asked:
                    answer.append(
                        "set-cookie", f"{self._cookie}={asked}; Path=/; HttpOnly; SameSite=Strict"
                    )
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_token(self, text: str) -> bool:
        if self._token is None:
            return True
        return secrets.compare_digest(text.encode("latin-1", "replace"), self._token.encode())

    def _carried(self, headers: Mapping[str, str]) -> str:
        bearer = headers.get("authorization", "")
        if bearer.startswith("Bearer "):
            return bearer.removeprefix("Bearer ")
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return "" if cookie is None else cookie.value


async def _refuse(scope: Scope, send: Send, why: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": why})


def same_origin(headers: Headers) -> bool:
    """Whether a websocket is asked for by our own page, or by a program that is no browser.

    Browsers always name the page's origin. It is compared with the host they asked for, which is
    checked apart, so that a forwarded port works too.
    """
    origin = headers.get("origin")
    return origin is None or origin == f"http://{headers.get('host', '')}"


def is_foreign(headers: Headers, path: str) -> bool:
    """Whether a page of another origin asks, by what browsers say of it themselves.

    Such a page may have the live view opened by a click. It gets no part of it, and above all no
    take measured.
    """
    if not same_origin(headers):
        return True
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    return path != "/" or headers.get("sec-fetch-dest") != "document"
