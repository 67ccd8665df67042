"""The audio thread: what it never calls, and how long it takes."""

from random import Random

import pytest

from tests.plugin.conftest import WINE

BLOCK_NS = 64 / 48000 * 1e9


@pytest.mark.skipif(bool(WINE), reason="nothing is counted on Windows")
def test_the_trap_snaps(make_host):
    host = make_host()
    host.do("provoke")
    assert host.stats().traps == 2


def test_nothing_is_allocated_locked_or_called_of_the_system_whatever_happens(met, home):
    host, engine = met
    random = Random(3)
    host.do("play 1")
    for number in range(60):
        for _ in range(6):
            pitch = random.randrange(30, 100)
            host.do(
                f"at {host.frame + random.randrange(1, 3000)} {random.choice((144, 128))} {pitch} 9"
            )
            engine.send(
                bytes((0x90, pitch, 80)), engine.seconds_at(host.frame + random.randrange(4000))
            )
            engine.send(
                bytes((0x80, pitch, 0)), engine.seconds_at(host.frame + random.randrange(9000))
            )
        host.do(f"param {random.randrange(16)} {random.random():.2f}")
        if number % 10 == 4:
            host.do(f"beat {random.randrange(100)}")
        if number % 10 == 7:
            host.do(f"play {random.randrange(2)}")
        if number % 20 == 19:
            host.do(f"save {home / 'state'}")
            host.do(f"restore {home / 'state'}")
        host.do(f"run 0.05 {random.choice((32, 64, 500, 1024))}")
    stats = host.stats()
    assert stats.traps == 0, stats.last


def test_a_block_of_64_frames_with_every_voice_sounding_takes_a_twentieth_of_its_time(met):
    """By the processor's time; the median, which a busy machine does not change."""
    host, engine = met
    for pitch in range(40, 72):
        engine.send(bytes((0x90, pitch, 80)))
    host.until(lambda: len(host.sounding) == 32)
    host.stats()
    host.do("run 1 64")
    assert host.stats().p50_ns <= 0.05 * BLOCK_NS
