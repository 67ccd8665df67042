"""A host's clock, simulated tick by tick: how far the stage's beats are from the host's, in ms."""

import random

import pytest

from jambot.music import Meter
from jambot.realtime.beats.beat_line import FASTEST_BPM, SLOWEST_BPM, BeatLine
from jambot.realtime.beats.midi_clock import MidiClock, Move
from jambot.realtime.ports import TimedMessage

JITTER_SECONDS = 0.003
BEFORE_SECONDS = 0.25
"""The stage promises a note so long before it sounds: there the beat must be right already."""


class Host:
    """A machine that plays: `tempo` gives beats per minute at a beat of its own."""

    def __init__(self, tempo, jitter=JITTER_SECONDS, prior=120.0, beats_per_bar=4, seed=1):
        self.tempo, self.jitter = tempo, jitter
        self.random = random.Random(seed)
        self.line = BeatLine(prior)
        self.clock = MidiClock(self.line, Meter(beats_per_bar))
        self.seconds, self.beat, self.stamp = 100.0, 0.0, 0.0
        self.errors, self.moves = [], []

    def say(self, *data):
        moved = self.clock.hear(TimedMessage(self.seconds, bytes(data)))
        if moved is not None:
            self.moves.append(moved)

    def song_position(self, beat):
        sixteenth = int(beat * 4)
        self.say(0xF2, sixteenth & 0x7F, sixteenth >> 7)

    def play(self, beats, lost=lambda k: False, measured_from=0.0, offset=0.0):
        """Ticks for so many beats; the errors at each, `offset` apart by intention."""
        end = self.beat + beats
        for k in range(round(beats * 24)):
            if not lost(k):
                off = self.random.uniform(-self.jitter, self.jitter)
                self.stamp = max(self.stamp, self.seconds + off)
                moved = self.clock.hear(TimedMessage(self.stamp, b"\xf8"))
                if moved is not None:
                    self.moves.append(moved)
            if self.beat >= measured_from:
                error = self.line.seconds_at(self.beat + offset) - self.seconds
                self.errors.append(abs(error) * 1e3)
            self.seconds += 60.0 / self.tempo(self.beat) / 24
            self.beat = end - beats + (k + 1) / 24

    @property
    def worst_ms(self):
        return max(self.errors)


def started(tempo, **settings):
    host = Host(tempo, **settings)
    host.say(0xFA)
    return host


@pytest.mark.parametrize("bpm", [60.0, 120.0, 240.0])
@pytest.mark.parametrize("prior", [60.0, 120.0, 200.0])
def test_with_3_ms_of_jitter_the_beats_are_2_ms_right_after_two_beats(bpm, prior):
    host = started(lambda beat: bpm, prior=prior)
    host.play(24, measured_from=2.0)
    assert host.worst_ms < 2.0
    assert host.line.bpm == pytest.approx(bpm, rel=0.03)
    assert host.clock.lost_ticks == 0


def test_with_no_jitter_they_are_exact():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(8)
    assert host.worst_ms < 0.001


def test_a_tempo_that_creeps_from_120_to_130_in_four_bars_is_followed_within_4_ms():
    host = started(lambda beat: 120 + 10 * min(1, beat / 16))
    host.play(24, measured_from=2.0)
    assert host.worst_ms < 4.0
    assert host.line.bpm == pytest.approx(130, rel=0.03)


def test_a_ritardando_to_half_in_two_bars_is_followed_within_30_ms():
    host = started(lambda beat: 120 - 60 * min(1, beat / 8))
    host.play(16, measured_from=2.0)
    assert host.worst_ms < 30.0
    assert max(host.errors[-48:]) < 2.0


@pytest.mark.parametrize("after", [60.0, 75.0, 90.0, 180.0, 240.0])
def test_a_sudden_tempo_is_met_within_2_ms_after_three_beats(after):
    host = started(lambda beat: 120.0 if beat < 8 else after)
    host.play(20, measured_from=11.0)
    assert host.worst_ms < 2.0
    assert host.clock.lost_ticks == 0


