"""A page that stays open: neither it nor the room may grow.

`JAMBOT_SOAK_SECONDS=600 python -m pytest tests/control/test_soak.py -s` is the long one; without
the variable it lasts half a minute.
"""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psutil
import pytest

from jambot.control import Room
from jambot.realtime.session import Session

OpenBrowser = Callable[[], AbstractContextManager[Any]]

SECONDS = float(os.environ.get("JAMBOT_SOAK_SECONDS", "15"))
SETTLE_SHARE = 0.4
"""Until then buffers fill: what is measured from there on is growth."""
MOST_HEAP_MB, MOST_ROOM_MB = 2.0, 8.0
"""A leak of one picture a second (10 kB) would be 6 MB in ten minutes."""
MOST_ELEMENTS = 20
"""Bars of a heard form come and go; a leak would add some with each of hundreds of pictures."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS + 300)]


def play_on(page: Any, until: float) -> None:
    """Hold one chord after the other, and turn a knob with each."""
    number = 0
    while time.monotonic() < until:
        pad = f"Digit{number % 8 + 1}"
        page.key(pad, down=True)
        page.value("document.getElementById('knob-density').focus()")
        page.press("End" if number % 2 else "Home")
        time.sleep(1.5)
        page.key(pad, down=False)
        number += 1


def test_neither_page_nor_room_grows(chromium_page: OpenBrowser, room: Room, jam: Session):
    process = psutil.Process(room.pid)
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.click("#sound")
        page.click("#click")
        begin = time.monotonic()
        play_on(page, begin + SECONDS * SETTLE_SHARE)
        heap, memory = page.heap_bytes(), process.memory_info().rss
        nodes = page.value("document.getElementsByTagName('*').length")
        play_on(page, begin + SECONDS)
        heap_mb = (page.heap_bytes() - heap) / 1e6
        room_mb = (process.memory_info().rss - memory) / 1e6
        print(f"{SECONDS:g} s: page {heap / 1e6:.1f} MB {heap_mb:+.2f}, ", end="")
        print(f"room {memory / 1e6:.0f} MB {room_mb:+.1f}")
        assert heap_mb < MOST_HEAP_MB
        assert room_mb < MOST_ROOM_MB
        more = page.value("document.getElementsByTagName('*').length") - nodes
        assert more <= MOST_ELEMENTS
        assert page.faults == []
    assert jam.scheduler.played_notes > SECONDS / 2
