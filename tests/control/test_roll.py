"""The roll as it is drawn: the canvas' own pixels, read in a real browser."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest

from jambot.control import Room
from jambot.control.room.picture import Picture
from jambot.music import Harmony, HarmonyChange, Note
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.session import Session
from jambot.realtime.status import SessionStatus

OpenBrowser = Callable[[], AbstractContextManager[Any]]
Make = Callable[..., SessionStatus]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

GROUND, INSIDE, OUTSIDE = (0x15, 0x17, 0x1C), (0x7F, 0xB0, 0xFF), (0xFF, 0xA5, 0x66)
"""Of the page's style sheet: what is drawn on, notes of the chord, other notes."""

DRAWN_BESIDE_THE_PLAYHEAD = """
(() => {
  const canvas = document.getElementById("roll");
  const [top, foot] = [46, canvas.height - 24];
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const columns = Array.from({ length: width }, () => ({ ink: 0, solo: 0 }));
  for (let y = top; y < foot; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const [r, b, there] = [data[at], data[at + 2], data[at + 3] / 255];
      if (r * there > 225 && b * there > 215) columns[x].ink += 1;
      if (Math.abs(b - r) * there > 60) columns[x].solo += 1;
    }
  }
  const playhead = columns.reduce((at, { ink }, x) => (ink > columns[at].ink ? x : at), 0);
  const solo = (part) => part.reduce((sum, column) => sum + column.solo, 0);
  return {
    ink: columns[playhead].ink / (foot - top),
    right: solo(columns.slice(playhead + 3)),
    left: solo(columns.slice(0, playhead - 30)),
  };
})()
"""
"""Where a line of ink goes from top to bottom, and how many pixels as blue or as orange as only
solo notes are lie before it and behind it; what is sounding reaches 30 pixels behind it."""

DRAWN_ONCE = """
(async () => {
  const { Roll } = await import("/roll.js");
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position: fixed; top: 0; left: 0; width: 1000px; height: 600px";
  document.body.append(canvas);
  const roll = new Roll(canvas);
  const picture = PICTURE;
  roll.draw(picture, picture.beat, 0);
  const cut = ([onset, length, pitch]) => {
    const [left, right] = [roll.x(onset) + 8, roll.x(onset + length) - 8].map(Math.round);
    const { data } = roll.pen.getImageData(left, Math.round(roll.y(pitch)) - 9, right - left, 10);
    return [...data];
  };
  return picture.solo.map((note) => [note[0], cut(note)]);
})()
"""
"""A picture drawn by a roll of its own; of each solo note, without its ends, the upper half."""

SOME_NOTES = 150
"""Pixels: a sixteenth alone has about as many."""


def test_notes_stand_right_of_the_playhead_before_and_left_of_it_after_they_sounded(
    chromium_page: OpenBrowser, room: Room, jam: Session
):
    with chromium_page() as page:
        page.open(room.url)
        page.wait_for("document.body.dataset.driver === 'self'")
        page.wait_for(f"{DRAWN_BESIDE_THE_PLAYHEAD}.ink > 0.9")
        silent = page.value(DRAWN_BESIDE_THE_PLAYHEAD)
        assert (silent["left"], silent["right"]) == (0, 0)
        page.key("Digit1", down=True)
        page.wait_for(f"{DRAWN_BESIDE_THE_PLAYHEAD}.right > {SOME_NOTES}")
        page.wait_for(f"{DRAWN_BESIDE_THE_PLAYHEAD}.left > {SOME_NOTES}")
        page.key("Digit1", down=False)
        page.click("#panic")
        page.wait_for(f"{DRAWN_BESIDE_THE_PLAYHEAD}.right === 0")
        assert page.faults == []
    assert jam.scheduler.played_notes > 0


def planned(onset: float, pitch: int, source: str = "model") -> PlannedNote:
    return PlannedNote(Note(onset, 0.9, pitch, 90), source=source)


def test_what_was_played_is_promised_may_change_or_stands_in_is_drawn_in_ways_of_its_own(
    chromium_page: OpenBrowser, room: Room, status: Make
):
    seen = Picture()
    seen.take(
        status(
            promised=(
                planned(2.0, 69),
                planned(4.6, 72),
                planned(6.0, 76),
                planned(7.0, 73),
                planned(8.0, 69, "fallback"),
            ),
            planned=(planned(9.0, 74), planned(10.0, 69, "fallback")),
            harmonies=(HarmonyChange(0.0, Harmony.of((38, 53, 57, 60, 64))),),
        )
    )
    with chromium_page() as page:
        page.open(room.url)
        drawn = page.value(DRAWN_ONCE.replace("PICTURE", json.dumps(seen.message())))
        assert page.faults == []
    notes = {onset: on_the_ground(np.reshape(cut, (10, -1, 4))) for onset, cut in drawn}
    fill = {onset: strength(note[-1], colour_at(onset)) for onset, note in notes.items()}
    edge = {onset: strength(note, colour_at(onset)).max(0) for onset, note in notes.items()}

    for promised in (6.0, 7.0):
        assert fill[promised].min() == pytest.approx(1.0, abs=0.02)
    assert fill[2.0].mean() == pytest.approx(0.8, abs=0.05)
    assert notes[4.6][-1].mean(0)[0] > INSIDE[0] + 40
    tentative, stands_in, may_stand_in = fill[9.0].mean(), fill[8.0].mean(), fill[10.0].mean()
    assert 0.2 < tentative < 0.45
    assert 0.05 < stands_in < tentative - 0.05
    assert may_stand_in == pytest.approx(tentative, abs=0.1)
    assert edge[9.0].min() > 0.5
    for dashed in (8.0, 10.0):
        assert edge[dashed].min() < 0.45
        assert edge[dashed].max() > 0.6


def colour_at(onset: float) -> tuple[int, int, int]:
    """C# alone is outside of D minor."""
    return OUTSIDE if onset == 7.0 else INSIDE


def on_the_ground(pixels: Any) -> Any:
    """The canvas is clear where nothing is drawn: the page shows through."""
    cover = pixels[..., 3:] / 255
    return pixels[..., :3] * cover + np.array(GROUND) * (1 - cover)


def strength(pixels: Any, colour: tuple[int, int, int]) -> Any:
    """How much of `colour` lies on the ground: 0 none, 1 nothing else."""
    way = np.subtract(colour, GROUND).astype(float)
    return (np.asarray(pixels, float) - GROUND) @ way / (way @ way)
