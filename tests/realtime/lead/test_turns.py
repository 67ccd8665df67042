"""Calls, trading, laying out: who plays when."""

import pytest

from jambot.music import Meter, Note
from jambot.realtime.hands.midi_input import KeyHeard
from jambot.realtime.lead.calls import CallListener
from jambot.realtime.lead.turns import Trading

CM7, FM7 = (48, 51, 55, 58), (41, 45, 48, 52)
CALL = ((8.0, 72, 0.5), (8.5, 74, 0.5), (9.0, 75, 0.5), (9.5, 79, 1.0))


def sung(listener, *notes):
    """The beats on which a call began."""
    moments = [(at, KeyHeard(at, pitch, 80, on=True)) for at, pitch, _ in notes]
    moments += [(at + length, KeyHeard(at + length, p, 0, on=False)) for at, p, length in notes]
    return [at for at, key in sorted(moments, key=lambda m: (m[0], m[1].on)) if listener.hear(key)]


@pytest.fixture
def listener():
    return CallListener(60)


def test_three_single_keys_above_the_split_are_a_call_and_its_notes_are_kept(listener):
    assert sung(listener, *CALL) == [9.0]
    assert [(n.onset_beats, n.pitch, n.duration_beats) for n in listener.notes] == list(CALL)
    assert not listener.over(11.4)
    assert listener.over(11.5)


@pytest.mark.parametrize(
    "notes",
    [
        [(0.0, 48, 0.5), (0.5, 50, 0.5), (1.0, 52, 0.5)],  # below the split
        [(0.0, 72, 0.5), (0.5, 74, 0.5)],  # two are none
        [(0.0, 72, 0.5), (0.5, 72, 0.5), (1.0, 72, 0.5), (1.5, 72, 0.5)],  # one key again and again
        [(0.0, 72, 0.5), (2.0, 74, 0.5), (4.0, 76, 0.5)],  # far apart
        [(0.0, 64, 1.0), (0.05, 67, 1.0), (0.1, 71, 1.0)],  # a rolled chord
        [(b + at, p, 0.9) for b in range(4) for at, p in ((0.0, 60), (0.0, 64), (0.02, 69))],
        [(b + at, p, 0.9) for b in range(4) for at, p in ((0.0, 43), (0.03, 62))],  # bass and key
    ],
)
def test_chords_and_stray_keys_are_no_call(listener, notes):
    assert sung(listener, *notes) == []
    assert not listener.calling


def test_no_split_hears_no_call():
    assert sung(CallListener(None), *CALL) == []


def test_the_player_begins_and_then_the_bot_turn_by_turn():
    trading = Trading(Meter(4))
    trading.begin(2, 5.0)
    turns = [trading.bots(bar * 4.0) for bar in range(8)]
    assert turns == [False, False, False, False, True, True, False, False]
    assert [trading.turn_ends(beat) for beat in (5.0, 8.0, 15.9, 16.0)] == [8.0, 16.0, 16.0, 24.0]


def test_another_length_takes_over_and_none_ends_it():
    trading = Trading(Meter(4))
    trading.begin(4, 0.0)
    trading.begin(2, 0.0)
    assert trading.bars == 2
    trading.begin(0, 9.0)
    assert not trading.on


def heard_by(stage, request):
    return [n.pitch for n in request.prompt.notes]


def test_a_call_makes_the_bot_yield_and_then_answer_from_its_notes(stage):
    asked = []
    ask = stage.player.ask
    stage.player.ask = lambda message: (asked.append(message), ask(message))
    stage.strike(CM7)
    stage.go_to(7.9)
    stage.sing(*CALL)
    assert not stage.session.planner.playing
    quiet = [beat for beat, _ in stage.played if beat >= 9.3]
    stage.go_to(11.4)
    assert quiet == [beat for beat, _ in stage.played if beat >= 9.3] == []
    stage.go_to(16)
    assert [event["reason"] for event in stage.events("trigger")] == ["start", "call"]
    answer = next(m for m in reversed(asked) if getattr(m, "prompt", None) and m.prompt.attack)
    assert [n.pitch for n in answer.prompt.notes][-4:] == [72, 74, 75, 79]
    assert min(beat for beat, _ in stage.played if beat > 10) == pytest.approx(11.5, abs=0.03)
    assert stage.lines[0] == 1


def test_a_call_is_no_harmony(stage):
    stage.strike(CM7)
    stage.go_to(7.9)
    before = stage.session.hearing.harmony
    stage.sing(*((beat, pitch + 1, length) for beat, pitch, length in CALL))
    stage.go_to(14)
    assert stage.session.hearing.harmony == before
    assert len(stage.session.planner.foresight.heard) == 1
    stage.strike((50, 53, 57, 60))
    assert stage.session.hearing.harmony != before


