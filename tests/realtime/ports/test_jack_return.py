"""Programs and servers that end and come back, over a real JACK server."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from functools import partial

import pytest

from jambot.realtime.clock import SystemClock
from jambot.realtime.ports import PortWatch, open_ports
from jambot.realtime.ports.cables import DOUBT_SECONDS
from jambot.realtime.ports.jack_server import load_jack, open_client

pytestmark = pytest.mark.timeout(300)
C4_ON, C4_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"
E4_ON, PEDAL_DOWN = b"\x90\x40\x50", b"\xb0\x40\x7f"
PULLS = 200
MESSAGES = 100_000


class Program:
    """A keyboard and an instrument in one, of another program; it ends with `close`."""

    def __init__(self, name="keys"):
        self.name = name
        self.client = open_client(load_jack(), name)
        self.hears = self.client.midi_inports.register("hears")
        self.plays = self.client.midi_outports.register("plays")
        self.plays_next, self.heard = deque(), deque()
        self.hears_one = threading.Event()
        self.client.set_process_callback(self.process)
        until(self.activates)

    def activates(self):
        """Whether it takes part now: a server that is busy may not answer in time."""
        try:
            self.client.activate()
        except load_jack().JackError:
            return False
        return True

    def process(self, frames):
        for _, event in self.hears.incoming_midi_events():
            self.heard.append(bytes(event))
            self.hears_one.set()
        self.plays.clear_buffer()
        while self.plays_next:
            self.plays.write_midi_event(0, self.plays_next.popleft())

    def close(self):
        self.client.close()


@pytest.fixture
def program(jack_server):
    """`program(name)` begins one; those that still run are ended."""
    begun = []

    def begin(name="keys"):
        begun.append(Program(name))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def watched():
    """`watched()`: the ports of a plain jam, under its watch."""
    watches = []

    def watch(out_name=None):
        watches.append(PortWatch(partial(open_ports, "auto", None, out_name, SystemClock())))
        return watches[-1].ports

    yield watch
    for one in watches:
        one.close()


@pytest.fixture
def opened():
    """`opened(in_name, out_name)`: ports that nobody watches but the test."""
    there = []

    def open_them(in_name=None, out_name=None):
        there.append(open_ports("jack", in_name, out_name, SystemClock()))
        return there[-1]

    yield open_them
    for ports in there:
        ports.close()


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.001)


def heard_from(ports, play):
    """Strike keys until one is heard: a busy machine loses periods, and what is in them."""
    arrived = ports.input.poll()
    until(
        lambda: (
            play()
            or arrived.extend(ports.input.poll())
            or C4_ON in [message.data for message in arrived]
        )
    )


def test_a_keyboard_that_a_plain_jam_found_ends_and_is_found_again(program, watched):
    keys = program()
    ports = watched()
    assert (ports.backend, ports.input_name, ports.output_name) == ("jack", "keys:plays", None)
    heard_from(ports, lambda: keys.plays_next.append(C4_ON))
    keys.close()
    until(lambda: not ports.input.alive)
    assert ports.output.alive
    keys = program()
    until(lambda: ports.input.alive)
    heard_from(ports, lambda: keys.plays_next.append(C4_ON))


def test_a_cable_laid_by_hand_is_laid_again_and_one_taken_out_stays_out(program, opened):
    synth = program("synth")
    ports = opened()
    synth.client.connect("jambot:out", "synth:hears")
    ports.look()
    synth.close()
    until(lambda: ports.look() or not ports.output.alive)
    assert ports.input.alive
    ports.output.send(C4_OFF)
    synth = program("synth")
    until(lambda: ports.look() or ports.output.alive)
    until(lambda: ports.output.send(E4_ON) or synth.heard)
    assert set(synth.heard) == {E4_ON}, "what was sent to nobody is not sent later"
    synth.client.disconnect("jambot:out", "synth:hears")
    ends = time.monotonic() + 1.5 * DOUBT_SECONDS
    until(lambda: ports.look() or time.monotonic() > ends)
    assert ports.output.alive
    assert not synth.hears.connections


def test_what_leaves_to_nobody_is_told_from_what_is_heard(program, opened):
    synth = program("synth")
    ports = opened(out_name="synth")
    left = []
    ports.output.send(C4_ON)
    until(lambda: left.extend(ports.output.sent()) or left)
    synth.client.disconnect("jambot:out", "synth:hears")
    ports.output.send(C4_OFF)
    until(lambda: left.extend(ports.output.sent()) or len(left) == 2)
    assert [(sent.data, sent.heard) for sent in left] == [(C4_ON, True), (C4_OFF, False)]


def test_one_of_two_keyboards_that_goes_leaves_no_key_down(program, opened):
    keys, other = program(), program("other")
    ports = opened(in_name="keys")
    other.client.connect("other:plays", "jambot:in")
    heard_from(ports, lambda: keys.plays_next.extend((PEDAL_DOWN, C4_ON)))
    ports.look()
    arrived = []
    keys.close()

    def lifted():
        ports.look()
        arrived.extend(ports.input.poll())
        return C4_OFF in [message.data for message in arrived]

    until(lifted)
    assert arrived[-1].data == b"\xb0\x40\x00"
    assert ports.input.alive
    assert ports.input.poll() == []


def begin_elsewhere():
    """A `Program` in a process of its own, which plays a key for every line that it reads."""
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_server_that_dies_and_comes_back_finds_every_cable_laid_again(
    mortal_jack_server, watched
):
    def play():
        keys.stdin.write("play\n")
        keys.stdin.flush()

    keys = begin_elsewhere()
    ports = watched(out_name="keys:hears")
    others = watched()  # two clients in one process: where one left too late, libjack ended both
    heard_from(ports, play)
    mortal_jack_server.kill()
    until(lambda: not ports.input.alive and not ports.output.alive)
    keys.kill()
    keys.communicate()
    mortal_jack_server.begin()
    until(lambda: ports.clock.alive)
    assert not ports.input.alive
    assert not ports.output.alive, "a server is there, and nobody on it"
    keys = begin_elsewhere()
    until(lambda: ports.input.alive and ports.output.alive)
    heard_from(ports, play)
    until(lambda: others.input.alive)
    heard_from(others, play)
    keys.kill()
    keys.communicate()


def test_hardware_goes_before_programs_and_a_hosts_clock_is_no_keyboard(program, watched):
    program("host clock")
    assert watched().input_name is None
    program("soft keys")
    assert watched().input_name == "soft keys:plays"
    pads = program("pads")
    pads.client.midi_outports.register("port", is_physical=True)
    assert watched().input_name == "pads:port"


@pytest.mark.slow
def test_a_jam_that_loses_keyboard_time_and_instrument_finds_them_all_again(program, tmp_path):
    command = [
        sys.executable, "-m", "jambot", "jam", "--adapter", "chord-tones", "--bpm", "240",
        "--no-view", "--until-input-ends", "--report", str(tmp_path),
    ]  # fmt: skip
    keys, synth = program("a keyboard"), program("synth")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as jam:
        until(lambda: "jambot:in" in [port.name for port in keys.plays.connections], 60.0)
        synth.client.connect("jambot:out", "synth:hears")
        chord(keys, synth)
        keys.close()  # with its keys down
        until(lambda: goes_quiet(synth), 30.0)
        keys = program("a keyboard")
        until(lambda: keys.plays.connections)
        chord(keys, synth)
        os.kill(jam.pid, signal.SIGSTOP)
        time.sleep(2.6)
        os.kill(jam.pid, signal.SIGCONT)
        chord(keys, synth)
        synth.close()
        until(lambda: "unsent" in (tmp_path / "session.jsonl").read_text(encoding="utf-8"))
        synth = program("synth")
        chord(keys, synth)
        jam.stdin.close()
        assert jam.wait(60.0) == 0
    log = (tmp_path / "session.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line) for line in log.splitlines()]
    ports = [(e["which"], e["state"]) for e in events if e["event"] == "port"]
    assert ports[:2] == [("input", "lost"), ("input", "back")]
    assert ports[-2:] == [("output", "lost"), ("output", "back")]
    lost = max(i for i, e in enumerate(events) if e.get("state") == "lost")
    back = max(i for i, e in enumerate(events) if e.get("state") == "back")
    # What had been handed over, some milliseconds ahead, leaves all the same, and is told after.
    played = [e["sent_seconds"] for e in events[lost + 1 : back] if e["event"] == "played"]
    assert all(seconds < events[lost]["seconds"] + 0.05 for seconds in played), played
    assert events[-1]["to_nobody"] >= 1
    assert events[-1]["stuck_notes"] == 0


def chord(keys, synth):
    """Strike four keys and keep them down, once a second until the solo is heard on them."""
    synth.heard.clear()
    struck = []

    def answered():
        if not struck or time.monotonic() > struck[-1] + 1.0:
            keys.plays_next.extend(bytes((0x90, pitch, 80)) for pitch in (48, 58, 64, 67))
            struck.append(time.monotonic())
        return len(synth.heard) > 6

    until(answered, 30.0)


def goes_quiet(synth):
    """Whether nothing was struck for a second."""
    synth.heard.clear()
    time.sleep(1.0)
    return not any(data[0] >> 4 == 9 for data in synth.heard)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_program_that_ends_and_begins_two_hundred_times_under_traffic(program, watched):
    keys = program()
    ports = watched(out_name="keys:hears")
    traffic = _Traffic(ports)
    for _ in range(PULLS):
        keys.close()
        traffic.until(lambda: not ports.input.alive and not ports.output.alive)
        keys = program()
        traffic.until(lambda: ports.input.alive and ports.output.alive)
        traffic.hear_from(keys)
        keys.hears_one.clear()
        traffic.until(keys.hears_one.is_set)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_thousand_messages_one_by_one_all_arrive(program):
    """Freewheeling, the server gives up no period because the machine is busy elsewhere."""
    synth = program("synth")
    ports = open_ports("jack", None, "synth:hears", SystemClock())
    synth.client.set_freewheel(True)
    try:
        for number in range(MESSAGES):
            message = bytes((0xB0 | number >> 14, number >> 7 & 0x7F, number & 0x7F))
            synth.hears_one.clear()
            ports.output.send(message)
            assert synth.hears_one.wait(10.0), f"message {number} was lost"
            assert synth.heard.popleft() == message
        assert not synth.heard
    finally:
        synth.client.set_freewheel(False)
        ports.close()


class _Traffic:
    """A stage that sends a note a tick and hears whatever comes.

    A busy machine loses periods and what is in them, so nobody may wait for one message.
    """

    def __init__(self, ports):
        self.ports, self.arrived = ports, []

    def hear_from(self, keys):
        self.until(lambda: keys.plays_next.append(C4_ON) or self.arrived)
        self.arrived.clear()

    def until(self, condition):
        def ticked():
            self.ports.output.send(C4_ON)
            self.ports.output.send(C4_OFF)
            self.ports.output.sent()
            self.arrived += [message.data for message in self.ports.input.poll()]
            return condition()

        until(ticked)


if __name__ == "__main__":
    elsewhere = Program()
    print("ready", flush=True)
    for _ in sys.stdin:
        elsewhere.plays_next.append(C4_ON)
