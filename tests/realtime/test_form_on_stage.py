"""A form heard twice is expected the third time, one in a chart at once; hands overrule both."""

from itertools import pairwise

import pytest

from jambot.errors import UsageError
from jambot.realtime.orders import SetForm, as_dict, read_order

C7, F7, G7 = (36, 52, 58, 64), (41, 51, 57, 60), (43, 53, 59, 62)
C7_AGAIN = (48, 58, 62, 64)
DB7, A7 = (37, 53, 59, 65), (45, 55, 61, 64)
BLUES = (C7, F7, C7, C7, F7, F7, C7, C7, G7, F7, C7, G7)
CHART = "| C7 | F7 | C7 | % | F7 | % | C7 | % | G7 | F7 | C7 | G7 |"
ROOTS = {0: {0, 4, 7, 10}, 5: {5, 9, 0, 3}, 7: {7, 11, 2, 5}, 1: {1, 5, 8, 11}}


def comp(stage, bars, first_bar=0, held=1.75, late=0.0):
    """One chord a bar, struck on one and let go after `held` beats."""
    for bar, chord in enumerate(bars, first_bar):
        stage.go_to(4 * bar + late)
        stage.strike(chord)
        stage.go_to(4 * bar + late + held)
        stage.release(chord)
    stage.go_to(4 * (first_bar + len(bars)) - 0.01)


def outcomes(stage, from_beat=0.0, until_beat=1e9):
    counted = {"right": 0, "wrong": 0, "unforeseen": 0}
    for event in stage.events("anticipated"):
        if from_beat <= event["beat"] < until_beat:
            counted[event["outcome"]] += 1
    return counted


def known_ahead(stage, from_beat):
    """Of the chords struck from there on, those that the last prompt before the strike knew."""
    struck = list({e["id"]: e for e in stage.events("harmony")}.values())
    told = {e["beat"]: e for e in stage.events("expected")}
    return [
        told[change["beat"]]["seconds"] < change["seconds"]
        and told[change["beat"]]["pitch_classes"] == change["pitch_classes"]
        for before, change in pairwise(struck)
        if change["beat"] >= from_beat and change["pitch_classes"] != before["pitch_classes"]
    ]


