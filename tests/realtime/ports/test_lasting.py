"""Ports that come back: heard again, sent to again, and never raising in between."""

from collections.abc import Callable
from dataclasses import replace

from jambot.errors import PortError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import LastingPorts, MemoryInput, Ports, RecordingOutput
from jambot.realtime.ports.lasting import RETRY_SECONDS

NOTE_ON = bytes((0x90, 60, 80))


def memory_ports(clock: ManualClock) -> Ports:
    return Ports(MemoryInput(clock), RecordingOutput(clock), "memory", None, None)


class Cable:
    """Reopens when plugged in; refuses while it is not."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.plugged, self.tries = clock, True, 0
        self.opened: list[Ports] = []

    def open(self) -> Ports:
        self.tries += 1
        if not self.plugged:
            raise PortError("no such port")
        self.opened.append(memory_ports(self.clock))
        return self.opened[-1]


def pulled(cable: Cable, ports: LastingPorts) -> None:
    cable.plugged = False
    for side in (cable.opened[-1].input, cable.opened[-1].output):
        side.alive = False  # type: ignore[misc]
    assert not ports.output.alive


def settled(ports: LastingPorts, wanted: Callable[[], bool]) -> bool:
    """Whether the thread that reopens has come to what is wanted."""
    if ports._trying is not None:
        ports._trying.join(5.0)
    return wanted()


def test_a_cable_pulled_and_put_back_plays_again() -> None:
    clock = ManualClock(10.0)
    cable = Cable(clock)
    ports = LastingPorts(cable.open(), cable.open, clock)
    ports.output.send(NOTE_ON)
    pulled(cable, ports)
    ports.output.send(NOTE_ON)
    assert ports.input.poll() == []
    cable.plugged = True
    assert settled(ports, lambda: len(cable.opened) == 1)
    clock.advance(RETRY_SECONDS)
    assert ports.input.poll() == []
    assert settled(ports, lambda: ports.input.alive and ports.output.alive)
    ports.output.send(NOTE_ON)
    heard = cable.opened[-1].input
    assert isinstance(heard, MemoryInput)
    heard.feed(NOTE_ON)
    assert [message.data for message in ports.input.poll()] == [NOTE_ON]
    assert [sent.data for sent in ports.output.sent()] == [NOTE_ON]
    ports.close()


def test_while_it_is_lost_it_is_tried_once_a_second_and_no_oftener() -> None:
    clock = ManualClock(10.0)
    cable = Cable(clock)
    ports = LastingPorts(cable.open(), cable.open, clock)
    pulled(cable, ports)
    for _ in range(20):
        ports.input.poll()
        assert settled(ports, lambda: not ports.input.alive)
        clock.advance(RETRY_SECONDS / 4)
    assert 5 <= cable.tries - 1 <= 6
    ports.close()


def test_closing_ends_what_sounds_and_tries_no_more() -> None:
    clock = ManualClock(10.0)
    cable = Cable(clock)
    ports = LastingPorts(cable.open(), cable.open, clock)
    ports.output.send(NOTE_ON)
    ports.close()
    output = cable.opened[0].output
    assert isinstance(output, RecordingOutput)
    assert [message.data[0] >> 4 for message in output.messages] == [9, 8]
    assert not ports.input.alive
    assert cable.tries == 1


def test_a_clocks_own_port_comes_back_too() -> None:
    clock = ManualClock(10.0)
    cable = Cable(clock)

    def opened() -> Ports:
        return replace(cable.open(), clock=MemoryInput(clock))

    first = opened()
    ports = LastingPorts(first, opened, clock)
    assert ports.clock is not None
    first.clock.close()  # type: ignore[union-attr]
    assert not ports.now.alive or len(cable.opened) == 2
    assert settled(ports, lambda: ports.clock.alive and len(cable.opened) == 2)
    ports.close()


def test_most_ports_have_no_clock_of_their_own() -> None:
    clock = ManualClock(10.0)
    assert LastingPorts(memory_ports(clock), lambda: memory_ports(clock), clock).clock is None
