"""The stage's beats taken from the hands: begun, followed, held, never torn."""

from itertools import pairwise

import numpy as np
import pytest

from jambot.music import Meter
from jambot.music.beat_model import TOGETHER_SECONDS
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.hands_clock import MOST_BEND, THREE, HandsClock
from jambot.realtime.beats.midi_clock import Move
from jambot.realtime.orders import HoldTempo, Pause, SetTempo, Tap
from jambot.realtime.settings import Sync

CM7, FM7, COUNT = (48, 55, 59, 64), (41, 57, 60, 64), (60,)


class Hands:
    """Strikes on a line of its own, as fast as the test says."""

    def __init__(self, told=None, bpm=120.0):
        self.line = BeatLine(told or 120.0)
        self.clock = HandsClock(self.line, Meter(4), told)
        self.bpm, self.beat, self.seconds = bpm, 0.0, 10.0
        self.moves = []

    def strike(self, beats, chord=CM7):
        for beat in beats:
            self.seconds += (beat - self.beat) * 60.0 / self.bpm
            self.beat = beat
            moved = [self.clock.key(self.seconds, pitch) for pitch in chord]
            moved.append(self.clock.mind(self.seconds + TOGETHER_SECONDS + 0.001))
            self.moves += [move for move in moved if move]

    def off(self):
        """How far the stage's beats are from the hands', in beats."""
        return (self.line.beat_at(self.seconds) - self.beat + 0.5) % 1.0 - 0.5


@pytest.mark.parametrize("bpm", [40, 72, 120, 200, 310])
def test_four_even_strikes_are_a_bar_and_set_the_tempo(bpm):
    hands = Hands(bpm=bpm)
    hands.strike([0, 1, 2, 3], COUNT)
    assert hands.line.begun
    assert hands.line.bpm == pytest.approx(bpm, rel=0.01)
    bar = hands.seconds + 60.0 / bpm
    assert hands.line.beat_at(bar) == pytest.approx(4.0, abs=0.05)


def test_a_count_in_far_from_the_tempo_told_skips_to_it_and_says_so():
    hands = Hands(told=120.0, bpm=200.0)
    hands.strike([0, 1, 2, 3], COUNT)
    (moved,) = hands.moves
    assert moved.move is Move.jump
    assert moved.skipped_beats > 0.5
    assert hands.line.bpm == pytest.approx(200.0, rel=0.01)
    assert hands.line.beat_at(hands.seconds + 0.3) % 4 == pytest.approx(0.0, abs=0.05)


def test_the_first_chord_is_beat_one_at_the_tempo_told():
    hands = Hands(told=140.0, bpm=140.0)
    hands.strike([0.0])
    assert hands.line.beat_at(hands.seconds) == 0.0
    assert hands.line.bpm == 140.0


def test_a_tempo_nobody_told_is_found_within_four_bars_and_nothing_begins_before():
    hands = Hands(bpm=176.0)
    rhythm = [4 * bar + place for bar in range(4) for place in (0, 1, 1.64, 2, 3, 3.64)]
    begun = []
    for beat in rhythm:
        hands.strike([beat])
        begun.append(hands.line.begun)
    assert not any(begun[:7])
    assert begun[-1]
    assert hands.line.bpm == pytest.approx(176.0, rel=0.04)


def test_a_count_in_of_three_is_told_and_costs_nothing():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([0, 1, 2], COUNT)
    assert hands.clock.shown.said == ""
    hands.strike([3, 4.62, 5, 6.62, 7])
    assert hands.clock.shown.said == THREE
    assert abs(hands.off()) < 0.05
    hands.strike([8 + half for half in range(12)])
    assert hands.clock.shown.said == ""


def test_a_count_in_of_three_after_a_rest_is_told_for_a_while_too():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([float(beat) for beat in range(40)])
    hands.strike([60, 61, 62], COUNT)
    hands.strike([63])
    assert hands.clock.shown.said == THREE
    hands.strike([64.0 + beat for beat in range(12)])
    assert hands.clock.shown.said == ""


def test_a_rest_ends_no_doubt():
    hands = Hands(bpm=180.0)
    for number, beat in enumerate([0, 0.75, 1.5, 2.25, 3, 3.75, 4.5, 5.25, 6, 7, 8, 9]):
        hands.strike([beat], (CM7, FM7)[number % 2])
    assert hands.line.bpm == pytest.approx(240.0, rel=0.04)
    hands.strike([60 + 4 * bar + place for bar in range(3) for place in (0, 0.62, 1, 2, 2.62, 3)])
    assert hands.line.bpm == pytest.approx(180.0, rel=0.04)


