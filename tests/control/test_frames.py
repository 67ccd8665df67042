"""How smoothly the roll runs, and how evenly the stage plays meanwhile: a real jam, a real browser.

`JAMBOT_FRAMES_SECONDS=60 python -m pytest tests/control/test_frames.py -s` measures for longer.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from jambot.assets import DEMO_COMPING
from jambot.control import Room
from jambot.evaluation.take.kpi import stage_figures
from jambot.music.take import read_take
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.stopping import Stopping

OpenBrowser = Callable[[], AbstractContextManager[Any]]

SECONDS = float(os.environ.get("JAMBOT_FRAMES_SECONDS", "4"))
FEWEST_A_SECOND = 30.0
"""What it aims at is 60; a headless browser draws without a graphics card, on cores that others
want too."""

FRAMES = f"""
new Promise((done) => {{
  const frames = [];
  const frame = (now) => {{
    frames.push(now);
    if (now < frames[0] + {SECONDS * 1e3}) requestAnimationFrame(frame);
    else done(frames);
  }};
  requestAnimationFrame(frame);
}})
"""
"""When frames were drawn, in ms."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS + 300)]


@pytest.fixture
def take(room: Room, jack_server: Any, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """A jam of the style that ships first with the built-in pianist, over JACK, which says when
    each note left; called, it ends and gives its log.

    Threads: the stage has one of its own here, the player its process, as always.
    """
    log, stopping = tmp_path / "session.jsonl", Stopping()
    settings = JamSettings(backend="jack", comping=DEMO_COMPING)
    stage = threading.Thread(
        target=jam, args=(settings, log, room.show), kwargs={"stopping": stopping}
    )

    def ended() -> Path:
        stopping.asked = True
        stage.join(timeout=30)
        return log

    stage.start()
    yield ended
    ended()


def test_the_roll_is_drawn_often_enough_to_flow_while_the_stage_keeps_time(
    chromium_page: OpenBrowser, room: Room, take: Callable[[], Path]
):
    with chromium_page() as page:
        page.open(room.url)
        page.click("#sound")
        page.wait_for("Number(document.getElementById('notes').textContent) >= 4")
        frames = page.value(FRAMES)
        assert page.faults == []
    figures = stage_figures(read_take(take()))
    gaps_ms = [after - before for before, after in pairwise(frames)]
    a_second = 1e3 * len(gaps_ms) / sum(gaps_ms)
    print(f"{SECONDS:g} s: {a_second:.1f} frames a second, ", end="")
    print(f"p99 {quantiles(gaps_ms, n=100)[-1]:.1f} ms apart, {max(gaps_ms):.1f} at most; ", end="")
    jitter = figures.jitter_ms
    print(f"{jitter.n} notes, jitter p99 {jitter.p99:.2f} ms, {figures.late_notes} late")
    assert a_second >= FEWEST_A_SECOND
    assert jitter.n > SECONDS / 2
