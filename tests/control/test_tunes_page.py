"""Charts, tunes and the built-in pianist on the page, in a real browser over a real session."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from jambot.control import Room, RoomInput
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Chart, parse_chart
from jambot.music.pianist import Pianist
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import SystemClock
from jambot.realtime.hands.performer import Performer
from jambot.realtime.hands.seat import Seat
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.orders import NewTake
from jambot.realtime.player.player import DirectPlayer
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Outside, Session, SessionSettings

OPTIONS = "[...document.querySelectorAll('#tune-list option')].map((one) => one.value)"
OpenBrowser = Callable[[], AbstractContextManager[Any]]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def tune(room: Room) -> Iterator[Session]:
    """A session in real time with a pianist who has not been asked yet, and a chart."""
    clock, line = SystemClock(), BeatLine(120.0)
    settings = SessionSettings(form="[A] | Dm7 | G7 | [B] | Cmaj7 | % |")

    def part(chart: Chart | None) -> Pianist:
        return Pianist(chart or parse_chart("| Am7 |"), 1)

    performer = Performer(part(parse_chart(settings.form or "")), clock, line)
    generator = Generator(ChordToneModel(), SamplingSettings(guidance=0), 1)
    session = Session(
        settings,
        clock,
        Ports(RoomInput(MemoryInput(clock), room, clock.now), RecordingOutput(clock)),
        DirectPlayer(generator),
        SessionLog(),
        line,
        Seat(settings, line, performer, part, count_in_bars=1),
        outside=Outside(room.show, room.orders, room.answer),
    )
    over = threading.Event()
    stage = threading.Thread(target=session.run, args=(None, over.is_set))
    stage.start()
    yield session
    over.set()
    stage.join(timeout=10)


def says(identity: str, text: str) -> str:
    return f"document.getElementById({identity!r}).textContent.includes({json.dumps(text)})"


def test_a_tune_is_chosen_played_and_taken_over_from_the_pianist(
    chromium_page: OpenBrowser, room: Room, tune: Session, screenshots: Path
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.wait_for("document.getElementById('form').value.startsWith('[A] | Dm7')")
        page.wait_for(says("who", "nobody yet"))
        page.wait_for("document.querySelectorAll('#chart-bars li').length === 4")
        page.click("#pianist")
        page.wait_for(says("hint", "Count-in"))
        page.wait_for(says("who", "the built-in pianist"))
        page.wait_for(says("chart-place", "chorus 1, bar 2 of 4"))
        page.wait_for(says("chart-next", "C"))
        page.screenshot(screenshots / "chart.png")
        page.click("#tunes")
        page.wait_for("document.querySelectorAll('#tune-list option').length > 12")
        page.value(_typed("| Dm7 | Hm7 |"))
        page.wait_for("document.querySelector('#tune-marked mark')?.textContent === 'Hm7'")
        assert page.value("document.getElementById('tune-play').disabled") is True
        page.click("#tune-nearest button")
        page.wait_for("document.getElementById('tune-text').value === '| Dm7 | Bm7 |'")
        page.wait_for("!document.getElementById('tune-play').disabled")
        page.click("#tune-up")
        page.wait_for("document.getElementById('tune-text').value === '| Ebm7 | Cm7 |'")
        built_in = page.value("document.querySelector('#tune-list optgroup option').value")
        for taken in ("now", built_in):
            page.value(f"document.getElementById('tune-name').value = {json.dumps(taken)}")
            page.click("#tune-save")
            page.wait_for(says("tune-said", f'Not saved: the list has "{taken}" already'))
        page.wait_for("document.querySelector('#tune-list optgroup').label === 'Built in'")
        page.value("document.getElementById('tune-name').value = 'two minors'")
        page.click("#tune-save")
        page.screenshot(screenshots / "tunes.png")
        page.wait_for("!document.getElementById('tune-play').disabled")
        page.click("#tune-play")
        page.wait_for("document.getElementById('form').value === '| Ebm7 | Cm7 |'")
        page.wait_for(says("chart-place", "of 2"))
        page.key("Digit1", down=True)
        page.wait_for(says("who", "this page"))
        page.wait_for("document.getElementById('pianist').getAttribute('aria-pressed') === 'false'")
        page.key("Digit1", down=False)
        page.open(room.url)
        page.wait_for("document.getElementById('form')?.value === '| Ebm7 | Cm7 |'")
        page.click("#tunes")
        page.wait_for(
            "document.querySelector('#tune-list option[value=\"yours two minors\"]') !== null"
        )
        assert page.faults == []


def test_a_tune_in_another_metre_is_one_press_away_and_no_tune_hides_another(
    chromium_page: OpenBrowser, room: Room, tune: Session
):
    asked: list[Any] = []
    take = tune.cues.obey
    tune.cues.obey = lambda order, *when: asked.append(order) or take(order, *when)  # type: ignore[method-assign]
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        old = {"blues": {"chart": "| Am7 |", "bpm": 90}}
        page.value(f"localStorage.setItem('tunes', {json.dumps(json.dumps(old))})")
        page.wait_for("document.getElementById('form').value.startsWith('[A] | Dm7')")
        page.value(
            "(() => { const form = document.getElementById('form');"
            " form.value = '3/4 | Am7 | D7 |'; form.dispatchEvent(new Event('change')); })()"
        )
        page.wait_for("document.getElementById('tune').open")
        page.wait_for(says("tune-play", "New take in 3/4"))
        page.wait_for(says("tune-said", "This jam has 4: the tune begins a new take"))
        page.wait_for(f"{OPTIONS}.length > 12")
        assert {"blues", "yours blues"} < set(page.value(OPTIONS))
        for value, chart in (("yours blues", "| Am7 |"), ("blues", "| F7 |")):
            page.value(
                f"(() => {{ const list = document.getElementById('tune-list'); list.value ="
                f" {json.dumps(value)}; list.dispatchEvent(new Event('change')); }})()"
            )
            page.wait_for(f"document.getElementById('tune-text').value.startsWith('{chart}')")
            page.wait_for(says("tune-play", "Play it"))
        page.value(
            "(() => { const beats = document.getElementById('tune-beats'); beats.value = '3';"
            " beats.dispatchEvent(new Event('change')); })()"
        )
        page.wait_for(says("tune-play", "New take in 3/4"))
        page.value(_typed("| Am7 | D7 |"))
        page.wait_for(says("tune-said", "2 bars of 3 beats"))
        page.value("document.getElementById('tune-bpm').value = 170")
        page.click("#tune-play")
        page.wait_for("!document.getElementById('tune').open")
        page.wait_for("document.body.dataset.link === 'open'")
        assert page.faults == []
    assert asked == [NewTake("| Am7 | D7 |", 3, 170)]


def test_chords_are_written_as_musicians_and_the_chart_write_them(
    chromium_page: OpenBrowser, room: Room
):
    with chromium_page() as page:
        page.open(room.url)
        written = page.value(
            "import('/names.js').then(({ chordName, spellAs }) => {"
            " const names = ['Gbm7b5', 'Ammaj7', 'F69/C', 'Bbmaj7#11', 'Db7/Gb'];"
            " const flat = names.map(chordName); spellAs('| F♯ø7 | B7#9 | C#9 | Bb |');"
            " return [flat, names.map(chordName)]; })"
        )
    assert written == [
        ["G♭m7♭5", "Am(maj7)", "F6/9/C", "B♭maj7♯11", "D♭7/G♭"],
        ["F♯m7♭5", "Am(maj7)", "F6/9/C", "B♭maj7♯11", "C♯7/F♯"],
    ]


def _typed(chart: str) -> str:
    return (
        "(() => { const text = document.getElementById('tune-text');"
        f" text.value = {json.dumps(chart)}; text.dispatchEvent(new Event('input')); }})()"
    )