def test_comping_that_begins_with_three_chords_alike_is_no_count_in():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([0, 1, 2])
    hands.strike([3], FM7)
    assert hands.clock.shown.said == ""


def test_a_tempo_that_was_found_is_doubted_until_more_is_known():
    hands = Hands(bpm=180.0)
    three_for_four = [0, 0.75, 1.5, 2.25, 3, 3.75, 4.5, 5.25, 6, 7, 8, 9]
    for number, beat in enumerate(three_for_four):
        hands.strike([beat], (CM7, FM7)[number % 2])
    assert hands.line.bpm == pytest.approx(240.0, rel=0.04)
    hands.strike([10, 10.62, 11, 12, 12.62, 13, 14])
    assert hands.line.bpm == pytest.approx(180.0, rel=0.04)


def test_it_is_never_faster_or_slower_than_the_bend_and_never_jumps():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([0, 1, 2, 3], COUNT)
    rhythm = [4 * bar + place for bar in range(1, 12) for place in (0, 1.62, 2, 3.62)]
    for beat in rhythm:
        hands.bpm *= 1.002
        hands.strike([beat])
    moments = np.arange(12.0, hands.seconds, 0.01)
    beats = np.array([hands.line.beat_at(moment) for moment in moments])
    rates = np.diff(beats) / 0.01 * 60.0
    assert rates.min() > 120.0 * (1.0 - MOST_BEND) * 0.97
    assert rates.max() < hands.bpm * (1.0 + MOST_BEND) * 1.03
    assert abs(hands.off()) < 0.175


def test_four_bars_of_rest_keep_time():
    hands = Hands(told=132.0, bpm=132.0)
    hands.strike([0, 1, 2, 3], COUNT)
    hands.strike([4 * bar + place for bar in range(1, 9) for place in (0, 1.66, 2, 3.66)])
    before = hands.line.bpm
    hands.strike([52.0])
    assert abs(hands.off()) < 0.175
    assert hands.line.bpm == pytest.approx(before, rel=0.02)


def test_double_time_is_not_taken_up_at_once():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([0, 1, 2, 3], COUNT)
    hands.strike([4, 5.62, 6, 7.62])
    hands.strike([8 + half / 2 for half in range(8)])
    assert hands.line.bpm == pytest.approx(120.0, rel=0.05)


def test_a_held_tempo_is_kept_whatever_the_hands_do_and_let_go_it_follows_again():
    hands = Hands(told=120.0, bpm=120.0)
    hands.strike([0, 1, 2, 3], COUNT)
    hands.clock.hold(True)
    held = hands.line.bpm
    hands.bpm = 126.0
    hands.strike([4 * bar + place for bar in range(1, 4) for place in (0, 1.62, 2, 3.62)])
    assert hands.line.bpm == held
    assert hands.clock.shown.held
    hands.clock.hold(False)
    hands.bpm = 122.0
    hands.strike([4 * bar + place for bar in range(4, 24) for place in (0, 1.62, 2, 3.62)])
    assert hands.line.bpm == pytest.approx(122.0, rel=0.03)


def test_a_key_mashed_for_a_minute_breaks_nothing():
    hands = Hands(told=120.0)
    for mash in range(3000):
        hands.clock.key(10.0 + 0.02 * mash, 60)
        hands.clock.mind(10.0 + 0.02 * mash + 0.01)
    assert 36.0 <= hands.line.bpm <= 400.0
    moments = [hands.line.beat_at(10.0 + 0.5 * half) for half in range(120)]
    assert all(a < b for a, b in pairwise(moments))


@pytest.mark.parametrize("other", [80.0, 97.0, 130.0, 160.0])
def test_of_hands_in_two_tempi_the_one_that_counted_in_is_followed(other):
    hands = Hands(told=120.0)
    hands.strike([0, 1, 2, 3], COUNT)
    start = hands.seconds
    left = [(start + 0.5 * beat, pitch) for beat in range(1, 120) for pitch in (48, 55)]
    right = [(start + 60.0 / other * beat, 76) for beat in range(1, int(other))]
    tempi = []
    for seconds, pitch in sorted(left + right):
        hands.clock.mind(seconds)
        hands.clock.key(seconds, pitch)
        tempi.append(hands.line.bpm)
    held = [abs(bpm - 120.0) < 6.0 for bpm in tempi]
    assert np.mean(held) > 0.95
    assert hands.clock.shown.sure > 0.5


