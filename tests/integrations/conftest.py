"""A studio: FL Studio with its script, JAM_BOT's end of the cables, and one clock for both."""

import importlib.util
import sys
from pathlib import Path

import pytest

from jambot.assets import fl_script
from jambot.control.fl_studio.studio import FLStudio
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, RecordingOutput


def _package(name):
    """A package of this folder, which is none itself."""
    path = Path(__file__).parent / name / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        name, path, submodule_search_locations=[str(path.parent)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package


fake_fl = _package("fake_fl")


class StudioClock(ManualClock):
    """Waiting lets FL Studio tick, every 20 ms, and messages cross both cables."""

    def __init__(self, studio):
        super().__init__(100.0)
        self._studio = studio
        self._next_tick = 100.0 + fake_fl.TICK_SECONDS

    def sleep_until(self, seconds, spin=True):
        while self._next_tick <= seconds:
            super().sleep_until(self._next_tick)
            self._studio.tick_fl()
            self._next_tick += fake_fl.TICK_SECONDS
        super().sleep_until(seconds)
        self._studio.carry()


class Studio:
    """`fl` is FL Studio, `host` JAM_BOT's side of it; `pulled` cables carry nothing."""

    def __init__(self, script=None, **fl_settings):
        self.fl = fake_fl.FakeFL(script or fl_script(), **fl_settings)
        self.pulled = False
        self.clock = StudioClock(self)
        self.back = MemoryInput(self.clock)
        self.out = RecordingOutput(self.clock)
        self._carried = 0
        self.host = self.new_host()

    def new_host(self):
        return FLStudio(self.back, self.out, self.clock)

    @property
    def state(self):
        return self.host.status.state

    def carry(self):
        fresh = self.out.messages[self._carried :]
        self._carried += len(fresh)
        for message in fresh:
            if not self.pulled:
                self.fl.hear(message.data)

    def tick_fl(self):
        self.carry()
        self.fl.tick()
        for data in self.fl.to_host:
            if not self.pulled:
                self.back.feed(data)
        self.fl.to_host.clear()

    def run(self, seconds):
        """Let time pass while JAM_BOT ticks every 5 ms."""
        end = self.clock.now() + seconds
        while self.clock.now() < end - 1e-9:
            self.host.tick()
            self.clock.sleep_until(self.clock.now() + 0.005)
        self.host.tick()

    def play_note(self, pitch, on=True):
        self.out.send(bytes((0x90, pitch, 80 if on else 0)))
        self.carry()


@pytest.fixture
def make_studio():
    return Studio


@pytest.fixture
def studio():
    """Windows, connected."""
    studio = Studio()
    studio.host.connect()
    return studio
