"""What of the picture the page hands to its sound, in a real browser, with no session."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from jambot.control import Room

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HEARD = """
(async () => {
  const { Listening } = await import("/listening.js");
  const heard = [];
  const play = (kind, pitch) => {
    heard.push(["begins", pitch]);
    return (inMs) => heard.push(["ends", pitch, inMs]);
  };
  const clock = { bpm: 60, beat: 0, msUntil: (onset) => (onset - clock.beat) * 1000 };
  const listening = new Listening({ on: true, lagMs: 0, play }, clock);
  for (const beat of [1, 1.5]) {
    clock.beat = beat;
    listening.listen({ solo: SOLO, hands: [] }, 0);
  }
  return heard;
})()
"""


def test_a_strike_ends_every_note_of_the_strike_before_and_none_of_its_own(
    chromium_page: Callable[[], AbstractContextManager[Any]], room: Room
) -> None:
    solo = [(1, 2, 60, 80, False), (1, 2, 64, 80, False), (1, 2, 67, 80, False)]
    solo += [(1.5, 1, 72, 80, False), (1.5, 1, 76, 80, False)]
    with chromium_page() as page:
        page.open(room.url)
        heard = page.value(HEARD.replace("SOLO", json.dumps(solo)))
    ended = [["ends", pitch, 0] for pitch in (60, 64, 67)]
    assert [told[:2] for told in heard[:3]] == [["begins", pitch] for pitch in (60, 64, 67)]
    assert heard[3:] == [["begins", 72], *ended, ["begins", 76]]
