"""A session to look at, a room to look at it in, and patience with real processes."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room, RoomInput
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Harmony, HarmonyChange, Note
from jambot.realtime.clock import SystemClock
from jambot.realtime.hands.strokes import Stroke
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.player.player import DirectPlayer
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Outside, Session, SessionSettings, StyleChoice
from jambot.realtime.status import SessionStatus
from jambot.tokens import UNSTEERED
from lab.newcomer.chromium import chromium_page as a_page_of

DM9 = (38, 53, 57, 60, 64)
STYLES = ("chord-tones", "another")
STATUS = SessionStatus(
    playing=True,
    player_ready=True,
    bpm=120.0,
    beats_per_bar=4,
    beat=5.0,
    harmony=Harmony.of(DM9),
    lookahead_bars=2.0,
    played_notes=3,
    late_notes=0,
    underruns=0,
    player_restarts=0,
    first_note_ms=None,
    lost=(),
    held=DM9,
    planned=(PlannedNote(Note(5.5, 0.5, 72, 90)), PlannedNote(Note(6.0, 0.5, 74, 90))),
    promised=(PlannedNote(Note(4.0, 0.5, 69, 88)), PlannedNote(Note(5.0, 0.5, 71, 88))),
    controls=UNSTEERED,
    hands=tuple(Stroke(4.9, pitch, 80) for pitch in DM9),
    harmonies=(HarmonyChange(4.9, Harmony.of(DM9)),),
)


@pytest.fixture
def status() -> Callable[..., SessionStatus]:
    """A session in its second bar, over a D minor ninth; keywords change it."""

    def make(**changes: Any) -> SessionStatus:
        return replace(STATUS, **changes)

    return make


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Wait, for at most 100 seconds, until a condition of the real world holds."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 100
        while not condition():
            assert time.monotonic() < end, "it never came true"
            time.sleep(0.02)

    return wait


@pytest.fixture
def room() -> Iterator[Room]:
    """A room with a live view on some free port."""
    opened = Room(port=0, terminal=False)
    yield opened
    opened.close()


@pytest.fixture
def screenshots() -> Path:
    """Where pictures of the page are kept: `JAMBOT_SCREENSHOTS`, or `out/screenshots`."""
    kept = Path(__file__).parents[2] / "out" / "screenshots"
    return Path(os.environ.get("JAMBOT_SCREENSHOTS", kept))


@pytest.fixture
def jam(room: Room, tmp_path: Path) -> Iterator[Session]:
    """A session in real time that hears the page alone; it has two styles, and is written down."""
    clock = SystemClock()

    def make(adapter: str) -> Generator:
        return Generator(ChordToneModel(), SamplingSettings(guidance=0), STYLES.index(adapter) + 1)

    log = SessionLog(tmp_path / "session.jsonl")
    log.write("session", bpm=120.0, beats_per_bar=4, realtime=True)
    session = Session(
        SessionSettings(),
        clock,
        Ports(RoomInput(MemoryInput(clock), room, clock.now), RecordingOutput(clock)),
        DirectPlayer(make(STYLES[0]), make, STYLES[0]),
        log,
        style=StyleChoice(STYLES[0], STYLES),
        outside=Outside(room.show, room.orders, room.answer),
    )
    over = threading.Event()
    stage = threading.Thread(target=session.run, args=(None, over.is_set))
    stage.start()
    yield session
    over.set()
    stage.join(timeout=10)
    log.close()


@pytest.fixture(scope="session")
def chromium_page(
    require_program: Callable[[str], str],
) -> Callable[[], AbstractContextManager[Any]]:
    """Opens a page in a real headless browser, as a context."""
    program = require_program("chromium")
    return lambda: a_page_of(program)
