"""Shared beats: a Link that is moved by hand, and two real peers on one machine."""

import importlib
import time

import pytest

from jambot.errors import UsageError
from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.link_clock import LinkClock, open_link
from jambot.realtime.beats.midi_clock import Move
from jambot.realtime.clock import ManualClock, SystemClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.orders import SetTempo
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Session
from jambot.realtime.settings import SessionSettings, Sync

CM7 = (48, 52, 55, 59)


class HandLink:
    """A Link session without a network: its beats run on the clock, and jump when told."""

    def __init__(self, clock, tempo=120.0, beat=0.0):
        self.clock, self.enabled, self.num_peers = clock, True, 1
        self._tempo, self._beat, self._since = tempo, beat, clock.now()

    @property
    def beat(self):
        return self._beat + (self.clock.now() - self._since) * self._tempo / 60.0

    @beat.setter
    def beat(self, beat):
        self._beat, self._since = beat, self.clock.now()

    @property
    def tempo(self):
        return self._tempo

    @tempo.setter
    def tempo(self, tempo):
        self.beat, self._tempo = self.beat, tempo


class Followed:
    def __init__(self, tempo=120.0, beat=0.0):
        self.clock = ManualClock(50.0)
        self.link = HandLink(self.clock, tempo, beat)
        self.line = BeatLine(100.0)
        self.follower = LinkClock(self.link, self.line, Meter(4), self.clock)
        self.moves = []

    def run(self, seconds):
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            moved = self.follower.follow()
            if moved is not None:
                self.moves.append(moved)
            self.clock.advance(0.005)

    @property
    def apart(self):
        """Beats between the two, by their places in the bar."""
        off = (self.link.beat - self.line.beat_at(self.clock.now())) % 4
        return min(off, 4 - off)


def test_the_line_begins_where_the_others_are_in_their_bar():
    followed = Followed(tempo=96.0, beat=14.5)
    followed.run(0.01)
    assert followed.line.bpm == 96.0
    assert followed.line.beat_at(followed.clock.now()) % 4 == pytest.approx(2.5, abs=0.02)


def test_a_new_tempo_is_followed_without_a_tear():
    followed = Followed()
    followed.run(2.0)
    for tempo in (122.0, 140.0, 70.0, 200.0):
        followed.link.tempo = tempo
        followed.run(1.5)
        assert followed.line.bpm == pytest.approx(tempo, rel=0.01)
        assert followed.apart < 0.005
    assert followed.moves == []


def test_a_place_a_little_off_is_bent_towards():
    followed = Followed()
    followed.run(1.0)
    followed.link.beat -= 0.3
    followed.run(2.0)
    assert followed.apart < 0.005
    followed.link.beat += 0.015
    followed.run(1.0)
    assert followed.apart < 0.005
    assert followed.moves == []


def test_a_session_elsewhere_in_the_bar_is_met_by_a_skip_forward():
    followed = Followed()
    followed.run(1.0)
    before = followed.line.beat_at(followed.clock.now())
    followed.link.beat += 1.5
    followed.run(0.2)
    (moved,) = followed.moves
    assert moved.move is Move.jump
    assert moved.skipped_beats == pytest.approx(1.5, abs=0.05)
    assert followed.line.beat_at(followed.clock.now()) > before + 1.5
    assert followed.apart < 0.005


def test_a_jam_keeps_to_the_shared_beats_and_may_propose_a_tempo(make_stage):
    stage = make_stage(clock=Sync.link, bpm=100.0, link=lambda clock: HandLink(clock, 120.0, 6.0))
    stage.session.tick()
    stage.strike(CM7)
    assert stage.events("begin") == []
    stage.run_for(4.0)
    assert stage.status().playing
    stage.order(SetTempo(90.0))
    stage.run_for(2.0)
    assert stage.link.tempo == 90.0
    assert stage.status().bpm == pytest.approx(90.0, rel=0.01)
    assert stage.status().notice == ""
    assert len(stage.events("played")) > 6
    assert stage.events("link")[0]["peers"] == 1
    stage.session.close("test")
    assert not stage.link.enabled


def test_without_the_library_the_cure_is_told(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match="aalink") as refused:
        open_link(120.0, 4)
    assert "jam-bot[link]" in refused.value.cure


@pytest.fixture
def peers():
    links = [open_link(bpm, 4) for bpm in (100.0, 130.0)]
    yield links
    for link in links:
        link.enabled = False


def until(condition, peers, turn=lambda: None, seconds=20.0):
    """Link has no rooms: whoever else is on this network is in the session, and not to be led."""
    deadline = time.monotonic() + seconds
    while not condition():
        if max(link.num_peers for link in peers) > 1:
            pytest.skip("somebody else's Link session is on this network")
        assert time.monotonic() < deadline, "it did not happen in time"
        turn()
        time.sleep(0.005)


def test_two_real_peers_share_tempo_and_bar_with_the_stage(peers, make_stage):
    mine, theirs = peers
    clock = SystemClock()
    session = Session(
        SessionSettings(clock=Sync.link, bpm=100.0),
        clock,
        Ports(MemoryInput(clock), RecordingOutput(clock)),
        make_stage().player,
        SessionLog(),
        link=mine,
    )
    until(lambda: mine.num_peers and theirs.num_peers, peers, session.tick)
    met = clock.now()
    until(lambda: clock.now() > met + 1.0, peers, session.tick)
    theirs.tempo = 91.0

    def apart():
        off = (theirs.beat - session.line.beat_at(clock.now())) % 4
        return min(off, 4 - off)

    until(lambda: abs(session.line.bpm - 91.0) < 0.5 and apart() < 0.02, peers, session.tick)
    session.cues.obey(SetTempo(140.0), clock.now(), clock.now())
    until(lambda: abs(theirs.tempo - 140.0) < 0.1, peers, session.tick)
    until(lambda: apart() < 0.02, peers, session.tick)
    session.close("test")
    assert any(event["event"] == "link" and event["peers"] for event in session.log.events)
    until(lambda: not theirs.num_peers, peers)
