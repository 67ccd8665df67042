"""The stage's beats follow FL Studio by the link alone: through the fake one and its script."""

import pytest

from jambot.control.fl_studio.clock import FLClock
from jambot.generation import ChordToneModel, Generator
from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.midi_clock import MidiClock, Move
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.player.player import DirectPlayer
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Session
from jambot.realtime.settings import SessionSettings, Sync

BAR = 4


class Follower:
    """A beat line steered by FL Studio's link, polled every millisecond."""

    def __init__(self, studio):
        self.studio = studio
        self.keys = MemoryInput(studio.clock)
        self.clock = FLClock(self.keys, studio.host, studio.clock.now)
        self.line = BeatLine(100.0)
        self.midi = MidiClock(self.line, Meter(BAR))
        self.moves = []
        self.keys_heard = []

    def run(self, seconds):
        end = self.studio.clock.now() + seconds
        while self.studio.clock.now() < end:
            for message in self.clock.poll():
                if message.data[0] < 0xF0:
                    self.keys_heard.append(message)
                    continue
                moved = self.midi.hear(message)
                if moved is not None:
                    self.moves.append(moved.move)
            self.studio.clock.sleep_until(self.studio.clock.now() + 0.001)

    @property
    def apart(self):
        """Beats between the stage and the song, in the bar."""
        song = self.studio.fl.song
        ahead = self.line.beat_at(self.studio.clock.now()) - song.position / song.ppq
        return (ahead + BAR / 2) % BAR - BAR / 2


@pytest.fixture
def follower(studio):
    return Follower(studio)


def test_the_stage_plays_where_fl_studio_plays(follower):
    follower.studio.host.wait(follower.studio.host.play())
    follower.run(4.0)
    assert follower.moves == [Move.play]
    assert follower.line.bpm == pytest.approx(130.0, abs=2.0)
    assert abs(follower.apart) < 0.06


def test_a_new_tempo_is_followed(follower):
    follower.studio.host.wait(follower.studio.host.play())
    follower.run(3.0)
    follower.studio.fl.song.milli_bpm = 96_000
    follower.run(4.0)
    assert follower.line.bpm == pytest.approx(96.0, abs=2.0)
    assert abs(follower.apart) < 0.06
    assert follower.moves == [Move.play]


def test_stop_is_stop_and_play_goes_on_from_there(follower):
    studio = follower.studio
    studio.host.wait(studio.host.play())
    follower.run(2.0)
    studio.host.wait(studio.host.stop())
    follower.run(1.0)
    assert follower.moves == [Move.play, Move.stop]
    studio.host.wait(studio.host.play())
    follower.run(3.0)
    assert follower.moves == [Move.play, Move.stop, Move.play]
    assert abs(follower.apart) < 0.06


def test_a_loop_of_bars_goes_round_and_the_beats_go_on(follower):
    studio = follower.studio
    studio.fl.song.selection = (0, BAR * studio.fl.song.ppq)
    studio.host.wait(studio.host.play())
    follower.run(7.0)
    assert studio.host.status.state.jumps >= 2
    assert abs(follower.apart) < 0.08
    assert follower.line.beat_at(studio.clock.now()) > 2 * BAR


def test_keys_are_heard_beside_the_clock_and_a_lost_link_gives_no_tick(follower):
    studio = follower.studio
    follower.keys.feed(b"\x90\x3c\x50")
    studio.host.wait(studio.host.play())
    follower.run(1.0)
    assert [message.data for message in follower.keys_heard] == [b"\x90\x3c\x50"]
    studio.pulled = True
    follower.run(4.0)
    before = follower.line.beat_at(studio.clock.now())
    assert follower.clock.poll() == []
    follower.run(1.0)
    assert follower.line.beat_at(studio.clock.now()) > before + 1.5


def test_a_session_plays_while_fl_studio_does_and_is_silent_when_it_stops(studio):
    keys, solo = MemoryInput(studio.clock), RecordingOutput(studio.clock)
    session = Session(
        SessionSettings(clock=Sync.midi),
        studio.clock,
        Ports(FLClock(keys, studio.host, studio.clock.now), solo),
        DirectPlayer(Generator(ChordToneModel())),
        SessionLog(),
    )

    def run(seconds):
        """How many notes began meanwhile."""
        before, end = len(solo.messages), studio.clock.now() + seconds
        while studio.clock.now() < end:
            session.tick()
            studio.clock.sleep_until(studio.clock.now() + 0.005)
        return sum(message.data[0] >> 4 == 9 for message in solo.messages[before:])

    studio.host.wait(studio.host.play())
    run(1.0)
    for pitch in (48, 58, 62, 65):
        keys.feed(bytes((0x90, pitch, 80)))
    assert run(6.0) > 6
    studio.fl.song.playing = False
    run(0.3)
    assert run(3.0) == 0
    studio.fl.song.playing = True
    assert run(6.0) > 6
