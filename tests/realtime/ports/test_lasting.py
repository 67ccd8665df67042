"""Ports that come back: heard again, sent to again, never raising, and one thread's at a time."""

from jambot.errors import PortError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, RecordingOutput
from jambot.realtime.ports.lasting import LastingInput, LastingOutput

NOTE_ON, NOTE_OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))


class Socket:
    """A place with one device in it, or none."""

    def __init__(self, device) -> None:
        self.device = device
        self.plugged, self.opens = True, True
        self.opened = []

    def there(self):
        return self.plugged

    def open(self):
        if not self.opens:
            raise PortError("another program holds it")
        self.opened.append(self.device())
        return self.opened[-1]


def output():
    clock = ManualClock(10.0)
    socket = Socket(lambda: RecordingOutput(clock, schedules_ahead=False))
    return socket, LastingOutput(socket)


def tick(port):
    """One tick of the stage: it looks, and asks what has left."""
    alive = port.alive
    port.sent()
    return alive


def test_a_cable_pulled_and_put_back_plays_again():
    socket, port = output()
    port.send(NOTE_ON)
    socket.plugged = False
    port.look()
    assert not tick(port)
    port.send(NOTE_OFF)
    port.look()
    socket.plugged = True
    port.look()
    tick(port)
    assert tick(port)
    port.send(NOTE_OFF)
    assert [sent.data for sent in port.sent()] == [NOTE_OFF]
    assert len(socket.opened) == 2


def test_what_had_left_before_the_loss_is_told_after_it():
    socket, port = output()
    port.send(NOTE_ON)
    socket.plugged = False
    port.look()
    assert not port.alive
    assert [sent.data for sent in port.sent()] == [NOTE_ON]
    assert port.sent() == []


def test_a_loss_is_seen_however_fast_the_other_side_is_back():
    for seen_by in ("alive", "send", "sent"):
        socket, port = output()
        socket.opened[-1].alive = False
        if seen_by == "send":
            port.send(NOTE_ON)
        elif seen_by == "sent":
            port.sent()
        else:
            assert not port.alive
        port.look()
        assert len(socket.opened) == 2
        assert not tick(port), seen_by
        tick(port)
        assert tick(port)


def test_a_port_is_closed_only_after_the_stage_has_given_it_back():
    socket, port = output()
    port.send(NOTE_ON)
    socket.plugged = False
    for _ in range(3):
        port.look()
    assert socket.opened[0].alive, "the stage may be in the middle of sending"
    port.send(NOTE_OFF)
    assert socket.opened[0].alive
    port.look()
    assert not socket.opened[0].alive
    assert [message.data for message in socket.opened[0].messages] == [NOTE_ON, NOTE_OFF]


def test_a_device_that_would_not_open_is_tried_again():
    socket, port = output()
    socket.opened[-1].alive = False
    socket.opens = False
    assert not tick(port)
    for _ in range(3):
        port.look()
        assert not tick(port)
    socket.opens = True
    port.look()
    tick(port)
    assert tick(port)


def test_closing_ends_what_sounds_and_leaves_nothing_open():
    socket, port = output()
    port.send(NOTE_ON)
    port.close()
    assert [message.data for message in socket.opened[0].messages] == [NOTE_ON, NOTE_OFF]
    assert not port.alive
    socket, port = output()
    socket.opened[-1].alive = False
    assert not port.alive
    port.look()
    port.close()
    assert not socket.opened[-1].alive, "one that was offered and never taken"


def test_a_keyboard_pulled_and_put_back_is_heard_again():
    clock = ManualClock(10.0)
    socket = Socket(lambda: MemoryInput(clock))
    port = LastingInput(socket)
    socket.plugged = False
    port.look()
    assert not port.alive
    assert port.poll() == []
    port.look()
    socket.plugged = True
    port.look()
    assert port.poll() == []
    socket.opened[-1].feed(NOTE_ON)
    assert port.alive
    assert [message.data for message in port.poll()] == [NOTE_ON]