def test_without_a_split_the_bot_plays_through(make_stage):
    stage = make_stage(split_pitch=None)
    stage.strike(CM7)
    stage.go_to(7.9)
    stage.sing(*CALL)
    assert stage.session.planner.playing
    assert stage.events("call") == []


def test_traded_fours_stay_in_their_bars_and_end_when_nobody_trades(make_stage):
    stage = make_stage(trade_bars=2)
    stage.strike(CM7)
    stage.go_to(7.9)
    assert stage.played == []  # the player's two bars
    stage.sing((16.0, 72, 0.5), (16.5, 74, 0.5), (17.0, 75, 0.5), (18.0, 72, 2.0))
    stage.go_to(48)
    beats = [beat for beat, _ in stage.played]
    assert all(beat % 16 >= 8 for beat in beats)
    assert [event["beat"] // 1 for event in stage.events("trigger")] == [7.0, 23.0, 39.0]
    assert min(beats) == pytest.approx(8.0, abs=0.001)
    assert stage.events("underrun") == []
    stage.release(CM7)
    stage.go_to(96)
    assert max(beat for beat, _ in stage.played) < 64
    assert stage.lines == (1, [])


def test_what_the_player_plays_in_his_turn_is_what_the_bot_goes_on_from(make_stage):
    stage = make_stage(trade_bars=2)
    asked = []
    ask = stage.player.ask
    stage.player.ask = lambda message: (asked.append(message), ask(message))
    stage.strike(CM7)
    stage.sing((4.0, 72, 0.5), (4.5, 74, 0.5), (5.0, 75, 0.5), (7.0, 72, 0.9))
    stage.go_to(9)
    turn = next(message for message in asked if message.until_beats > 9)
    assert [n.pitch for n in turn.prompt.notes] == [72, 74, 75, 72]
    assert turn.prompt.resume_beats == 8.0


def test_fours_asked_for_on_the_way_begin_at_the_bar_line(stage):
    stage.strike(CM7)
    stage.go_to(5)
    stage.feed((0xB0, 82, 127))
    stage.go_to(40)
    beats = [beat for beat, _ in stage.played]
    assert not [beat for beat in beats if 8 <= beat < 24]
    assert [beat for beat in beats if 24 <= beat < 25]
    stage.feed((0xB0, 82, 0))
    stage.feed((0xB0, 82, 127))
    stage.feed((0xB0, 66, 127))
    stage.go_to(48)
    assert [beat for beat, _ in stage.played if beat >= 41]


def test_laid_out_it_is_silent_whatever_is_struck_until_asked_back(stage):
    stage.strike(CM7)
    stage.go_to(3)
    stage.feed((0xB0, 67, 127))
    stage.go_to(4)
    before = len(stage.played)
    stage.release(CM7)
    stage.strike(FM7)
    stage.go_to(8)
    assert len(stage.played) == before
    stage.feed((0xB0, 67, 0))
    stage.feed((0xB0, 67, 127))
    stage.go_to(10)
    assert len(stage.played) > before
    first = next(pitch for beat, pitch in stage.played if beat >= 8)
    assert first % 12 in {pitch % 12 for pitch in FM7}


def test_on_cue_it_ends_with_the_bar_and_waits(stage):
    stage.strike(CM7)
    stage.go_to(5)
    stage.feed((0xB0, 81, 127))
    stage.release(CM7)
    stage.strike(FM7)
    stage.go_to(20)
    assert 5 < max(beat for beat, _ in stage.played) < 8
    assert stage.lines == (1, [])


def test_a_chord_after_all_notes_off_begins_anew_also_when_laid_out(stage):
    stage.strike(CM7)
    stage.feed((0xB0, 67, 127))
    stage.stop()
    stage.go_to(2)
    stage.strike(FM7)
    stage.go_to(4)
    assert [beat for beat, _ in stage.played if beat >= 2]


def test_taps_change_the_tempo_and_the_beats_fall_on_them(stage):
    stage.strike(CM7)
    stage.run_for(2.1)
    for _ in range(4):
        stage.feed((0xB0, 80, 127))
        stage.feed((0xB0, 80, 0))
        tapped = stage.clock.now()
        stage.run_for(0.4)
    assert stage.session.line.bpm == pytest.approx(150.0, rel=0.02)
    beat = stage.session.line.beat_at(tapped + 0.4)
    assert beat == pytest.approx(round(beat), abs=0.03)
    assert stage.events("tempo")
    stage.run_for(2.0)
    assert stage.lines[0] == 1
    assert stage.session.scheduler.late_notes == 0


def test_a_call_may_hold_any_notes():
    listener = CallListener(60)
    sung(listener, (0.0, 120, 0.0), (0.01, 121, 0.0), (0.5, 60, 0.1), (1.0, 61, 0.1), (1.4, 62, 9))
    assert all(isinstance(note, Note) for note in listener.notes)
