"""What a live view serves beside its page: the takes of a jam that was started elsewhere."""

import asyncio
import json
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from jambot.control.mcp_server.results import Report
from jambot.errors import JamBotError

WAIT_SECONDS = 30.0
"""A long take is measured anew before it is told."""


async def running_report(url: str) -> Report | None:
    """The figures of the take that is being played at `url`, as far as it goes; None without one.

    JamBotError where the live view does not answer.
    """
    rows = await asyncio.to_thread(_get, url, "/takes")
    running = next((row["name"] for row in rows if row["running"]), None)
    if running is None:
        return None
    figures = await asyncio.to_thread(_get, url, f"/takes/{quote(running)}/report.json")
    return Report(take=running, whole=False, figures=figures)


def _get(url: str, path: str) -> Any:
    parts = urlsplit(url)
    token = parse_qs(parts.query).get("token", [""])[0]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asked = Request(urlunsplit((parts.scheme, parts.netloc, path, "", "")), headers=headers)
    try:
        with urlopen(asked, timeout=WAIT_SECONDS) as answer:
            return json.loads(answer.read())
    except (URLError, TimeoutError, ValueError) as error:
        raise JamBotError(f"{parts.netloc}{path}: {error}", "the takes of the jam") from error
