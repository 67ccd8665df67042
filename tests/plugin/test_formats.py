"""The other formats in hosts that other people wrote: VST3 in minihost, LV2 in jalv."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.plugin.conftest import SHIP
from tests.plugin.hosts import sounding

pytestmark = pytest.mark.slow
BLOCK, RATE = 128, 48000


@pytest.fixture(scope="session")
def native(build: Callable[[str], None]) -> Path:
    """All three formats, built."""
    build("native")
    return SHIP


class Vst3:
    """The VST3 in minihost, block by block, as fast as it goes or in time."""

    def __init__(self, plugin, clock):
        self.plugin, self.clock = plugin, clock
        self.frame, self.beat, self.playing, self.bpm = 0, 0.0, False, 120.0
        self.outs, self.planned = [], []
        self.sound = np.zeros((2, BLOCK), np.float32)
        self.loudest = 0.0

    def block(self):
        now = [e for e in self.planned if e[0] < self.frame + BLOCK]
        self.planned = [e for e in self.planned if e[0] >= self.frame + BLOCK]
        self.plugin.set_transport(self.bpm, position_samples=self.frame,
                                  position_beats=self.beat, is_playing=self.playing)  # fmt: skip
        silent = np.zeros((2, BLOCK), np.float32)
        came = [(frame - self.frame, *data) for frame, data in now]
        for offset, *data in self.plugin.process_midi(silent, self.sound, came):
            self.outs.append((self.frame + offset, bytes(data)))
        self.loudest = max(self.loudest, float(np.abs(self.sound).max()))
        self.frame += BLOCK
        if self.playing:
            self.beat += BLOCK * self.bpm / 60 / RATE

    def run(self, seconds):
        begun, first = self.clock.now(), self.frame
        while self.frame - first < seconds * RATE:
            self.block()
            self.clock.sleep_until(begun + (self.frame - first) / RATE, spin=False)

    def until(self, holds, seconds=20.0):
        end = self.clock.now() + seconds
        while not holds():
            assert self.clock.now() < end
            self.run(0.02)


@pytest.fixture
def vst3(native, make_engine):
    try:
        minihost = import_module("minihost")
    except ImportError:
        message = "minihost is not installed; `make test` installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    engine = make_engine()
    with minihost.Plugin(str(native / "JAM_BOT.vst3"), RATE, BLOCK, 0, 2) as plugin:
        yield Vst3(plugin, engine.clock), engine


def test_the_vst3_plays_to_the_frame_and_sounds(vst3):
    host, engine = vst3
    assert host.plugin.accepts_midi
    assert host.plugin.produces_midi
    host.until(lambda: engine.met)
    begin = host.frame + 24000
    for frame, pitch in ((3000, 60), (3001, 61), (5000, 62)):
        engine.send(bytes((0x90, pitch, 90)), engine.seconds_at(begin + frame))
        engine.send(bytes((0x80, pitch, 0)), engine.seconds_at(begin + frame + 4000))
    host.run(1.0)
    struck = [(frame - begin, data[1]) for frame, data in host.outs if data[0] == 0x90]
    assert struck == [(3000, 60), (3001, 61), (5000, 62)]
    assert not sounding(data for _, data in host.outs)
    assert host.loudest > 0.05


def test_the_vst3_tells_its_keys_its_song_and_its_parameters(vst3):
    host, engine = vst3
    host.until(lambda: engine.met)
    host.playing, host.beat = True, 8.0
    host.planned.append((host.frame + 10, (0x90, 48, 80)))
    host.plugin.set_param(host.plugin.find_param("Trade bars"), 4 / 32)
    host.until(lambda: bool(engine.heard) and bool(engine.instrument.moves))
    assert engine.heard[0].data == bytes((0x90, 48, 80))
    place = engine.instrument.place()
    assert place.playing
    assert place.beat >= 8.0
    assert place.bpm == pytest.approx(120.0)
    move = engine.instrument.moves[0]
    assert (move.number, round(move.value)) == (7, 4)


def test_the_page_moves_a_knob_of_the_vst3(vst3):
    host, engine = vst3
    host.until(lambda: engine.met)
    density = host.plugin.find_param("Density")
    with engine.lock:
        engine.instrument.move(0, 0.45)
    host.until(lambda: abs(host.plugin.get_param(density) - 0.5) < 1e-3)  # 0.45 of -0.1 to 1


def test_the_vst3_in_bars_of_seven_eighths_says_its_quarters(vst3):
    host, engine = vst3
    host.until(lambda: engine.met)
    said = []
    for beat in (0.0, 1.75, 5.25, 40.5):
        host.plugin.set_transport(90.0, 7, 8, 0, beat, True)
        silent = np.zeros((2, BLOCK), np.float32)
        host.plugin.process_midi(silent, host.sound, [])
        before = engine.instrument.place()
        host.clock.sleep_until(host.clock.now() + 0.05, spin=False)
        place = engine.instrument.place()
        said.append(place.beat if place != before or place.beat == beat else None)
    assert said == pytest.approx([0.0, 1.75, 5.25, 40.5])


def test_the_state_of_the_vst3_goes_through_a_hundred_saves(vst3):
    host, _ = vst3
    volume = host.plugin.find_param("Voice volume")
    host.plugin.set_param(volume, 0.25)
    host.block()
    first = host.plugin.get_state()
    for _ in range(100):
        host.plugin.set_state(host.plugin.get_state())
    host.plugin.set_param(volume, 0.75)
    host.block()
    host.plugin.set_state(first)
    assert host.plugin.get_param(volume) == pytest.approx(0.25)


def test_ones_own_keys_sound_in_the_vst3_without_an_engine(vst3):
    host, engine = vst3
    engine.kill()
    host.planned += [(4800, (0x90, 60, 100)), (24000, (0x80, 60, 0))]
    loud = []
    for _ in range(RATE * 2 // BLOCK):
        host.loudest = 0.0
        host.block()
        loud.append(host.loudest)
    struck = 4800 // BLOCK
    assert max(loud[:struck]) == 0
    assert max(loud[struck : struck + 20]) > 0.02
    assert loud[-1] < 1e-3


def test_the_lv2_meets_its_engine_in_jalv(
    native, home, jack_server, make_engine, require_program: Callable[[str], str]
):
    engine = make_engine()
    environment = dict(os.environ) | {
        "LV2_PATH": f"{native}:/usr/lib/lv2:/usr/lib/x86_64-linux-gnu/lv2",
        "JAMBOT_HOME": str(home),
    }
    jalv = subprocess.Popen([require_program("jalv"), "urn:jam-bot:instrument"], env=environment,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)  # fmt: skip
    try:
        end = engine.clock.now() + 30
        while not engine.met and engine.clock.now() < end and jalv.poll() is None:
            engine.clock.sleep_until(engine.clock.now() + 0.02, spin=False)
        if not engine.met:
            jalv.kill()
            pytest.fail(jalv.communicate()[0].decode()[-2000:])
        engine.send(bytes((0x90, 60, 80)))
        while not engine.sent and engine.clock.now() < end:
            engine.clock.sleep_until(engine.clock.now() + 0.02, spin=False)
        assert engine.sent[0].data == bytes((0x90, 60, 80))
    finally:
        with suppress(OSError):
            jalv.terminate()
        jalv.wait(10)
        jalv.stdout.close()
        jalv.stdin.close()
