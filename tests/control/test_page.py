"""The page in a real browser, over a real session: what a newcomer does in the first minute."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room, RoomInput
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.realtime.clock import SystemClock
from jambot.realtime.player import DirectPlayer
from jambot.realtime.ports import MemoryInput, RecordingOutput
from jambot.realtime.session import Session, SessionSettings
from jambot.realtime.session_log import SessionLog

OpenBrowser = Callable[[], AbstractContextManager[Any]]

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where pictures of the page are kept: `JAMBOT_SCREENSHOTS`, or with the test."""
    return Path(os.environ.get("JAMBOT_SCREENSHOTS", tmp_path))


@pytest.fixture
def jam(room: Room) -> Iterator[Session]:
    """A session in real time that hears the page alone."""
    clock = SystemClock()
    generator = Generator(ChordToneModel(), SamplingSettings(guidance=0), 1)
    session = Session(
        SessionSettings(),
        clock,
        RoomInput(MemoryInput(clock), room, clock.now),
        RecordingOutput(clock),
        DirectPlayer(generator),
        SessionLog(),
        show=room.show,
        orders=room.orders,
    )
    over = threading.Event()
    stage = threading.Thread(target=session.run, args=(None, over.is_set))
    stage.start()
    yield session
    over.set()
    stage.join(timeout=10)


def text(page: Any, identity: str) -> str:
    return str(page.value(f"document.getElementById({identity!r}).textContent"))


def test_a_chord_held_on_the_page_is_answered_seen_and_heard(
    chromium_page: OpenBrowser, room: Room, jam: Session, screenshots: Path
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        page.wait_for("document.getElementById('hint').textContent.startsWith('Play a chord')")
        page.screenshot(screenshots / "live_view_waiting.png")
        page.click("#sound")
        page.key("Digit1", down=True)
        page.wait_for("document.getElementById('chord').textContent !== '–'")
        assert text(page, "chord") == "Dm9"
        page.wait_for("Number(document.getElementById('notes').textContent) >= 4")
        page.wait_for("import('/page.js').then(page => page.sound.level() > 0.005)")
        assert text(page, "player") == "ready"
        assert text(page, "hint") == ""
        page.screenshot(screenshots / "live_view_jamming.png")
        page.key("Digit1", down=False)
        page.resize(390, 780)
        assert page.value("document.documentElement.scrollWidth") <= 390
        page.screenshot(screenshots / "live_view_narrow.png")
        assert page.faults == []
    assert any(event["event"] == "played" for event in jam.log.events)


def test_panic_silences_and_the_page_says_so(chromium_page: OpenBrowser, room: Room, jam: Session):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        page.key("KeyA", down=True)
        page.key("KeyD", down=True)
        page.key("KeyG", down=True)
        page.wait_for("document.getElementById('chord').textContent === 'C'")
        page.wait_for("document.getElementById('player').textContent === 'ready'")
        page.click("#panic")
        page.wait_for("document.getElementById('player').textContent === 'listening'")
        page.wait_for("document.getElementById('chord').textContent === '–'")
        assert page.faults == []


def test_the_page_comes_back_by_itself_when_the_room_does(
    chromium_page: OpenBrowser, screenshots: Path
):
    room = Room(port=0, terminal=False)
    assert room.url is not None
    port = int(room.url.rsplit(":", 1)[1])
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        room.close()
        page.wait_for("document.getElementById('away').textContent.includes('trying again')")
        page.screenshot(screenshots / "live_view_lost.png")
        again = Room(port=port, terminal=False)
        try:
            assert again.url == room.url
            page.wait_for("document.body.dataset.link === 'open'")
        finally:
            again.close()