def notes_planned_ahead(stage, beat):
    """Pitch classes that the plan holds from `beat` to the end of its bar."""
    planned, end = stage.session.planner.plan.notes, (beat // 4 + 1) * 4
    return {p.note.pitch % 12 for p in planned if beat <= p.note.onset_beats < end}


def stride(stage, bars):
    """The bass on one and three, the chord above it on two and four, all short."""
    for bar, chord in enumerate(bars):
        for beat, keys in enumerate((chord[:1], chord[1:]) * 2):
            stage.go_to(4 * bar + beat)
            stage.strike(keys)
            stage.go_to(4 * bar + beat + 0.5)
            stage.release(keys)
    stage.go_to(4 * len(bars) - 0.01)


def test_a_form_in_stride_is_foreseen_and_its_basses_speak_for_it(stage):
    stride(stage, BLUES * 3)
    assert outcomes(stage, from_beat=4 * 24)["wrong"] == 0
    assert outcomes(stage, from_beat=4 * 24)["right"] >= 7


def test_a_bass_that_nothing_follows_is_heard_after_a_beat_without_another_key(stage):
    stage.strike(C7)
    stage.go_to(0.5)
    stage.release(C7)
    stage.go_to(2.0)
    stage.strike((30,))
    stage.go_to(3.0)
    assert stage.events("harmony")[-1]["bass"] == 0
    stage.go_to(3.2)
    assert stage.events("harmony")[-1]["bass"] == 6


def test_the_third_chorus_of_a_blues_is_planned_before_the_hands_play_it(stage):
    comp(stage, BLUES * 2)
    for bar, chord in enumerate(BLUES, 24):
        stage.go_to(4 * bar - 0.5)
        ahead = notes_planned_ahead(stage, 4 * bar)
        assert ahead
        assert ahead <= ROOTS[chord[0] % 12], f"bar {bar - 24 + 1}"
        comp(stage, [chord], bar)
    assert known_ahead(stage, 96) == [True] * 9
    assert outcomes(stage, 96) == {"right": 9, "wrong": 0, "unforeseen": 0}


def test_the_form_is_shown_with_its_bars(stage):
    comp(stage, BLUES * 2 + BLUES[:2])
    form = stage.status().form
    assert (form.bars, form.bar, form.source) == (12, 1, "heard")
    assert form.chords[:2] == ("C7", "F7")
    assert 0.5 < form.belief <= 1
    assert any(e["bars"] == 12 and e["source"] == "heard" for e in stage.events("form"))


def test_another_voicing_is_the_same_form(stage):
    again = tuple(C7_AGAIN if chord is C7 else chord for chord in BLUES)
    comp(stage, BLUES + again + BLUES)
    assert outcomes(stage, 96)["right"] == 9


@pytest.mark.parametrize("late", [-0.5, 0.1])
def test_anticipations_and_late_hands_are_the_same_form(stage, late):
    comp(stage, [C7])
    comp(stage, (BLUES * 3)[1:], 1, late=late)
    assert outcomes(stage, 98) == {"right": 8, "wrong": 0, "unforeseen": 0}


def test_a_vamp_of_two_chords_is_expected_the_third_time(stage):
    comp(stage, (C7, F7) * 4)
    assert outcomes(stage, 16) == {"right": 4, "wrong": 0, "unforeseen": 0}


def test_a_chord_that_was_not_expected_overrules_at_once(stage):
    comp(stage, BLUES * 2)
    before = stage.status().form.belief
    comp(stage, [C7], 24)
    stage.go_to(100)
    stage.strike(DB7)
    prompts = len(stage.events("prompt"))
    stage.go_to(101)
    assert stage.events("prompt")[prompts - 1]["beat"] == 100
    assert notes_planned_ahead(stage, 101) <= ROOTS[1]
    assert outcomes(stage, 100) == {"right": 0, "wrong": 1, "unforeseen": 0}
    stage.go_to(104)
    assert stage.status().form.belief < before


def test_a_chord_held_over_the_change_overrules_after_a_beat(stage):
    comp(stage, BLUES * 2)
    stage.go_to(96)
    stage.strike(C7)
    stage.go_to(101.5)
    assert notes_planned_ahead(stage, 101.75) <= ROOTS[0]
    assert outcomes(stage, 100)["wrong"] == 1


def test_the_old_chord_struck_again_overrules(stage):
    comp(stage, BLUES * 2)
    comp(stage, [C7, C7], 24)
    assert outcomes(stage, 100)["wrong"] == 1
    assert stage.events("anticipated")[-1]["beat"] == 100


def test_in_silence_the_form_goes_on(stage):
    comp(stage, (*BLUES, *BLUES, C7))
    stage.go_to(107.5)
    assert notes_planned_ahead(stage, 108) <= ROOTS[0]
    stage.go_to(111.9)
    comp(stage, BLUES[4:], 28)
    assert outcomes(stage, 112, 113) == {"right": 1, "wrong": 0, "unforeseen": 0}
    assert outcomes(stage, 112)["wrong"] == 0


def test_another_form_takes_the_place_of_the_old(stage):
    comp(stage, BLUES * 2 + (DB7, A7, DB7, G7) * 4)
    assert outcomes(stage, 4 * 32)["right"] >= 7
    assert stage.status().form.bars == 4


def test_nothing_is_expected_of_chords_that_never_come_back(stage):
    comp(stage, [[pitch + by for pitch in C7] for by in (0, 5, 3, 8, 1, 11, 6, 2)])
    assert outcomes(stage)["wrong"] == 0
    assert stage.events("expected") == []


def test_a_stop_forgets_the_form(stage):
    comp(stage, BLUES * 2)
    stage.stop()
    stage.go_to(98)
    assert stage.status().form is None
    comp(stage, BLUES[1:], 25)
    assert outcomes(stage, 100)["right"] == 0


def test_a_chart_is_known_from_the_first_bar(make_stage):
    stage = make_stage(form=CHART)
    comp(stage, BLUES)
    assert outcomes(stage) == {"right": 8, "wrong": 0, "unforeseen": 0}
    form = stage.status().form
    assert (form.bars, form.bar, form.source) == (12, 11, "chart")


def test_hands_that_play_another_form_than_the_chart_are_believed(make_stage):
    stage = make_stage(form=CHART)
    comp(stage, (DB7, A7) * 8)
    assert outcomes(stage, 32)["right"] >= 7
    assert stage.status().form.source == "heard"


def test_a_chart_begins_where_the_hands_are_in_it(make_stage):
    stage = make_stage(form=CHART)
    comp(stage, (BLUES * 2)[8:])
    assert outcomes(stage, 32)["wrong"] == 0
    assert outcomes(stage, 32)["right"] >= 5


def test_a_chart_may_be_ordered_and_withdrawn(stage):
    comp(stage, [C7])
    stage.order(SetForm(CHART))
    comp(stage, [C7, F7, C7], 1)
    assert outcomes(stage, 8)["right"] == 2
    stage.order(SetForm(None))
    comp(stage, [C7, F7], 4)
    form = stage.status().form
    assert form is None or form.source == "heard"


def test_a_chart_that_does_not_fit_the_metre_is_refused_on_stage(make_stage):
    stage = make_stage(beats_per_bar=3)
    stage.order(SetForm("| C F G C |"))
    assert "bar 1" in stage.status().notice
    with pytest.raises(UsageError, match="bar 2"):
        SetForm("| C | H |")
    assert SetForm("3/4 | C | F G C |").chart, "its own metre counts, not the longest"
    with pytest.raises(UsageError, match="at most 3 chords"):
        SetForm("3/4 | C | F G C F |")


def test_the_order_has_a_json_form():
    for order in (SetForm(CHART), SetForm(None)):
        assert read_order(as_dict(order)) == order


def test_a_note_says_which_expected_change_it_stands_on(stage):
    comp(stage, BLUES * 3)
    right = {e["expected"] for e in stage.events("anticipated") if e["outcome"] == "right"}
    played = [e for e in stage.events("played") if 99.99 <= e["onset_beats"] < 100.2]
    assert played
    assert all(note["expected"] in right for note in played)
