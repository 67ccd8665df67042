"""Two hundred pulls under traffic, on each platform that python-rtmidi knows, simulated."""

import threading
import time
from functools import partial

import pytest

from jambot.realtime.clock import SystemClock
from jambot.realtime.ports import PortWatch, open_ports

PULLS = 200
KEY, NOTE_ON, NOTE_OFF = b"\x90\x30\x40", b"\x90\x3c\x50", b"\x80\x3c\x00"
PLATFORMS = ["win32", "darwin", "linux"]


class Stage(threading.Thread):
    """Ticks as the stage does, as fast as it may: looks, hears, sends, asks what has left."""

    def __init__(self, ports):
        super().__init__(name="stage", daemon=True)
        self.ports = ports
        self.alive = {"input": True, "output": True}
        self.losses = {"input": 0, "output": 0}
        self.heard = self.left = 0
        self.on = True

    def run(self):
        while self.on:
            for side, port in (("input", self.ports.input), ("output", self.ports.output)):
                alive = port.alive
                self.losses[side] += self.alive[side] and not alive
                self.alive[side] = alive
            self.heard += len(self.ports.input.poll())
            self.ports.output.send(NOTE_ON)
            self.ports.output.send(NOTE_OFF)
            self.left += len(self.ports.output.sent())
            time.sleep(0)


def until(condition):
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.0005)


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("pulled", ["input", "output"])
def test_two_hundred_pulls_under_traffic(make_machine, monkeypatch, platform, pulled):
    monkeypatch.setattr("jambot.realtime.ports.watch.LOOK_SECONDS", 0.002)
    machine = make_machine(platform=platform)
    machine.plug("Launchpad", machine.outputs)
    machine.plug("loopMIDI Solo", machine.outputs)
    machine.plug("Keystation 61", machine.inputs)
    device, names = {
        "input": ("Keystation 61", machine.inputs),
        "output": ("loopMIDI Solo", machine.outputs),
    }[pulled]
    watch = PortWatch(partial(open_ports, "auto", None, None, SystemClock()))
    stage = Stage(watch.ports)
    stage.start()
    for pull in range(1, PULLS + 1):
        machine.pull(device, names)
        until(lambda: not stage.alive[pulled])
        machine.plug(device, names)
        until(lambda: stage.alive[pulled])
        stage.heard = stage.left = 0
        machine.strike("Keystation 61", KEY)
        until(lambda: stage.heard and stage.left)
        assert stage.losses == {"input": 0, "output": 0, pulled: pull}
    stage.on = False
    stage.join()
    watch.close()
    assert machine.crimes == []
    assert "stage" not in machine.listing_threads
    assert all(handle.closed for handle in machine.opened), "none is left open"
