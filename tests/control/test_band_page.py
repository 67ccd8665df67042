"""The band on the page, in a real browser: asked for, seen in its lanes, heard, folded away."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room
from jambot.realtime.session import Session

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SOUNDED = """
(async () => {
  const { sound } = await import("./page.js");
  window.sounded ??= [];
  if (!window.listens) {
    window.listens = true;
    const play = sound.play.bind(sound);
    sound.play = (kind, ...rest) => (window.sounded.push(kind), play(kind, ...rest));
  }
  return window.sounded;
})()
"""

INKED = """
(() => {
  const lanes = document.querySelector("#lanes");
  const { data } = lanes.getContext("2d").getImageData(0, 0, lanes.width, lanes.height);
  return data.filter((value, i) => i % 4 === 3 && value > 100).length;
})()
"""
"""Points of the lanes that are drawn on."""


def test_bass_and_drums_are_asked_for_seen_heard_and_folded_away(
    jam: Session,
    room: Room,
    chromium_page: Callable[[], AbstractContextManager[Any]],
    wait_until: Callable[[Callable[[], object]], None],
    screenshots: Path,
) -> None:
    def orders() -> list[dict[str, Any]]:
        lines = Path(str(jam.log.path)).read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines if '"order"' in line]
        return [event["order"] for event in told if event["event"] == "order"]

    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.wait_for("document.querySelector('#play-bass').textContent === 'silent'")
        assert page.value("document.querySelector('#fold').hidden")
        page.click("#band-fold summary")
        page.click("#sound")
        page.value(SOUNDED)
        page.key("Digit1", True)
        for voice in ("bass", "drums"):
            page.click(f"#play-{voice}")
            page.wait_for(f"document.querySelector('#play-{voice}').textContent === 'plays'")
        wait_until(lambda: {"set_voice": {"name": "drums", "on": True, "volume": None}} in orders())
        page.wait_for("document.querySelector('#lanes').clientHeight > 60")
        page.wait_for("['bass', 'drums'].every((voice) => window.sounded.includes(voice))")
        page.wait_for(f"{INKED} > 800")
        page.screenshot(screenshots / "band.png")
        page.value(
            "(() => { const feel = document.querySelector('#feel'); feel.value = 'bossa';"
            " feel.dispatchEvent(new Event('change')); })()"
        )
        wait_until(lambda: {"set_feel": {"feel": "bossa"}} in orders())
        page.click("#fold")
        page.wait_for("document.querySelector('#lanes').clientHeight === 0")
        page.key("Digit1", False)
        assert page.faults == []
