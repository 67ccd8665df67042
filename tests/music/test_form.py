"""A progression that comes round again is known as a form, wherever it begins."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.music import Harmony, HarmonyChange, Meter, Note, chord_of, parse_chart
from jambot.music.filled_in import filled_in
from jambot.music.form import FormListener

ROOTS_OF_A = (2, 7, 0, 9, 2, 7, 0, 0)
ROOTS_OF_B = (4, 9, 2, 7, 10, 3, 8, 1)


def harmony(root, quality="7"):
    return Harmony.of([36 + root, *(48 + pc for pc in chord_of(root, quality).pitch_classes)])


def heard(roots, meter=None, listener=None, first_bar=0, sounding=lambda beat: True):
    """A chord a bar, listened to."""
    meter = meter or Meter()
    listener = listener or FormListener(meter)
    for bar, root in enumerate(roots, first_bar):
        start = bar * meter.beats_per_bar
        if root is not None and sounding(start):
            listener.hear(HarmonyChange(float(start), harmony(root)))
        for beat in range(start, start + meter.beats_per_bar):
            listener.pass_beat(beat, sounding(beat))
    return listener


def expected_roots(listener, after_bar, bars):
    beats = listener.meter.beats_per_bar
    changes = listener.expected(after_bar * beats - 0.5, (after_bar + bars) * beats - 0.5)
    return [(change.beat / beats, change.harmony.bass) for change in changes]


@pytest.mark.parametrize("bars", [2, 4, 8, 12, 16, 32])
@pytest.mark.parametrize("beats_per_bar", [3, 4])
def test_a_form_heard_twice_is_expected_the_third_time(bars, beats_per_bar):
    random = Random(bars)
    roots = [0]
    while len(roots) < bars:
        roots.append((roots[-1] + random.randint(1, 10)) % 11 + (len(roots) == bars - 1))
    listener = heard(roots * 2, Meter(beats_per_bar))
    assert listener.form.bars == bars
    assert listener.form.top_beat == 0
    assert expected_roots(listener, 2 * bars, bars) == [
        (2.0 * bars + i, root) for i, root in enumerate(roots)
    ]


def test_the_bridge_is_foreseen_once_the_whole_form_has_been_heard():
    aaba = ROOTS_OF_A * 2 + ROOTS_OF_B + ROOTS_OF_A
    listener = heard(aaba + ROOTS_OF_A * 2)
    assert listener.form.bars == 32
    assert expected_roots(listener, 48, 3) == [(48.0, 4), (49.0, 9), (50.0, 2)]


def test_an_introduction_is_no_part_of_the_form():
    listener = heard((1, 3, 6, 8, 11) + ROOTS_OF_B * 2)
    assert listener.form.bars == 8
    assert listener.form.top_beat == 20


def test_bars_in_silence_speak_against_nothing():
    listener = heard(ROOTS_OF_B * 2)
    before = listener.form
    heard([None] * 3, listener=listener, first_bar=16, sounding=lambda beat: False)
    assert listener.form.bars == before.bars
    assert expected_roots(listener, 19, 2) == [(19.0, 7), (20.0, 10)]


def test_one_chord_for_another_leaves_the_form_two_bars_end_it():
    listener = heard(ROOTS_OF_B * 3)
    heard((6,), listener=listener, first_bar=24)
    assert listener.form.bars == 8
    heard((5, 6, 0), listener=listener, first_bar=25)
    assert listener.form is None or listener.form.bars != 8


def test_a_chord_struck_late_after_silence_is_dated_back_to_the_bar_line():
    listener = FormListener(Meter())
    for bar, root in enumerate((0, 5) * 4):
        late = 1 if bar in (3, 5) else 0
        listener.hear(HarmonyChange(4.0 * bar + late, harmony(root)))
        for beat in range(4 * bar, 4 * bar + 4):
            listener.pass_beat(beat, late <= beat - 4 * bar < late + 2)
    assert expected_roots(listener, 8, 4) == [(8.0, 0), (9.0, 5), (10.0, 0), (11.0, 5)]


def test_the_bars_are_named():
    listener = heard(ROOTS_OF_B * 2)
    assert listener.names(listener.form) == ("E7", "A7", "D7", "G7", "Bb7", "Eb7", "Ab7", "Db7")


def test_a_chart_goes_on_where_the_hands_are_silent():
    chart = parse_chart("| C | F | G | C |")
    hands = [Note(0.0, 3.0, pitch) for pitch in (48, 52, 55)]
    again = [Note(12.5, 3.0, pitch) for pitch in (50, 54, 57)]
    changes = [HarmonyChange(0.0, harmony(0, "")), HarmonyChange(12.5, harmony(2, ""))]
    merged = filled_in(changes, hands + again, chart, 0.0, 16.0)
    assert [(c.beat, c.harmony.bass) for c in merged] == [(0, 0), (4, 5), (8, 7), (12.5, 2)]


def test_a_key_held_on_or_struck_again_overrules_the_chart():
    chart = parse_chart("| C | F | G | C |")
    held = [Note(0.0, 6.0, pitch) for pitch in (48, 52, 55)]
    again = [Note(9.5, 1.0, pitch) for pitch in (48, 52, 55)]
    merged = filled_in([HarmonyChange(0.0, harmony(0, ""))], held + again, chart, 0.0, 12.0)
    assert [(c.beat, c.harmony.bass) for c in merged] == [(0, 0), (8, 7), (9.5, 0)]


roots = st.lists(st.integers(0, 11), min_size=1, max_size=40)


@settings(max_examples=30)
@given(roots, st.data())
def test_whatever_is_heard_what_is_expected_lies_ahead_in_order(played, data):
    silent = data.draw(st.sets(st.integers(0, 160)))
    listener = heard(played, sounding=lambda beat: beat not in silent)
    end = 4.0 * len(played)
    beats = [change.beat for change in listener.expected(end - 0.5, end + 40)]
    assert beats == sorted(set(beats))
    assert all(end - 0.5 < beat < end + 40 for beat in beats)


def test_an_evening_of_chords_takes_no_more_memory_than_an_hour():
    listener = FormListener(Meter())
    sizes = []
    for hour in range(6):
        chords = [(i * i + hour) % 12 for i in range(400)]
        heard(chords, listener=listener, first_bar=400 * hour)
        sizes.append(len(listener._memory) + len(listener._memory._kinds) + len(listener._rounds))
    assert max(sizes[2:]) < 2 * 3 * 48 * 4 + 100
