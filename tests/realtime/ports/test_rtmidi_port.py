"""The rtmidi ports on a simulated python-rtmidi, as Windows, macOS and Linux would have it."""

import types

import pytest

from jambot.errors import PortError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, SentMessage, TimedMessage, rtmidi_port, select
from jambot.realtime.ports.rtmidi_port import RtMidiBackend

C4_ON, C4_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"


class RtMidiError(Exception):
    pass


class Machine:
    """The MIDI devices of one machine, and the module `rtmidi` that sees them."""

    def __init__(self, inputs=(), outputs=()):
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.busy = set()
        self.opened = []
        self.carried = []
        self.module = types.SimpleNamespace(
            API_UNSPECIFIED=0,
            API_LINUX_ALSA=2,
            RtMidiError=RtMidiError,
            MidiIn=lambda **_: Device(self, self.inputs),
            MidiOut=lambda **_: Device(self, self.outputs),
        )


class Device:
    def __init__(self, machine, names):
        self.machine, self.names = machine, names
        self.name = None
        self.hear = None

    def get_ports(self):
        return list(self.names)

    def open_port(self, index, name):
        if self.names[index] in self.machine.busy:
            raise RtMidiError("MMSYSERR_ALLOCATED")
        self.name = self.names[index]
        self.machine.opened.append(self)

    def open_virtual_port(self, name):
        self.name = name
        self.machine.opened.append(self)

    def send_message(self, data):
        if not self.names and "jambot" not in self.name:
            raise RtMidiError("device is gone")
        self.machine.carried.append(bytes(data))

    def ignore_types(self, sysex=True, **_):
        self.passes_sysex = not sysex

    def set_callback(self, hear):
        self.hear = hear

    def cancel_callback(self):
        self.hear = None

    def close_port(self):
        pass

    def delete(self):
        pass


@pytest.fixture
def clock():
    return ManualClock()


def on(monkeypatch, machine, platform):
    monkeypatch.setattr(rtmidi_port, "_load_rtmidi", lambda: machine.module)
    monkeypatch.setattr(rtmidi_port.os.path, "exists", lambda _: True)
    return RtMidiBackend(platform)


def test_windows_plays_to_loopmidi_and_hears_the_keyboard(monkeypatch, clock):
    cable = "loopMIDI Port 1"
    machine = Machine([cable, "Keystation 61 2"], ["Microsoft GS Wavetable Synth 0", cable])
    backend = on(monkeypatch, machine, "win32")
    _, source = backend.open_input(None, clock)
    _, sink = backend.open_output(None, clock)
    assert (source, sink) == ("Keystation 61 2", cable)


def test_windows_without_a_cable_plays_to_the_first_device(monkeypatch, clock):
    backend = on(monkeypatch, Machine([], ["Microsoft GS Wavetable Synth 0"]), "win32")
    heard, source = backend.open_input(None, clock)
    assert isinstance(heard, MemoryInput)
    assert source is None
    assert backend.open_output(None, clock)[1] == "Microsoft GS Wavetable Synth 0"


def test_windows_without_any_output_is_told_about_loopmidi(monkeypatch, clock):
    with pytest.raises(PortError, match="loopMIDI"):
        on(monkeypatch, Machine(), "win32").open_output(None, clock)


def test_the_mac_plays_to_the_iac_driver_and_never_hears_itself_through_it(monkeypatch, clock):
    machine = Machine(["IAC Driver Bus 1"], ["Keystation 61", "IAC Driver Bus 1"])
    backend = on(monkeypatch, machine, "darwin")
    assert backend.open_output(None, clock)[1] == "IAC Driver Bus 1"
    assert backend.open_input(None, clock)[1] is None
    assert machine.opened[-1].name == "jambot in"


def test_without_a_cable_a_virtual_port_goes_before_the_keyboards_own_output(monkeypatch, clock):
    machine = Machine(["Keystation 61"], ["Keystation 61"])
    backend = on(monkeypatch, machine, "darwin")
    assert backend.open_output(None, clock)[1] is None
    assert machine.opened[-1].name == "jambot out"


def test_midi_through_is_nobody(monkeypatch):
    through = "Midi Through:Midi Through Port-0 14:0"
    backend = on(monkeypatch, Machine([through], [through]), "linux")
    assert backend.keyboard_name() is None
    assert backend.instrument_name() is None


def test_a_keyboard_whose_name_holds_a_loopback_word_is_still_a_keyboard(monkeypatch):
    backend = on(monkeypatch, Machine(["Maniac 49"]), "darwin")
    assert backend.keyboard_name() == "Maniac 49"


