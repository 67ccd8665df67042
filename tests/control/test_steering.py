"""Each control beside the knobs, used in a real browser: what the stage then says it was asked."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room
from jambot.realtime.session import Session

OpenBrowser = Callable[[], AbstractContextManager[Any]]
Wait = Callable[[Callable[[], object]], None]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TAPS = """
(async () => {
  for (let tap = 0; tap < 3; tap++) {
    document.getElementById("tap").click();
    await new Promise((done) => setTimeout(done, 400));
  }
})()
"""
"""At 150 bpm."""


@pytest.fixture
def told(jam: Session) -> Callable[[str], list[Any]]:
    """What the stage has written down so far: `told("order")` gives every order it obeyed."""

    def rows(event: str) -> list[Any]:
        assert jam.log.path is not None
        *whole, _ = jam.log.path.read_text().split("\n")
        found = [row for row in map(json.loads, whole) if row["event"] == event]
        return [row["order"] for row in found] if event == "order" else found

    return rows


def test_style_form_keep_tap_again_thin_and_end_reach_the_stage_from_the_page(
    chromium_page: OpenBrowser,
    room: Room,
    jam: Session,
    told: Callable[[str], list[Any]],
    wait_until: Wait,
    screenshots: Path,
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.key("Digit1", down=True)
        page.wait_for("Number(document.getElementById('notes').textContent) >= 2")

        page.value("document.getElementById('adapter').focus()")
        page.press("End")
        wait_until(lambda: {"set_adapter": {"name": "another"}} in told("order"))
        wait_until(lambda: any(row["state"] == "plays" for row in told("adapter")))
        plays = told("adapter")[-1]
        assert (plays["adapter"], plays["beat"] % 4) == ("another", 0)
        page.wait_for("document.querySelector('#adapter option:checked').text === 'another'")

        page.value("document.getElementById('form').focus()")
        page.ask("Input.insertText", text="| Dm7 | G7 |")
        page.press("Enter")
        wait_until(lambda: {"set_form": {"chart": "| Dm7 | G7 |"}} in told("order"))
        page.wait_for("document.getElementById('chart-place').textContent.endsWith(' of 2')")

        page.click("#keep")
        wait_until(lambda: {"keep": {"bars": 32}} in told("order"))
        page.wait_for("document.getElementById('kept').textContent.endsWith('lies in Takes.')")
        page.screenshot(screenshots / "live_view_steered.png")

        page.value(TAPS)
        wait_until(lambda: told("order").count({"tap": {}}) == 3)
        (tapped,) = told("tempo")
        assert 100 < tapped["bpm"] < 160
        page.wait_for("Math.abs(document.getElementById('tempo').value - 120) > 1")

        # Slow bars: the next one is planned, and will be for some seconds.
        tempo = "document.getElementById('tempo')"
        page.value(f"({tempo}.value = 20, {tempo}.dispatchEvent(new Event('change')))")
        wait_until(lambda: jam.line.bpm == 20.0)
        for place, deed in ((2, "reroll"), (3, "thin")):
            button = f"#plan .bar:nth-child(1) button:nth-of-type({place})"
            page.wait_for(f"!document.querySelector('{button}').disabled")
            page.click(button)
            wait_until(lambda deed=deed: any(deed in order for order in told("order")))
        page.click("#end")
        wait_until(lambda: {"end": {}} in told("order"))
        page.wait_for("document.getElementById('player').textContent === 'laid out'")
        assert told("refused") == []
        assert page.faults == []
