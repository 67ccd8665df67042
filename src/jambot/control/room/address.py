"""Where the live view listens, and how it is reached from here and from elsewhere."""

import errno
import re
import socket
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from jambot.control.room.door import LOOPBACK, new_token
from jambot.errors import UsageError

EVERYWHERE = ("0.0.0.0", "::")
PORTS_TRIED = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,200}")


@dataclass(frozen=True, slots=True)
class Address:
    """`url` opens the page on this machine; None where no port was to be had, or none was wanted.

    `notice` is for the user: a busy port, or how other machines reach it; else empty. `token` is
    asked of every visitor; None on the loop-back address, which no other machine reaches.
    """

    url: str | None
    notice: str
    token: str | None


def open_address(
    host: str, port: int, token: str | None = None
) -> tuple[socket.socket | None, Address]:
    """A listening socket on `port` or the next free one, and its address.

    Off the loop-back address there is always a token: the one asked for, or a new one. UsageError
    for a token that does not fit into an address.
    """
    if token is not None and not _TOKEN.fullmatch(token):
        raise UsageError(
            f"a token that is not valid ({len(token)} characters)",
            "8 to 200 letters, digits, - or _",
            "leave it out, and JAM_BOT makes one",
        )
    if token is None and host not in LOOPBACK:
        token = new_token()
    listening = _listen(host, port)
    if listening is None:
        missing = "no port is free for the live view; the jam goes on without it"
        return None, Address(None, missing, token)
    bound = listening.getsockname()[1]
    here = LOOPBACK[0] if host in EVERYWHERE else host
    url = _url(here, bound, token)
    notices = (
        [f"port {port} is busy, so the live view is at {url}"] if port not in (0, bound) else []
    )
    if host in EVERYWHERE:
        notices.append(f"from another machine: {_url(_address_elsewhere(), bound, token)}")
    return listening, Address(url, "\n".join(notices), token)


def with_token(url: str, token: str | None) -> str:
    """An address of a live view with the token in it, unless it has one already."""
    parts = urlsplit(url)
    if token is None or "token" in parse_qs(parts.query):
        return url
    query = "&".join(part for part in (parts.query, f"token={quote(token)}") if part)
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))


def _url(host: str, port: int, token: str | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}" + (f"/?token={token}" if token else "")


def _listen(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in (*range(port, min(port + PORTS_TRIED, 65536)), 0):
        try:
            return socket.create_server((host, candidate), family=family, backlog=64)
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN):
                raise UsageError(f"live view on {host!r}", "an address of this machine") from error
    return None


def _address_elsewhere() -> str:
    """This machine as others on its network know it; the loop-back address without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: nothing is sent
        except OSError:
            return LOOPBACK[0]
        return str(probe.getsockname()[0])