def test_auto_takes_a_real_port_and_leaves_a_machine_without_one_to_memory(monkeypatch, clock):
    def no_server(_):
        raise PortError("no JACK server is running")

    monkeypatch.setattr(select, "JackClient", no_server)
    machine = Machine(["Keystation 61"], [])
    monkeypatch.setattr(select, "RtMidiBackend", lambda: on(monkeypatch, machine, "darwin"))
    ports = select.open_ports("auto", None, None, clock)
    assert (ports.backend, ports.input_name) == ("rtmidi", "Keystation 61")
    machine.inputs.clear()
    assert select.open_ports("auto", None, None, clock).backend == "memory"


def test_a_clock_comes_in_at_a_port_of_its_own(monkeypatch, clock):
    machine = Machine(["Keystation 61", "loopMIDI Sync"], ["loopMIDI Solo"])
    monkeypatch.setattr(select, "RtMidiBackend", lambda: on(monkeypatch, machine, "win32"))
    ports = select.open_ports("rtmidi", "keys", "solo", clock, "sync")
    assert ports.clock is not None
    assert (ports.input_name, ports.output_name) == ("Keystation 61", "loopMIDI Solo")
    machine.inputs.remove("loopMIDI Sync")
    clock.advance(2.0)
    assert not ports.alive
    with pytest.raises(PortError, match="no rtmidi input port named 'sync'"):
        select.open_ports("rtmidi", "keys", "solo", clock, "sync")


def test_a_busy_output_says_so_with_the_cure(monkeypatch, clock):
    machine = Machine([], ["loopMIDI Port 1"])
    machine.busy.add("loopMIDI Port 1")
    backend = on(monkeypatch, machine, "win32")
    with pytest.raises(PortError, match=r"no other program holds.*close the program"):
        backend.open_output("loop", clock)


def test_arrivals_are_stamped_by_the_stage_clock(monkeypatch, clock):
    machine = Machine(["Keystation 61"])
    keyboard, _ = on(monkeypatch, machine, "darwin").open_input("key", clock)
    clock.advance(1.5)
    machine.opened[-1].hear(([0x90, 60, 80], 0.0))
    assert keyboard.poll() == [TimedMessage(1.5, C4_ON)]
    assert keyboard.poll() == []


def test_messages_leave_at_the_call_and_closing_ends_what_sounds(monkeypatch, clock):
    machine = Machine([], ["IAC Driver Bus 1"])
    output, _ = on(monkeypatch, machine, "darwin").open_output("iac", clock)
    clock.advance(2.0)
    output.send(C4_ON, 1.999)
    assert output.sent() == [SentMessage(1.999, 2.0, C4_ON)]
    assert not output.schedules_ahead
    output.close()
    output.close()
    assert machine.carried == [C4_ON, C4_OFF]
    assert not output.alive


def test_an_unplugged_keyboard_is_noticed_within_a_second(monkeypatch, clock):
    machine = Machine(["Keystation 61 1"])
    keyboard, _ = on(monkeypatch, machine, "win32").open_input("key", clock)
    machine.inputs[:] = ["Keystation 61 0"]
    clock.advance(1.0)
    assert keyboard.alive
    machine.inputs.clear()
    clock.advance(1.0)
    assert not keyboard.alive
    keyboard.close()


def test_a_driver_that_fails_while_sending_is_a_lost_port_and_no_exception(monkeypatch, clock):
    machine = Machine([], ["Synth"])
    output, _ = on(monkeypatch, machine, "darwin").open_output("synth", clock)
    output.send(C4_ON)
    machine.outputs.clear()
    output.send(C4_OFF)
    assert not output.alive
    output.close()


def test_linux_without_a_midi_device_node_is_told_so(monkeypatch):
    monkeypatch.setattr(rtmidi_port, "_load_rtmidi", lambda: Machine().module)
    monkeypatch.setattr(rtmidi_port.os.path, "exists", lambda _: False)
    with pytest.raises(PortError, match="modprobe snd-seq"):
        RtMidiBackend("linux")


def test_a_sysex_crosses_whole_both_ways(monkeypatch, clock):
    frame = b"\xf0\x7dJB" + bytes(900) + b"\xf7"
    machine = Machine(["jambot back"], ["jambot solo"])
    backend = on(monkeypatch, machine, "win32")
    heard, _ = backend.open_input("jambot back", clock)
    output, _ = backend.open_output("jambot solo", clock)
    ear = machine.opened[0]
    ear.hear((list(frame), 0.0))
    output.send(frame)
    assert ear.passes_sysex
    assert [message.data for message in heard.poll()] == [frame]
    output.silence()
    assert machine.carried == [frame]
