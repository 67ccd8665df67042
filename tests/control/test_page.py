"""The page in a real browser, over a real session: what a newcomer does in the first minute."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room
from jambot.realtime.session import Session
from jambot.realtime.status import SessionStatus

OpenBrowser = Callable[[], AbstractContextManager[Any]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TOO_FAINT = """
(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const part = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [18, 19, 23];
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches(":disabled")) continue;
    const style = getComputedStyle(element);
    const [one, two] = [light(numbers(style.color)), light(ground(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${element.outerHTML} ${ratio.toFixed(2)}`);
  }
  return faint;
})()
"""
"""Too faint to read for WCAG 2.2 AA: contrast below 4.5, or below 3 where letters are large."""

OUT_OF_REACH = """
[...document.querySelectorAll("button, input, select, a")].filter((element) => {
  if (!element.checkVisibility() || element.matches(":disabled")) return false;
  const label = element.getAttribute("aria-label") || element.labels?.[0]?.textContent;
  return element.tabIndex < 0 || !(label || element.textContent).trim();
}).map((element) => element.outerHTML)
"""
"""What Tab does not come to, or nobody can call by a name."""

DRAGGED = """
(() => {
  const event = new DragEvent("dragstart", { dataTransfer: new DataTransfer(), bubbles: true });
  document.querySelector("#shelf li a[draggable]").dispatchEvent(event);
  return event.dataTransfer.getData("DownloadURL");
})()
"""


def text(page: Any, identity: str) -> str:
    return str(page.value(f"document.getElementById({identity!r}).textContent"))


def test_a_chord_held_on_the_page_is_answered_seen_and_heard(
    chromium_page: OpenBrowser, room: Room, jam: Session, screenshots: Path
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        page.click("#begin button")
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
        assert page.value(TOO_FAINT) == []
        page.key("Digit1", down=False)
        page.resize(390, 780)
        assert page.value("document.documentElement.scrollWidth") <= 390
        assert page.value(TOO_FAINT) == []
        page.screenshot(screenshots / "live_view_narrow.png")
        assert page.faults == []
    assert jam.scheduler.played_notes >= 4


def test_three_lines_say_what_to_do_now_and_go_for_good_once_all_are_done(
    chromium_page: OpenBrowser, room: Room, jam: Session
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        done = "[...document.querySelectorAll('#begin .done')].map((line) => line.dataset.do)"
        assert page.value(done) == []
        page.click("#sound")
        page.wait_for("document.getElementById('sound').ariaPressed === 'true'")
        page.key("Digit1", down=True)
        page.key("Digit1", down=False)
        assert page.value(done) == ["sound", "play"]
        assert page.value("document.getElementById('begin').checkVisibility()")
        page.value("document.getElementById('knob-density').focus()")
        page.press("End")
        page.wait_for("!document.getElementById('begin').checkVisibility()")
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        assert not page.value("document.getElementById('begin').checkVisibility()")
        assert page.faults == []


def test_one_finger_holds_a_chord_and_another_slides_over_the_piano(
    chromium_page: OpenBrowser, room: Room, jam: Session, wait_until: Callable[..., None]
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        page.touch("Start", "#pads button:nth-child(3)", finger=1)
        wait_until(lambda: jam.hearing.held == (36, 52, 55, 59, 62))
        page.touch("Start", "#piano [data-pitch='76']", finger=2)
        wait_until(lambda: jam.hearing.held == (36, 52, 55, 59, 62, 76))
        page.touch("Move", "#piano [data-pitch='79']", finger=2)
        wait_until(lambda: jam.hearing.held == (36, 52, 55, 59, 62, 79))
        page.touch("End")
        wait_until(lambda: jam.hearing.held == ())
        assert page.faults == []


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


def test_a_log_that_cannot_be_written_is_told_on_the_page(
    chromium_page: OpenBrowser, room: Room, status: Callable[..., SessionStatus]
):
    fault = "the log cannot be written (No space left on device); events missing in it: 12"
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.link === 'open'")
        room.show(status(log_fault=fault, beat=6.0))
        page.wait_for(f"document.getElementById('away').textContent === {json.dumps(fault)}")
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


def mean_pitch(jam: Session) -> float:
    """Of the notes that are planned now; 0 where none are."""
    pitches = [planned.note.pitch for planned in tuple(jam.planner.plan.notes)]
    return sum(pitches) / len(pitches) if pitches else 0.0


def test_the_solo_is_steered_from_the_page_by_keyboard_alone(
    chromium_page: OpenBrowser,
    room: Room,
    jam: Session,
    wait_until: Callable[..., None],
    screenshots: Path,
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.key("Digit1", down=True)
        wait_until(lambda: len(jam.planner.plan.notes) > 8)
        before = mean_pitch(jam)
        page.value("document.getElementById('knob-register').focus()")
        page.press("End")
        wait_until(lambda: jam.planner.controls.register == 1.0)
        wait_until(lambda: mean_pitch(jam) > before + 4)
        page.wait_for("document.querySelector('.row .word').textContent === 'free'")
        page.press("Delete")
        wait_until(lambda: jam.planner.controls.register is None)

        for dial in ("temperature", "lookahead_bars", "commit_beats"):
            page.value(f"document.getElementById('dial-{dial}').focus()")
            page.press("End")
        wait_until(lambda: jam.planner.horizon.settings.commit_beats == 2.0)
        assert jam.planner.horizon.settings.lookahead_bars == 4.0
        assert jam.planner.sampling.temperature == 2.0
        page.press("Home")
        page.click("#response button:nth-child(3)")
        wait_until(lambda: jam.planner.horizon.settings.response == "bar")
        assert page.value(OUT_OF_REACH) == []

        page.click("#trade button:nth-child(3)")
        wait_until(lambda: jam.conductor.trading_bars == 4)
        page.click("#trade button:nth-child(1)")
        wait_until(lambda: jam.conductor.trading_bars == 0)
        page.key("KeyV", down=True)
        page.key("KeyV", down=False)
        # A slow bar: the one that is locked must still be to come when the page hears of it.
        tempo = "document.getElementById('tempo')"
        page.value(f"({tempo}.value = 20, {tempo}.dispatchEvent(new Event('change')))")
        wait_until(lambda: jam.line.bpm == 20.0)
        lock = "#plan .bar:nth-child(2) button"
        page.wait_for(f"!document.querySelector('{lock}').disabled")
        page.click(lock)
        wait_until(lambda: jam.planner.plan.locked_beats > 0)
        locks = "[...document.querySelectorAll('#plan .bar button')]"
        page.wait_for(f"{locks}.some(b => b.ariaPressed === 'true')")  # by now it may be the first
        page.key("KeyN", down=True)
        wait_until(lambda: jam.conductor.laying_out)
        page.wait_for("document.getElementById('lay_out').ariaPressed === 'true'")
        page.screenshot(screenshots / "live_view_paused.png")
        assert page.faults == []


FAKE_MIDI = """
(() => {
  window.keyboard = { id: "k", name: "Stage piano", state: "connected" };
  const access = { inputs: new Map([["k", window.keyboard]]) };
  navigator.requestMIDIAccess = async () => access;
  window.sends = (...bytes) => window.keyboard.onmidimessage({ data: new Uint8Array(bytes) });
})()
"""
"""A keyboard as Web MIDI shows one; no real one is at hand."""


def test_a_midi_keyboard_at_the_browser_is_heard_with_pedal_and_wheel(
    chromium_page: OpenBrowser, room: Room, jam: Session, wait_until: Callable[..., None]
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.value(FAKE_MIDI)
        page.click("#midi")
        page.wait_for("document.getElementById('midi-text').textContent.includes('Stage piano')")
        page.value("for (const pitch of [48, 52, 55]) sends(0x90, pitch, 100)")
        wait_until(lambda: jam.hearing.held == (48, 52, 55))
        page.value("sends(0xb0, 1, 127)")
        wait_until(lambda: jam.planner.controls.density == 1.0)
        page.value("sends(0xb0, 64, 127)")
        page.value("for (const pitch of [48, 52, 55]) sends(0x80, pitch, 0)")
        wait_until(lambda: jam.hearing.held == ())
        assert jam.hearing.hands_down
        assert [stroke.velocity for stroke in jam.hearing.strokes] == [100] * 3
        assert page.faults == []


def test_a_knob_and_a_pad_are_learnt_on_the_page(
    chromium_page: OpenBrowser,
    room: Room,
    jam: Session,
    wait_until: Callable[..., None],
    screenshots: Path,
):
    def asks(action: str) -> str:
        row = f"[...document.querySelectorAll('#learn-list li')].find(row => row.{action})"
        return f"{row}?.querySelector('span').textContent"

    density = "querySelector('[aria-label=\"Learn Density\"]')"
    tap = "querySelector('[aria-label=\"Learn Tap\"]')"
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.value(FAKE_MIDI)
        page.click("#midi")
        page.click("#teach")
        page.wait_for(f"{asks(density)} === 'cc 1'")
        page.value(f"document.{density}.click()")
        page.wait_for(f"document.{density}.ariaPressed === 'true'")
        page.screenshot(screenshots / "live_view_learning.png")
        assert page.value(TOO_FAINT) == []
        page.value("for (const value of [10, 40, 60]) sends(0xb0, 21, value)")
        page.wait_for(f"{asks(density)} === 'cc 21'")
        page.value(f"document.{tap}.click()")
        page.wait_for(f"document.{tap}.ariaPressed === 'true'")
        page.value("sends(0x99, 36, 100)")
        page.wait_for(f"{asks(tap)} === 'note 36 channel 10'")
        page.value("sends(0x89, 36, 0); sends(0xb0, 21, 127)")
        wait_until(lambda: jam.planner.controls.density == 1.0)
        assert list(jam.hearing.strokes) == []
        page.value(f"document.{tap}.click()")
        wait_until(lambda: jam.hearing.learning.awaited == "tap")
        page.value("document.querySelector('#learn form button').click()")
        wait_until(lambda: jam.hearing.learning.awaited == "")
        assert page.faults == []


def test_a_second_page_watches_until_it_takes_over(
    chromium_page: OpenBrowser, room: Room, jam: Session, screenshots: Path
):
    with chromium_page() as first, chromium_page() as second:
        first.open(room.url)
        first.wait_for("document.body.dataset.driver === 'self'")
        second.open(room.url)
        second.wait_for("document.body.dataset.driver === 'another'")
        assert second.value("document.querySelector('.steers').disabled")
        second.screenshot(screenshots / "live_view_watching.png")
        second.click("#teach")
        second.wait_for("document.getElementById('learning').textContent.includes('take over')")
        second.value("document.querySelector('#learn form button').click()")
        second.click("#drive")
        second.wait_for("document.body.dataset.driver === 'self'")
        first.wait_for("document.body.dataset.driver === 'another'")
        first.wait_for("document.getElementById('driver-text').textContent !== ''")
        first.click("#panic")
        assert first.faults == second.faults == []


def test_takes_are_listed_and_played_in_the_browser(
    chromium_page: OpenBrowser, tmp_path: Path, screenshots: Path
):
    take = tmp_path / "takes" / "evening"
    take.mkdir(parents=True)
    note = {"event": "played", "onset_beats": 1.0, "duration_beats": 8.0, "pitch": 72,
            "velocity": 90, "due_seconds": 0.5, "sent_seconds": 0.5, "source": "model",
            "prompt": 1, "harmony": 1}  # fmt: skip
    session = {"event": "session", "bpm": 120.0, "beats_per_bar": 4, "realtime": True}
    (take / "session.jsonl").write_text(json.dumps(session) + "\n" + json.dumps(note) + "\n")
    room = Room(port=0, terminal=False, take=tmp_path / "takes" / "now")
    try:
        with chromium_page() as page:
            page.open(room.url)
            page.click("#takes")
            page.wait_for("document.querySelector('#shelf h3')?.textContent === 'evening'")
            page.click("#shelf li button")
            page.wait_for("import('/page.js').then(page => page.sound.level() > 0.005)")
            page.screenshot(screenshots / "live_view_takes.png")
            dragged = page.value(DRAGGED)
            assert dragged.startswith("audio/midi:jambot_evening.mid:http://127.0.0.1:")
            assert dragged.endswith("/takes/evening/session.mid")
            saved = "fetch(document.querySelector('#shelf li a').href)"
            page.wait_for(f"{saved}.then(answer => answer.headers.get('content-type'))")
            assert page.faults == []
    finally:
        room.close()


EVIL = "<img class=evil src=x onerror='document.body.dataset.evil=1'>"


def test_no_markup_is_made_of_names(
    chromium_page: OpenBrowser, tmp_path: Path, status: Callable[..., SessionStatus]
):
    name = EVIL.replace("/", "") if sys.platform != "win32" else "&lt;b&gt;"
    take = tmp_path / "takes" / name
    take.mkdir(parents=True)
    (take / "session.jsonl").write_text(json.dumps({"event": "session", "adapter": EVIL}) + "\n")
    (take / "report.json").write_text(json.dumps({"headline": EVIL, "seconds": 1.0, "notes": 1}))
    room = Room(port=0, terminal=False, take=tmp_path / "takes" / "now")
    try:
        with chromium_page() as page:
            page.open(room.url)
            evil = status(
                adapter=EVIL, next_adapter=EVIL, styles=(EVIL, "piano"), notice=EVIL, refused=1,
                learning=EVIL, learns="tap", gestures=(("tap", EVIL), (EVIL, EVIL)), kept=EVIL,
                lost=(EVIL,),
            )  # fmt: skip
            room.show(replace(evil, refused=0))
            page.wait_for("document.querySelectorAll('#adapter option').length === 2")
            room.show(evil)
            page.click("#takes")
            page.wait_for("document.querySelector('#shelf h3')?.textContent.length > 4")
            assert page.value("document.querySelectorAll('.evil').length") == 0
            assert page.value("document.body.dataset.evil ?? ''") == ""
            style = page.value("document.querySelector('#adapter option').textContent")
            assert style.startswith(EVIL)
    finally:
        room.close()