@pytest.mark.parametrize("bpm", [120.0, 240.0])
def test_lost_ticks_are_made_up_for_and_counted(bpm):
    host = started(lambda beat: bpm)
    host.play(64, lost=lambda k: k > 48 and k % 41 == 0, measured_from=2.0)
    assert host.worst_ms < 2.0
    assert host.clock.lost_ticks == len([k for k in range(49, 64 * 24) if k % 41 == 0])


def test_a_pause_of_the_cable_costs_no_place():
    host = started(lambda beat: 120.0)
    host.play(8)
    host.errors.clear()
    host.play(4, lost=lambda k: True)
    assert host.worst_ms < 15.0
    host.play(8, measured_from=14.0)
    assert max(host.errors[-48:]) < 2.0


def test_start_is_beat_0_on_the_next_tick():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.seconds += 0.2
    host.play(1)
    (moved,) = host.moves
    assert (moved.move, moved.beat, moved.skipped_beats) == (Move.play, 0.0, 0.0)
    assert host.line.seconds_at(0.0) == pytest.approx(100.2)


def test_a_start_in_the_midst_of_a_bar_skips_to_the_bar_line():
    host = Host(lambda beat: 120.0, jitter=0.0)
    host.line.begin(100.0 - 2.6)  # freely until now: beat 5.2
    host.say(0xFA)
    host.play(4, offset=8.0)
    (moved,) = host.moves
    assert (moved.move, moved.beat) == (Move.play, pytest.approx(8.0))
    assert moved.skipped_beats == pytest.approx(2.8)
    assert host.worst_ms < 0.01


def test_a_start_just_after_the_bar_line_is_waited_for():
    host = Host(lambda beat: 120.0, jitter=0.0)
    host.line.begin(100.0 - 4.15)  # beat 8.3
    host.say(0xFA)
    before = host.line.beat_at(100.0)
    host.play(4, measured_from=2.0, offset=8.0)
    assert host.moves[0].skipped_beats == 0.0
    assert host.line.beat_at(100.0) == before
    assert host.worst_ms < 2.0


def test_continue_goes_on_from_the_song_position():
    host = Host(lambda beat: 120.0, jitter=0.0)
    host.song_position(6.5)
    host.say(0xFB)
    host.beat = 2.5  # where in a bar of four it is
    host.play(4)
    assert host.moves[0].song_beats == 6.5
    assert host.line.beat_at(host.seconds) % 4 == pytest.approx(2.5, abs=0.001)
    assert host.worst_ms < 0.01


def test_a_loop_that_closes_on_a_bar_line_is_not_felt():
    host = started(lambda beat: 120.0)
    host.play(16)
    host.errors.clear()
    host.song_position(0.0)
    host.play(16)
    assert host.worst_ms < 2.0
    assert host.moves[-1].move is Move.jump
    assert host.moves[-1].skipped_beats == 0.0
    assert host.moves[-1].song_beats == 0.0


def test_a_jump_to_elsewhere_in_the_bar_skips_as_far():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(9)
    host.song_position(2.0)
    host.play(1, offset=1.0)
    assert host.moves[-1].beat == pytest.approx(10.0)
    assert host.moves[-1].skipped_beats == pytest.approx(1.0)


def test_stop_is_told_once_and_the_beats_run_on():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(4)
    host.say(0xFC)
    host.say(0xFC)
    assert [moved.move for moved in host.moves] == [Move.play, Move.stop]
    assert host.line.beat_at(host.seconds + 1.0) == pytest.approx(6.0, abs=0.01)


def test_ticks_alone_give_the_tempo_and_no_beat():
    host = Host(lambda beat: 90.0)
    host.play(8)
    assert not host.line.begun
    host.line.begin(host.seconds + 0.2)
    host.play(8)
    assert host.line.bpm == pytest.approx(90.0, rel=0.02)
    assert host.moves == []


