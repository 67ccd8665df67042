"""Bars of the plan under the player's hands, on a clock that stands still."""

import pytest

from jambot.music import Note
from jambot.realtime.orders import Lock, Order, Reroll, Thin
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.plan.surgery import thinned

C, F_SHARP = (48, 52, 55), (54, 58, 61)


def asked(stage, order: Order) -> str:
    """What the stage says to an order, given now; empty where it is obeyed."""
    now = stage.clock.now()
    stage.session.cues.obey(order, now, now)
    stage.session.tick()
    return stage.session.planner.refusals.notice


def planned(stage, bar: int) -> list[tuple[float, int]]:
    """(beat, pitch) of the plan's notes in a bar, counted from 1."""
    notes = [p.note for p in stage.session.planner.plan.notes]
    return [(n.onset_beats, n.pitch) for n in notes if (bar - 1) * 4 <= n.onset_beats < bar * 4]


@pytest.fixture
def jam(stage):
    """A solo over C that has come to the second beat of bar 2; bars 3 and half of 4 are planned."""
    stage.strike(C)
    stage.go_to(5)
    assert planned(stage, 3)
    return stage


def test_a_locked_bar_outlives_a_new_chord_and_is_played(jam):
    kept = planned(jam, 3)
    assert asked(jam, Lock(3)) == ""
    jam.release(C)
    jam.strike(F_SHARP)
    jam.go_to(5.5)
    assert planned(jam, 3) == kept
    assert all(pitch % 12 in {6, 10, 1} for beat, pitch in planned(jam, 4) if beat % 1 == 0)
    jam.go_to(12.5)
    played = [(beat, pitch) for beat, pitch in jam.played if 8 <= beat < 12]
    assert [pitch for _, pitch in played] == [pitch for _, pitch in kept]


def test_without_a_lock_the_same_bar_follows_the_chord(jam):
    before = planned(jam, 3)
    jam.release(C)
    jam.strike(F_SHARP)
    jam.go_to(5.5)
    assert planned(jam, 3) != before


def test_unlocked_it_follows_again(jam):
    asked(jam, Lock(3))
    kept = planned(jam, 3)
    assert asked(jam, Lock(None)) == ""
    jam.release(C)
    jam.strike(F_SHARP)
    jam.go_to(5.5)
    assert planned(jam, 3) != kept


def test_a_rerolled_bar_is_another_and_what_is_before_it_stays(jam):
    before, bar = planned(jam, 2), planned(jam, 3)
    assert asked(jam, Reroll(3)) == ""
    once = planned(jam, 3)
    assert planned(jam, 2) == before
    assert once != bar
    assert asked(jam, Reroll(3)) == ""
    assert planned(jam, 3) not in (bar, once)


def test_a_rerolled_bar_is_not_rolled_back_by_the_same_chord_again(jam):
    asked(jam, Reroll(3))
    bar = planned(jam, 3)
    jam.release(C)
    jam.strike(C)
    jam.go_to(5.25)
    assert planned(jam, 3) == bar


def test_a_thinned_bar_keeps_half_its_notes_until_it_is_played(jam):
    before = planned(jam, 3)
    assert asked(jam, Thin(3)) == ""
    kept = planned(jam, 3)
    assert len(kept) == len(before) - len(before) // 2
    assert set(kept) < set(before)
    jam.release(C)
    jam.strike(F_SHARP)
    jam.go_to(12.5)
    assert len([beat for beat, _ in jam.played if 8 <= beat < 12]) == len(kept)


def test_a_rerolled_bar_is_no_longer_locked(jam):
    asked(jam, Lock(3))
    bar = planned(jam, 3)
    assert asked(jam, Reroll(3)) == ""
    assert planned(jam, 3) != bar


def test_what_is_promised_or_not_planned_is_not_touched(jam):
    assert "promised" in asked(jam, Thin(1))
    assert "not planned" in asked(jam, Reroll(9))
    jam.go_to(7.9)
    assert "promised" in asked(jam, Lock(2))


def test_before_it_plays_there_is_nothing_to_keep(stage):
    assert "not playing" in asked(stage, Lock(1))


def test_a_stop_forgets_the_lock(jam):
    asked(jam, Lock(3))
    jam.stop()
    jam.strike(C)
    jam.go_to(6)
    assert jam.session.planner.plan.locked_beats <= 6


def test_the_line_goes_on_while_bars_are_kept_and_rolled(jam):
    for beat in range(6, 30):
        jam.go_to(beat)
        bar = beat // 4 + 2
        asked(jam, (Lock(bar), Reroll(bar), Thin(bar), Lock(None))[beat % 4])
    status = jam.session.status(jam.clock.now())
    assert status.underruns == 0
    assert jam.lines[0] == 1
    assert status.lookahead_bars >= 1


def note(onset: float, duration: float = 0.25) -> PlannedNote:
    return PlannedNote(Note(onset, duration, 60))


def test_of_a_bar_the_beats_stay_then_their_halves_then_what_is_long():
    notes = [note(8), note(8.25), note(8.5), note(8.75), note(9), note(9.5, 1.0)]
    assert [p.note.onset_beats for p in thinned(notes, 8, 12)] == [8, 9, 9.5]
    assert thinned([note(8.3)], 8, 12) == [note(8.3)]
    assert thinned(notes, 12, 16) == notes