def play(stage, beats, chord=CM7, bpm=120.0):
    """Strike at these beats of 120 bpm from the start on, and let go half a beat later."""
    for beat in beats:
        due = stage.start + beat * 60.0 / bpm
        while stage.clock.now() < due:
            stage.clock.sleep_until(min(due, stage.clock.now() + 0.005))
            stage.session.tick()
        stage.strike(chord)
        stage.feed(*[(0x80, pitch, 0) for pitch in chord])


def test_on_stage_the_solo_waits_until_the_tempo_is_found_and_then_plays(make_stage):
    stage = make_stage(clock=Sync.hands, bpm_told=False)
    play(stage, [0.0], CM7)
    stage.run_for(0.3)
    assert not stage.session.planner.playing
    assert not stage.status().followed.found
    play(stage, [1, 2, 3, 4, 5, 6, 7], CM7)
    stage.run_for(1.0)
    assert stage.session.planner.playing
    assert stage.status().followed.found
    assert len(stage.events("begin")) == 1
    assert stage.session.line.bpm == pytest.approx(120.0, rel=0.02)


def test_on_stage_with_a_tempo_told_the_first_chord_starts_the_solo_at_once(make_stage):
    stage = make_stage(clock=Sync.hands, bpm=120.0)
    stage.strike(CM7)
    stage.run_for(0.05)
    assert stage.session.planner.playing


def test_hold_tempo_is_an_order_and_a_pedal_and_refused_without_hands(make_stage):
    stage = make_stage(clock=Sync.hands)
    stage.strike(CM7)
    stage.order(HoldTempo())
    assert stage.status().followed.held
    stage.feed((0xB0, 69, 127))
    assert not stage.status().followed.held
    other = make_stage()
    other.strike(CM7)
    other.order(HoldTempo(True))
    assert "--clock hands" in other.status().notice
    assert other.status().followed is None


def test_a_tempo_that_is_ordered_or_tapped_overrules_the_hands(make_stage):
    stage = make_stage(clock=Sync.hands, bpm=120.0)
    play(stage, [0, 1, 2, 3, 4.62, 5])
    stage.order(SetTempo(90.0))
    assert stage.session.line.bpm == 90.0
    for _ in range(4):
        stage.order(Tap())
        stage.run_for(0.4)
    assert stage.session.line.bpm == pytest.approx(150.0, rel=0.03)


def test_while_it_is_paused_the_hands_move_no_beat(make_stage):
    stage = make_stage(clock=Sync.hands, bpm=120.0)
    play(stage, [0, 1, 2, 3, 4.62, 5])
    stage.order(Pause(True))
    stood = stage.status().beat
    play(stage, [8, 8.7, 9.1])
    assert stage.status().beat == pytest.approx(stood)
    stage.order(Pause(False))
    stage.run_for(0.5)
    assert stage.status().beat == pytest.approx(stood + 1.0, abs=0.3)


@pytest.mark.parametrize("told", [True, False])
def test_the_clock_that_is_sent_out_is_the_followed_beat(make_stage, told):
    stage = make_stage(clock=Sync.hands, clock_out=True, bpm_told=told, bpm=152.0)
    bpm = 150.0
    play(stage, [0, 1, 2, 3], COUNT, bpm)
    play(stage, [4 * bar + place for bar in range(1, 8) for place in (0, 1.62, 3)], CM7, bpm)
    sent = [(m.data, m.seconds) for m in stage.port.messages if m.data[0] >= 0xF0]
    begins = next(i for i, (data, _) in enumerate(sent) if data in (b"\xfa", b"\xfb"))
    place = [(d[1] + 128 * d[2]) / 4 for d, _ in sent[:begins] if d[0] == 0xF2]
    assert place == ([] if told else [4.0])
    ticks = [at for data, at in sent[begins:] if data == b"\xf8"]
    first = place[0] if place else 0.0
    beats = [(at - stage.start) * bpm / 60.0 - first - n / 24 for n, at in enumerate(ticks)]
    assert max(abs(off) for off in beats[96:]) < 0.175
