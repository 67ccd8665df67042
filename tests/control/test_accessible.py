"""The page for people who do not see it: axe at four sizes, and few announcements."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any

import pytest

from jambot.control import Room
from jambot.realtime.session import Session
from jambot.realtime.status import SessionStatus

OpenBrowser = Callable[[], AbstractContextManager[Any]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SIZES = ((1280, 800), (1024, 700), (820, 1180), (390, 844))
FINDINGS = """
axe.run(document).then(({ violations }) =>
  violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`))
"""
WRONG = """
(() => {
  const text = document.getElementById("tune-text");
  text.value = "| Dm7 | Hm7 |";
  text.dispatchEvent(new Event("input"));
})()
"""
"""A chart with a word that is marked, and a reading to press."""
WATCH = """
(() => {
  window.announced = 0;
  const live = "output, [role=status], [role=alert], [role=log], [aria-live]";
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      if (element?.closest(live)) window.announced += 1;
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()
"""


def findings(page: Any) -> list[str]:
    """What axe has against the page as it stands."""
    if not page.value("'axe' in window"):
        page.value((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8") + "; 0")
    return list(page.value(FINDINGS))


def test_axe_finds_nothing_at_four_sizes(
    chromium_page: OpenBrowser, room: Room, status: Callable[..., SessionStatus]
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        room.show(status(adapter="piano", styles=("piano", "horn"), gestures=(("tap", "cc 80"),)))
        page.wait_for("document.getElementById('chord').textContent === 'Dm9'")
        for size in SIZES:
            page.resize(*size)
            assert (size, findings(page)) == (size, [])


@pytest.mark.parametrize("opener", ["#help", "#takes", "#teach", "#tunes", "#over-open"])
def test_axe_finds_nothing_in_any_dialog_at_four_sizes(
    opener: str, chromium_page: OpenBrowser, room: Room, status: Callable[..., SessionStatus]
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        room.show(status(adapter="piano", styles=("piano", "horn")))
        page.wait_for("document.getElementById('chord').textContent === 'Dm9'")
        page.value(f"document.querySelector({opener!r}).click()")
        if opener == "#tunes":
            page.wait_for("document.querySelectorAll('#tune-list option').length > 12")
            page.value(WRONG)
            page.wait_for("document.querySelector('#tune-marked mark') !== null")
        for size in SIZES:
            page.resize(*size)
            assert page.value("document.querySelectorAll('dialog[open]').length") == 1
            assert (size, findings(page)) == (size, [])


def test_a_phone_has_volume_and_tap(chromium_page: OpenBrowser, room: Room):
    with chromium_page() as page:
        page.open(room.url, 390, 844)
        for identity in ("volume", "tap", "sound", "help"):
            assert page.value(f"document.getElementById({identity!r}).checkVisibility()"), identity
        assert page.value("document.documentElement.scrollWidth") <= 390


def test_nothing_is_announced_while_the_music_goes_on(
    chromium_page: OpenBrowser, room: Room, jam: Session
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        page.value(WATCH)
        for pad in ("Digit1", "Digit2", "Digit3"):
            page.key(pad, down=True)
            heard = page.value("Number(document.getElementById('notes').textContent)")
            page.wait_for(f"Number(document.getElementById('notes').textContent) >= {heard + 4}")
            page.key(pad, down=False)
        assert page.value("window.announced") == 0
        assert len(json.dumps(page.faults)) == 2


def test_no_two_buttons_of_the_page_are_called_the_same(
    chromium_page: OpenBrowser, room: Room, status: Callable[..., SessionStatus]
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        room.show(status())
        page.wait_for("document.getElementById('chord').textContent === 'Dm9'")
        names = page.value(
            "[...document.querySelectorAll('button')].filter((b) => b.checkVisibility())"
            ".map((b) => b.getAttribute('aria-label') ?? b.textContent.trim())"
        )
        assert sorted({name for name in names if names.count(name) > 1}) == []
