"""The form: a beginning, a middle and an end that fill the time asked for."""

from itertools import pairwise

import pytest

from jambot.music import Meter
from jambot.realtime.hands.seat import LEAD_IN_SECONDS
from jambot.video.arrangement import RING_SECONDS, arrange

STYLES = ["piano", "modern", "horn"]


def test_a_minute_has_a_beginning_a_section_for_each_style_and_an_end():
    form = arrange(60, 120, 1, STYLES).sections
    assert [section.style for section in form] == [None, *STYLES, None]
    assert [section.bars for section in form] == [4, 8, 8, 8, 2]
    assert [section.bar for section in form] == [0, 4, 12, 20, 28]


@pytest.mark.parametrize("seconds", [1.0, 5.0, 14.0, 31.0, 60.0, 147.5])
@pytest.mark.parametrize("styles", [STYLES, ["horn"]])
def test_bars_and_ring_last_as_long_as_was_asked_for(seconds, styles):
    made = arrange(seconds, 132, 3, styles)
    last = made.sections[-1].end_beat
    assert last * 60 / made.bpm + LEAD_IN_SECONDS + RING_SECONDS == pytest.approx(
        max(seconds, LEAD_IN_SECONDS + RING_SECONDS + 0.5), rel=0.35 if seconds < 10 else 1e-6
    )
    assert {section.style for section in made.sections} & set(styles)
    lines = [section.bar for section in made.sections] + [round(last / Meter(4).beats_per_bar)]
    assert all(a < b for a, b in pairwise(lines))


def test_the_last_chord_rings_to_the_end_and_no_key_is_struck_while_it_is_down():
    made = arrange(60, 120, 1, STYLES)
    end = (60 - LEAD_IN_SECONDS) * made.bpm / 60
    assert max(note.end_beats for note in made.comping) == pytest.approx(end)
    by_pitch = {}
    for note in made.comping:
        assert by_pitch.get(note.pitch, 0.0) <= note.onset_beats + 1e-9
        by_pitch[note.pitch] = note.end_beats


def test_the_same_seed_comps_the_same_and_another_differently():
    assert arrange(30, 120, 5, STYLES) == arrange(30, 120, 5, STYLES)
    assert arrange(30, 120, 5, STYLES).comping != arrange(30, 120, 6, STYLES).comping
