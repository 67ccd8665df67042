"""Ten minutes of a day: everything goes wrong, and nothing rings, raises or piles up."""

from random import Random

import pytest

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Harmony, HarmonyChange
from jambot.realtime.clock import ManualClock
from jambot.realtime.player.player import Request
from jambot.realtime.ports import MemoryInput, RecordingOutput
from jambot.tokens import Prompt
from lab.endurance.day import endure
from lab.endurance.faults import FrailPlayer, Mischief

LONGEST_NOTE_SECONDS = 25.0
"""A port stays pulled for 20 s at most."""
MOST_GROWTH_MB = 8.0


def test_ten_minutes_of_faults_end_with_no_note_ringing_and_no_memory_taken():
    figures = endure(600.0, seed=3)
    assert figures.stuck_notes == 0
    assert figures.longest_note_seconds < LONGEST_NOTE_SECONDS
    assert figures.growth_mb < MOST_GROWTH_MB
    assert figures.notes > 300
    assert len(figures.happened) >= 8
    assert figures.logged["end"] == 1


def make():
    return Generator(ChordToneModel(), SamplingSettings(guidance=0.0), 1)


@pytest.fixture
def clock():
    return ManualClock(100.0)


def question(number):
    harmonies = (HarmonyChange(0.0, Harmony(0, (0, 4, 7, 10))),)
    return Request(number, Prompt(harmonies), 4.0)


@pytest.mark.parametrize("fault", ["die", "freeze"])
def test_a_player_that_was_away_answers_the_newest_question_when_it_is_back(clock, fault):
    player = FrailPlayer(make, clock)
    getattr(player, fault)(3.0)
    player.ask(question(1))
    player.ask(question(2))
    assert player.poll() == []
    assert player.ready is (fault == "freeze")
    clock.advance(3.0)
    assert {answer.id for answer in player.poll()} == {2}
    assert (player.ready, player.restarts) == (True, fault == "die")


def test_a_slow_player_answers_two_seconds_late(clock):
    player = FrailPlayer(make, clock)
    player.slow(5.0)
    player.ask(question(1))
    assert player.poll() == []
    clock.advance(2.0)
    assert player.poll()


def test_every_mischief_can_be_done_and_pulled_ports_come_back(clock):
    keys, output = MemoryInput(clock), RecordingOutput(clock)
    mischief = Mischief(Random(1), clock, keys, output, FrailPlayer(make, clock))
    done = {mischief.draw() for _ in range(400)}
    assert done == set(mischief.names)
    assert not (keys.alive and output.alive)
    clock.advance(20.0)
    mischief.go_on()
    assert keys.alive
    assert output.alive
