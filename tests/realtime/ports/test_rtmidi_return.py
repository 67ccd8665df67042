"""Pulled and plugged in again, on each platform that python-rtmidi knows, simulated."""

import json
import threading
import time
from functools import partial

import pytest

from jambot.control.fl_studio.link import open_studio
from jambot.realtime.clock import SystemClock
from jambot.realtime.main import CHORD_TONES, JamSettings, jam
from jambot.realtime.ports import PortWatch, open_ports
from jambot.realtime.stopping import Stopping

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


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.0005)


def test_fl_studios_cables_come_back_too(make_machine, monkeypatch):
    monkeypatch.setattr("jambot.realtime.ports.watch.LOOK_SECONDS", 0.002)
    machine = make_machine(platform="win32")
    for names in (machine.inputs, machine.outputs):
        machine.plug("loopMIDI FL", names)
    with open_studio("auto", "FL", "FL") as studio:
        until(lambda: studio.tick() or machine.carried)
        for names in (machine.inputs, machine.outputs):
            machine.pull("loopMIDI FL", names)
        until(lambda: studio.tick() or all(handle.closed for handle in machine.opened))
        for names in (machine.inputs, machine.outputs):
            machine.plug("loopMIDI FL", names)
        machine.carried.clear()
        until(lambda: studio.tick() or machine.carried)
    assert machine.crimes == []


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_plain_jam_ends_a_pulled_keyboards_keys_and_hears_it_again(
    make_machine, tmp_path, platform
):
    machine = make_machine(platform=platform)
    machine.plug("Keystation 61", machine.inputs)
    machine.plug("loopMIDI Solo", machine.outputs)
    log, stopping = tmp_path / "session.jsonl", Stopping()
    settings = JamSettings(adapter=CHORD_TONES)
    jamming = threading.Thread(target=jam, args=(settings, log), kwargs={"stopping": stopping})
    jamming.start()

    def logged(event):
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        rows = [json.loads(row) for row in text.splitlines(keepends=True) if row.endswith("\n")]
        return [row for row in rows if row["event"] == event]

    def keys(on):
        return sorted(row["pitch"] for row in logged("heard") if row["on"] == on)

    until(lambda: logged("session"), 60.0)
    for pitch in (48, 58, 64):
        machine.strike("Keystation 61", bytes((0x90, pitch, 80)))
    until(lambda: machine.carried)
    machine.pull("Keystation 61", machine.inputs)
    until(lambda: keys(on=False) == [48, 58, 64])
    machine.plug("Keystation 61", machine.inputs)
    until(lambda: len(logged("port")) == 2)
    machine.strike("Keystation 61", bytes((0x90, 50, 80)))
    until(lambda: keys(on=True) == [48, 50, 58, 64])
    stopping.asked = True
    jamming.join(30.0)
    states = [(row["which"], row["state"]) for row in logged("port")]
    assert states == [("input", "lost"), ("input", "back")]
    assert logged("end")[0]["stuck_notes"] == 0
    assert machine.crimes == []


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
