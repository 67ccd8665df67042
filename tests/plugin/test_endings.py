"""Every note that the plugin began it ends, whatever becomes of host, engine and cable."""

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

from tests.plugin.hosts import sounding

STATUS, BYPASS, PANIC, PLAY, MIDI_OUT = 16, 15, 14, 13, 12


@pytest.fixture
def ringing(met):
    """A host in which four notes sound."""
    host, engine = met
    for pitch in (60, 64, 67, 71):
        engine.send(bytes((0x90, pitch, 80)))
    host.until(lambda: len(host.sounding) == 4)
    return host, engine


def test_when_the_host_stops(ringing):
    host, _ = ringing
    host.do("play 1")
    host.do("block 64")
    host.do("play 0")
    host.do("block 64")
    assert not host.sounding


def test_what_the_engine_sends_before_it_knows_of_the_stop_does_not_sound(ringing):
    host, engine = ringing
    host.do("play 1")
    host.do("block 64")
    engine.send(bytes((0x90, 72, 80)), engine.seconds_at(host.frame + 2000))
    host.do("run 0.01 64")
    host.do("play 0")
    host.do("run 0.1 64")
    assert not host.sounding


@pytest.mark.parametrize("parameter", [BYPASS, PANIC, PLAY])
def test_when_it_is_bypassed_panicked_or_plays_what_was_kept(ringing, parameter):
    host, engine = ringing
    host.do(f"param {parameter} 1")
    host.do("block 64 2")
    assert not host.sounding
    host.until(lambda: not sounding(sent.data for sent in engine.sent))


def test_when_the_switch_for_midi_out_is_turned_off(ringing):
    host, engine = ringing
    host.do(f"param {MIDI_OUT} 0")
    host.do("block 64")
    engine.send(bytes((0x90, 48, 80)))
    host.do("run 0.05 64")
    assert len(host.sounding) == 4  # what left on MIDI out is ended there; nothing new leaves
    for pitch in (60, 64, 67, 71):
        engine.send(bytes((0x80, pitch, 0)))
    host.until(lambda: not host.sounding)


def test_when_the_engine_is_killed(ringing):
    host, engine = ringing
    engine.kill()
    begun = time.monotonic()
    host.until(lambda: not host.sounding)
    assert time.monotonic() - begun < 5  # half a second, and what a busy machine adds
    host.until(lambda: host.text(STATUS) == "no engine: run jambot jam")


def test_when_the_engine_freezes_and_wakes_again(ringing):
    host, engine = ringing
    engine.frozen = True
    host.until(lambda: not host.sounding)
    engine.frozen = False
    host.until(lambda: engine.link.lost or engine.met)
    host.until(lambda: host.text(STATUS) == "the engine plays" and engine.met)
    engine.send(bytes((0x90, 50, 80)))
    host.until(lambda: host.sounding == {(0, 50): 1})


def test_when_the_engine_leaves_and_another_comes(ringing, make_engine):
    host, engine = ringing
    done = host.begin("run 0.6 64")
    engine.close()
    done()
    assert not host.sounding
    another = make_engine()
    host.until(lambda: another.met)


def test_an_engine_that_comes_later_is_found(make_host, make_engine):
    host = make_host()
    host.do("run 0.3 64")
    assert host.text(STATUS).startswith("no engine")
    engine = make_engine()
    host.until(lambda: engine.met)


def test_when_the_plugin_is_taken_out_the_engine_counts_its_notes_as_ended(ringing):
    host, engine = ringing
    host.do("deactivate")
    for _ in range(2000):
        if engine.link.lost:
            break
        time.sleep(0.01)
    assert not engine.output.alive
    with engine.lock:
        engine.tick()
    assert not sounding(sent.data for sent in engine.sent)
    host.do("activate 48000")
    host.do("block 64")  # and what had left on MIDI out is ended with the first block
    assert not host.sounding


def test_note_offs_that_the_host_has_no_room_for_leave_with_the_next_block(ringing):
    host, engine = ringing
    host.do("full 1")
    for pitch in (60, 64, 67, 71):
        engine.send(bytes((0x80, pitch, 0)))
    host.do("run 0.1 64")
    assert len(host.sounding) == 4
    host.do("full 0")
    host.do("block 64")
    assert not host.sounding


def test_silence_forgets_what_waits_and_ends_what_sounds(ringing):
    host, engine = ringing
    engine.send(bytes((0x90, 80, 80)), engine.seconds_at(host.frame + 12000))
    with engine.lock:
        engine.output.silence()
    host.do("run 0.5 64")
    assert not host.sounding
    assert 80 not in {out.data[1] for out in host.outs}


def test_all_notes_off_from_the_host_ends_them_too(ringing):
    host, _ = ringing
    host.do(f"at {host.frame} 176 123 0")
    host.do("block 64")
    assert not host.sounding


def test_a_loop_of_one_beat_is_told_at_once_and_leaves_nothing(met):
    host, engine = met
    host.do("loop 4 5")
    host.do("beat 4")
    host.do("play 1")
    for _ in range(6):
        engine.send(bytes((0x90, 60, 80)), engine.seconds_at(host.frame + 12000))
        host.do("run 0.5 64")
    place = engine.instrument.place()
    assert place is not None
    assert place.jumps >= 5
    assert 4 <= place.beat < 5.01
    host.do("play 0")
    host.do("run 0.2 64")
    assert not host.sounding


@pytest.mark.slow
def test_twenty_thousand_keys_a_second_break_nothing(met):
    host, engine = met
    random = Random(7)
    begin = host.frame + 480
    for number in range(20000):
        pitch = random.randrange(128)
        host.do(f"at {begin + number * 48000 // 20000} {random.choice((128, 144))} {pitch} 64")
    host.do("run 1.5 512")
    assert host.stats().traps == 0
    host.do(f"at {host.frame} 144 60 90")
    host.until(lambda: engine.heard[-1].data == bytes((0x90, 60, 90)))


@pytest.mark.slow
def test_twenty_thousand_notes_a_second_from_the_engine_leave_none_sounding(met):
    host, engine = met
    done = host.begin("run 3 256")
    for number in range(20000):
        pitch = number % 100
        engine.send(bytes((0x90, pitch, 80)))
        engine.send(bytes((0x80, pitch, 0)))
        if number % 50 == 0:
            time.sleep(0.005)
    done()
    host.until(lambda: engine.met and not engine.link.talk.waits)
    host.do("run 0.3 256")
    assert not host.sounding
    assert len(host.outs) > 1000


@pytest.mark.slow
def test_an_engine_killed_as_a_process_leaves_no_note(make_host, home):
    """The real program: a jam, killed with notes sounding."""
    host = make_host()
    command = [sys.executable, "-m", "jambot", "jam", "--backend", "plugin", "--no-view",
               "--adapter", "chord-tones", "--report", str(home / "take")]  # fmt: skip
    jam = subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)
    try:
        host.until(lambda: host.text(STATUS) == "the engine plays", frames=128)
        host.do("play 1")
        for pitch in (48, 52, 55, 59):
            host.do(f"at {host.frame} 144 {pitch} 80")
        host.until(lambda: bool(host.sounding), frames=128)
        jam.send_signal(signal.SIGKILL)
        host.until(lambda: not host.sounding, frames=128)
    finally:
        jam.kill()
        jam.wait()
    assert host.stats().traps == 0
