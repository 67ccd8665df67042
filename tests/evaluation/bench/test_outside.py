"""What another program makes of the messages that it heard."""

from jambot.evaluation.bench.hands import Stamped
from jambot.evaluation.bench.outside import longest_silence, solo_of, stuck

SOLO, BASS = 0x90, 0x91
HEARD = [
    Stamped(0.0, bytes((SOLO, 60, 80))),
    Stamped(0.1, bytes((BASS, 60, 80))),
    Stamped(0.2, bytes((SOLO, 60, 0))),
    Stamped(0.5, bytes((BASS, 43, 80))),
    Stamped(0.8, bytes((SOLO, 62, 80))),
    Stamped(0.9, bytes((0x80, 62, 0))),
]


def test_a_band_is_no_part_of_the_solo():
    assert [message.data[1] for message in solo_of(HEARD)] == [60, 60, 62, 62]
    assert longest_silence(solo_of(HEARD), 0.0, 1.0) == 600.0


def test_a_note_that_rings_on_is_one_of_its_channel():
    assert stuck(HEARD) == 2
    ended = [*HEARD, Stamped(1.0, bytes((0x81, 60, 0))), Stamped(1.0, bytes((0x81, 43, 0)))]
    assert stuck(ended) == 0
