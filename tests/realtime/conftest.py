"""A whole stage in one hand: a clock that stands still, keys to press, and everything that left."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import read_midi
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import ManualClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.player.player import DirectPlayer
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Outside, Session, StyleChoice
from jambot.realtime.settings import SessionSettings

TICKS_A_BEAT = 96


class Stage:
    """A session at 120 bpm; beats are half seconds, counted from the first key."""

    def __init__(
        self,
        player=None,
        schedules_ahead=True,
        temperature=1.0,
        seed=1,
        log=None,
        adapter=None,
        styles=(),
        clock_port=False,
        link=None,
        hand=None,
        seat=None,
        show=lambda status: None,
        **settings,
    ):
        self.clock = hand or ManualClock(100.0)
        self.keys = MemoryInput(self.clock)
        self.ticks = MemoryInput(self.clock) if clock_port else None
        self.link = link(self.clock) if link else None
        self.port = RecordingOutput(self.clock, schedules_ahead)
        sampling = SamplingSettings(temperature=temperature, guidance=0.0)
        self.player = player or DirectPlayer(Generator(ChordToneModel(), sampling, seed))
        self.log = log or SessionLog()
        self.orders = []
        asked = SessionSettings(seed=seed, **settings)
        line = BeatLine(asked.bpm)
        self.session = Session(
            asked,
            self.clock,
            Ports(self.keys, self.port, clock=self.ticks),
            self.player,
            self.log,
            line,
            seat and seat(asked, self.clock, line),
            self.link,
            StyleChoice(adapter, tuple(styles)),
            Outside(show, self._ordered),
        )
        self.start = 100.0

    def _ordered(self):
        orders, self.orders = self.orders, []
        return orders

    def order(self, *orders):
        self.orders += orders
        self.session.tick()

    def status(self):
        return self.session.status(self.clock.now())

    def feed(self, *messages):
        for message in messages:
            self.keys.feed(bytes(message))
        self.session.tick()

    def strike(self, pitches, velocity=80):
        self.feed(*[(0x90, pitch, velocity) for pitch in pitches])

    def release(self, pitches):
        self.feed(*[(0x80, pitch, 0) for pitch in pitches])

    def stop(self):
        self.feed((0xB0, 123, 0))

    def go_to(self, beat):
        """Tick on, evenly, until `beat`; the last tick falls on it."""
        first = round((self.clock.now() - self.start) * 2 * TICKS_A_BEAT)
        for tick in range(first + 1, round(beat * TICKS_A_BEAT) + 1):
            self.clock.sleep_until(self.start + tick / TICKS_A_BEAT / 2)
            self.session.tick()

    def run_for(self, seconds, step=0.005):
        """Tick on, evenly, for so long."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.clock.sleep_until(min(end, self.clock.now() + step))
            self.session.tick()

    def events(self, kind):
        return [event for event in self.log.events if event["event"] == kind]

    @property
    def beat(self):
        return (self.clock.now() - self.start) * 2

    @property
    def played(self):
        """(beat, pitch) of every note-on that left."""
        return [
            (round((m.seconds - self.start) * 2, 4), m.data[1])
            for m in self.port.messages
            if m.data[0] >> 4 == 9
        ]

    def sing(self, *notes):
        """Single keys: (beat, pitch, length in beats)."""
        moments = [(at, (0x90, pitch, 90)) for at, pitch, _ in notes]
        moments += [(at + length, (0x80, pitch, 0)) for at, pitch, length in notes]
        for at, message in sorted(moments):
            self.go_to(at)
            self.feed(message)

    @property
    def lines(self):
        """The most notes that ever sounded at once, and those that sound now."""
        return voices(self.port.messages)


def voices(messages):
    """The most notes that ever sounded at once, and the pitches left sounding."""
    sounding, most = [], 0
    for message in messages:
        if message.data[0] >> 4 == 9:
            sounding.append(message.data[1])
        elif message.data[1] in sounding:
            sounding.remove(message.data[1])
        most = max(most, len(sounding))
    return most, sounding


@pytest.fixture
def make_stage():
    return Stage


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def demo_song():
    from jambot.assets import DEMO_COMPING

    return read_midi(Path(DEMO_COMPING))


@pytest.fixture
def undisturbed():
    """Where it is allowed, this test and what it starts go before everything else that runs here.

    A musician's machine is set up so; and an overloaded one loses JACK's periods, notes included.
    """
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    yield
    os.sched_setscheduler(0, policy, priority)
