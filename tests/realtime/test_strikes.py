"""A player of chords on stage: strikes leave together, and every key of them goes up again."""

import itertools

import pytest

from jambot.generation import Generator, SamplingSettings
from jambot.realtime.player.player import DirectPlayer

CM7, FM7 = [48, 52, 55, 59], [53, 57, 60, 64]


@pytest.fixture
def pianist(make_stage, chord_player):
    player = DirectPlayer(Generator(chord_player(), SamplingSettings(guidance=0.0), 1))
    return make_stage(player=player)


def struck(stage):
    """The pitches that went down together, by their time."""
    downs = [(m.seconds, m.data[1]) for m in stage.port.messages if m.data[0] == 0x90]
    return [
        [pitch for _, pitch in strike]
        for _, strike in itertools.groupby(downs, key=lambda down: round(down[0], 4))
    ]


def test_the_keys_of_a_strike_go_down_together(pianist):
    pianist.strike(CM7)
    pianist.go_to(16)
    sizes = [len(strike) for strike in struck(pianist)]
    assert len(sizes) > 12
    assert max(sizes) == 5
    assert len({pitch for strike in struck(pianist)[:1] for pitch in strike}) == sizes[0] > 1


def test_every_key_goes_up_again_when_all_is_stopped(pianist):
    pianist.strike(CM7)
    pianist.go_to(5.6)
    pianist.strike(FM7)
    pianist.go_to(9.3)
    pianist.stop()
    down = set()
    for message in pianist.port.messages:
        if message.data[0] == 0x90:
            assert message.data[1] not in down, "no key goes down twice"
            down.add(message.data[1])
        elif message.data[0] == 0x80:
            down.discard(message.data[1])
    assert not down