def test_other_messages_move_nothing():
    host = started(lambda beat: 120.0)
    host.play(1)
    before = host.line.bpm
    for data in ((0xFE,), (0xF0, 1, 2, 0xF7), (0xF2,), (0xF2, 1), (0xFF,), (0xF6,)):
        host.say(*data)
    host.say()
    assert host.line.bpm == before


@pytest.mark.parametrize("frames", [512, 1024, 2048, 4096])
@pytest.mark.parametrize("bpm", [40.0, 120.0, 160.0, 200.0, 300.0])
def test_a_host_that_writes_its_ticks_at_the_start_of_a_period_is_followed(frames, bpm):
    """A tick early by up to a period says no more than that: the beats are as early, evenly."""
    period = frames / 48_000
    host = started(lambda beat: bpm, jitter=0.0)
    errors, tempi = [], []
    for tick in range(24 * 40):
        seconds = 100.0 + tick * 60.0 / bpm / 24
        host.clock.hear(TimedMessage(seconds // period * period, b"\xf8"))
        if tick > 8 * 24:
            errors.append(host.line.seconds_at(tick / 24) - seconds)
            tempi.append(host.line.bpm)
    assert -0.6 * 60.0 / bpm / 24 - 0.006 < min(errors) <= max(errors) < 0.001
    assert max(errors) - min(errors) < 0.0165
    assert min(tempi) > 0.9 * bpm
    assert max(tempi) < 1.09 * bpm
    assert host.clock.lost_ticks == 0


def test_ticks_with_one_time_stamp_are_ticks_and_divide_by_nothing():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(4)
    for _ in range(3):
        host.say(0xF8)
    host.beat += 3 / 24
    host.play(8)
    assert max(host.errors[-48:]) < 2.0
    assert host.clock.lost_ticks == 0


@pytest.mark.parametrize("apart", [0.0, 21e-6, 0.0005, 0.002, 0.004])
@pytest.mark.parametrize("many", [3, 30, 95, 400, 5000])
def test_after_ticks_that_no_clock_sends_a_sane_one_is_followed_again(apart, many):
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(8)
    tempi = []
    for _ in range(many):
        host.say(0xF8)
        tempi.append(host.line.bpm)
        host.seconds += apart
    assert SLOWEST_BPM <= min(tempi) <= max(tempi) <= FASTEST_BPM
    host.play(1)
    host.say(0xFA)
    host.beat = 0.0
    host.play(4)
    for _ in range(4 * 24):
        host.play(1 / 24)
        tempi.append(host.line.bpm)
    assert tempi[-48:] == pytest.approx([120.0] * 48, rel=0.01)
    beat = host.line.beat_at(host.seconds)
    assert abs((beat - host.beat + 2) % 4 - 2) < 0.01


def test_a_flood_of_starts_and_places_does_not_hurry_the_beats():
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(4)
    for turn in range(1000):
        host.song_position(host.random.randrange(64) / 4)
        host.say(0xFA if turn % 2 else 0xFB)
        host.say(0xF8)
        host.seconds += 0.001
    assert len(host.moves) <= 1 + 5
    assert host.line.beat_at(host.seconds) < 4 + 2 * 4 + 5 * 4


def test_a_jump_that_the_next_tick_comes_early_for_is_made_all_the_same():
    """The smoothed tick lies after its stamp; the skip was lost then, and raced after instead."""
    host = started(lambda beat: 120.0, jitter=0.0)
    host.play(9)
    host.song_position(2.0)
    host.seconds -= 0.004
    host.play(1 / 24)
    assert host.moves[-1].skipped_beats == pytest.approx(1.0, abs=0.01)
    assert host.line.beat_at(host.seconds) == pytest.approx(10 + 1 / 24, abs=0.02)
