"""The player as the process it is: it answers, it is killed, it freezes, and the music goes on."""

import os
import signal
import time
from functools import partial
from itertools import pairwise

import psutil
import pytest

from jambot.assets import CHORD_TONES
from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.music import Harmony, HarmonyChange, Note
from jambot.realtime.clock import SystemClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.main import make_generator
from jambot.realtime.player.generation_worker import PlayerProcess
from jambot.realtime.player.player import Extension, Request
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Session
from jambot.realtime.settings import SessionSettings
from jambot.tokens import Prompt

pytestmark = pytest.mark.timeout(300)
CEILING_SECONDS = 60.0
make = partial(make_generator, sampling=SamplingSettings(guidance=0.0), seed=1)
C7 = (HarmonyChange(0.0, Harmony(0, (0, 4, 7, 10))),)
can_freeze = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no SIGSTOP here")


def wait_for(condition, turn=lambda: None):
    deadline = time.monotonic() + CEILING_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        turn()
        time.sleep(0.002)


@pytest.fixture
def player():
    player = PlayerProcess(make, CHORD_TONES)
    assert player.wait_until_ready(CEILING_SECONDS)
    yield player
    player.close()


def answered(player, request, until):
    """Notes of `request`, once they reach `until`."""
    notes, frontier = [], [0.0]

    def take():
        for answer in player.poll():
            if answer.id == request:
                notes.extend(answer.notes)
                frontier[0] = answer.frontier_beats

    wait_for(lambda: frontier[0] >= until, take)
    return notes


def test_it_answers_as_far_as_asked_and_further_when_extended(player):
    player.ask(Request(1, Prompt(harmonies=C7), 4.0))
    first = answered(player, 1, 4.0)
    player.ask(Extension(1, 8.0))
    more = answered(player, 1, 8.0)
    assert max(note.onset_beats for note in first) < 5
    assert min(note.onset_beats for note in more) >= 4


def test_the_newest_request_wins(player):
    for number in range(1, 30):
        player.ask(Request(number, Prompt(harmonies=C7, resume_beats=float(number)), number + 400))
    player.ask(Request(30, Prompt(harmonies=C7, resume_beats=30.0), 34.0))
    assert min(note.onset_beats for note in answered(player, 30, 34.0)) >= 30


def test_killed_it_comes_back_and_answers(player):
    before = player.pid
    psutil.Process(before).kill()
    wait_for(lambda: player.restarts == 1 and player.ready, player.poll)
    assert player.pid != before
    player.ask(Request(2, Prompt(harmonies=C7), 4.0))
    assert answered(player, 2, 4.0)


def test_an_interrupt_of_the_terminal_is_left_to_the_stage(player):
    if os.name == "posix":
        os.kill(player.pid, signal.SIGINT)
    player.ask(Request(1, Prompt(harmonies=C7), 4.0))
    assert answered(player, 1, 4.0)
    assert player.restarts == 0


@can_freeze
def test_asking_a_frozen_player_never_waits(player):
    os.kill(player.pid, signal.SIGSTOP)
    long = tuple(Note(beat / 10, 0.1, 60) for beat in range(20_000))
    before = time.monotonic()
    for number in range(50):
        player.ask(Request(number, Prompt(harmonies=C7, notes=long), 4.0))
    assert time.monotonic() - before < 1.0  # half a megabyte each, and nobody reads


def test_a_model_that_refuses_says_why_at_once():
    player = PlayerProcess(make, "no-such-style")
    try:
        assert not player.wait_until_ready(CEILING_SECONDS)
        assert isinstance(player.refusal, UsageError)
        assert "no-such-style" in player.refusal.found
        assert player.refusal.cure
    finally:
        player.close()


def test_a_player_that_dies_while_loading_is_not_started_in_a_spin():
    player = PlayerProcess(os._exit, 3)
    try:
        wait_for(lambda: player.restarts >= 1, player.poll)
        second = time.monotonic()
        wait_for(lambda: player.restarts >= 2, player.poll)
        assert time.monotonic() - second > 0.9
        player.ask(Request(1, Prompt(harmonies=C7), 4.0))
        assert not player.ready
    finally:
        player.close()


def test_closed_it_is_gone_and_stays_gone(player):
    pid = player.pid
    player.close()
    player.close()
    wait_for(lambda: not psutil.pid_exists(pid))
    assert player.poll() == []


class Jam:
    """A session in real time, four beats a second, its plan reaching little more than a second."""

    def __init__(self, player):
        self.clock = SystemClock()
        self.keys = MemoryInput(self.clock)
        self.port = RecordingOutput(self.clock)
        self.log = SessionLog()
        settings = SessionSettings(bpm=240.0, lookahead_bars=1.0)
        self.player = player
        self.session = Session(settings, self.clock, Ports(self.keys, self.port), player, self.log)
        for pitch in (48, 58, 64, 67):
            self.keys.feed(bytes((0x90, pitch, 80)))

    def play_until(self, condition):
        wait_for(condition, self.session.tick)

    def events(self, kind):
        return [event for event in self.log.events if event["event"] == kind]

    def sources(self):
        return [event["source"] for event in self.events("played")]


@pytest.mark.parametrize(
    "harm", [pytest.param("kill"), pytest.param("freeze", marks=can_freeze)]
)  # fmt: skip
def test_the_music_goes_on_while_the_player_is_gone_and_it_is_told_where_when_back(player, harm):
    jam = Jam(player)
    jam.play_until(lambda: len(jam.events("played")) >= 4)
    before = player.pid
    if harm == "kill":
        psutil.Process(before).kill()
    else:
        os.kill(before, signal.SIGSTOP)
    jam.play_until(lambda: player.restarts == 1 and player.ready)
    jam.play_until(lambda: any(e["reason"] == "restart" for e in jam.events("prompt")))
    asked = jam.events("prompt")[-1]["id"]
    jam.play_until(lambda: any(e["prompt"] == asked for e in jam.events("played")))
    jam.session.close("test")
    struck = [m.seconds for m in jam.port.messages if m.data[0] >> 4 == 9]
    ended = [m.seconds for m in jam.port.messages if m.data[0] >> 4 == 8]
    assert len(struck) == len(ended)
    assert jam.events("end")[0]["stuck_notes"] == 0
    beats = [event["onset_beats"] for event in jam.events("played")]
    assert max(b - a for a, b in pairwise(beats)) <= 4
    assert jam.events("player")[0]["state"] == "restarted"


def test_with_no_player_at_all_the_rule_plays_on():
    player = PlayerProcess(os._exit, 3)
    try:
        jam = Jam(player)
        jam.play_until(lambda: len(jam.events("played")) >= 12)
        jam.session.close("test")
        assert set(jam.sources()) == {"fallback"}
        assert len(jam.events("underrun")) == 1
        assert jam.events("end")[0]["stuck_notes"] == 0
    finally:
        player.close()
