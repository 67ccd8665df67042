"""The host's song through our plugin: the beats follow its starts, stops, jumps and tempi."""

import pytest

from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.host_clock import HostClock
from jambot.realtime.beats.midi_clock import Move
from jambot.realtime.ports import HostPlace


class Song:
    """A host's song, moved by hand."""

    def __init__(self, bpm=120.0):
        self.now, self.beat, self.bpm, self.playing, self.jumps = 10.0, 0.0, bpm, False, 0
        self.there = True
        self.line = BeatLine(bpm)
        self.clock = HostClock(self.place, self.line, Meter(4))
        self.moves = []

    def place(self):
        if not self.there:
            return None
        return HostPlace(self.playing, self.now, self.beat, self.bpm, 4.0, self.jumps)

    def go(self, seconds, bpm_a_second=0.0):
        for _ in range(round(seconds * 1000)):
            self.now += 0.001
            if self.playing:
                self.beat += self.bpm / 60000
            self.bpm += bpm_a_second / 1000
            moved = self.clock.follow(self.now)
            if moved is not None:
                self.moves.append(moved)

    def play(self, beat=None):
        self.beat = self.beat if beat is None else beat
        self.playing, self.jumps = True, self.jumps + 1

    def stop(self):
        self.playing, self.jumps = False, self.jumps + 1

    @property
    def apart_ms(self):
        apart = (self.beat - self.line.beat_at(self.now) + 2) % 4 - 2
        return apart * 60000 / self.bpm


def test_the_stage_is_on_the_songs_place_in_the_bar_when_it_starts():
    song = Song()
    song.play(6.5)
    song.go(0.5)
    assert [moved.move for moved in song.moves] == [Move.play]
    assert abs(song.apart_ms) < 0.01
    assert song.line.bpm == pytest.approx(120.0)


def test_a_stop_is_told_and_the_beats_go_on_at_the_songs_tempo():
    song = Song(90.0)
    song.play()
    song.go(1.0)
    song.stop()
    before = song.line.beat_at(song.now)
    song.go(2.0)
    assert [moved.move for moved in song.moves] == [Move.play, Move.stop]
    assert song.line.beat_at(song.now) - before == pytest.approx(3.0)


def test_a_ramp_from_90_to_150_in_a_minute_is_followed_within_a_millisecond():
    song, apart = Song(90.0), []
    song.play()
    for _ in range(600):
        song.go(0.1, bpm_a_second=1.0)
        apart.append(abs(song.apart_ms))
    assert sorted(apart)[int(0.95 * len(apart))] < 1.0
    assert song.line.bpm == pytest.approx(150.0, abs=0.5)


def test_a_jump_is_met_at_the_next_beat_alike_in_the_bar():
    song = Song()
    song.play()
    song.go(2.0)
    song.play(9.5)
    song.go(0.5)
    assert song.moves[-1].move is Move.jump
    assert 0 < song.moves[-1].skipped_beats < 4
    assert abs(song.apart_ms) < 1.0


def test_a_loop_of_whole_bars_is_no_jump_for_the_stage():
    song = Song()
    song.play()
    song.go(4.0)
    song.play(song.beat - 8.0)
    song.go(1.0)
    assert [moved.move for moved in song.moves] == [Move.play]


def test_a_loop_of_a_fraction_of_a_beat_moves_the_stage_four_times_a_second_at_most():
    song = Song()
    song.play(8.0)
    for _ in range(100):
        song.go(0.05)
        song.play(8.0)
    assert len(song.moves) <= 5.0 / 0.25 + 1


def test_a_plugin_that_goes_is_a_stop_and_one_without_a_song_leaves_the_beats_alone():
    song = Song()
    song.there = False
    song.line.begin(song.now)
    song.go(1.0)
    assert song.moves == []
    song.there = True
    song.play()
    song.go(1.0)
    song.there = False
    song.go(1.0)
    assert [moved.move for moved in song.moves] == [Move.play, Move.stop]
