"""The rtmidi ports on a simulated python-rtmidi, as Windows, macOS and Linux would have it."""

import pytest

from jambot.errors import PortError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, SentMessage, TimedMessage, rtmidi_port, select
from jambot.realtime.ports.rtmidi_port import RtMidiBackend

C4_ON, C4_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def on(make_machine):
    """`on(platform, inputs, outputs)`: a machine with these devices, and its back end."""

    def on(platform, inputs=(), outputs=()):
        machine = make_machine(inputs, outputs, platform=platform)
        return machine, RtMidiBackend(platform)

    return on


def test_windows_plays_to_loopmidi_and_hears_the_keyboard(on, clock):
    cable = "loopMIDI Port 1"
    _, backend = on("win32", [cable, "Keystation 61 2"], ["Microsoft GS Wavetable Synth 0", cable])
    _, source = backend.open_input(None, clock)
    _, sink = backend.open_output(None, clock)
    assert (source, sink) == ("Keystation 61 2", cable)


def test_windows_without_a_cable_plays_to_the_first_device(on, clock):
    _, backend = on("win32", [], ["Microsoft GS Wavetable Synth 0"])
    heard, source = backend.open_input(None, clock)
    assert isinstance(heard, MemoryInput)
    assert source is None
    assert backend.open_output(None, clock)[1] == "Microsoft GS Wavetable Synth 0"


def test_windows_without_any_output_is_told_about_loopmidi(on, clock):
    with pytest.raises(PortError, match="loopMIDI"):
        on("win32")[1].open_output(None, clock)


def test_the_mac_plays_to_the_iac_driver_and_never_hears_itself_through_it(on, clock):
    machine, backend = on("darwin", ["IAC Driver Bus 1"], ["Keystation 61", "IAC Driver Bus 1"])
    assert backend.open_output(None, clock)[1] == "IAC Driver Bus 1"
    assert backend.open_input(None, clock)[1] is None
    assert machine.opened[-1].name == "jambot in"


def test_without_a_cable_a_virtual_port_goes_before_the_keyboards_own_output(on, clock):
    machine, backend = on("darwin", ["Keystation 61"], ["Keystation 61"])
    assert backend.open_output(None, clock)[1] is None
    assert machine.opened[-1].name == "jambot out"


def test_midi_through_is_nobody(on):
    through = "Midi Through:Midi Through Port-0 14:0"
    _, backend = on("linux", [through], [through])
    assert backend.keyboard_name() is None
    assert backend.instrument_name() is None


def test_a_keyboard_whose_name_holds_a_loopback_word_is_still_a_keyboard(on):
    _, backend = on("darwin", ["Maniac 49"])
    assert backend.keyboard_name() == "Maniac 49"


def test_auto_takes_a_real_port_and_leaves_a_machine_without_one_to_memory(make_machine, clock):
    machine = make_machine(["Keystation 61"], [])
    ports = select.open_ports("auto", None, None, clock)
    assert (ports.backend, ports.input_name) == ("rtmidi", "Keystation 61")
    machine.inputs.clear()
    assert select.open_ports("auto", None, None, clock).backend == "memory"


def test_a_clock_comes_in_at_a_port_of_its_own_and_is_lost_alone(make_machine, clock):
    machine = make_machine(["Keystation 61", "loopMIDI Sync"], ["loopMIDI Solo"], platform="win32")
    ports = select.open_ports("rtmidi", "keys", "solo", clock, "sync")
    assert ports.clock is not None
    assert (ports.input_name, ports.output_name) == ("Keystation 61", "loopMIDI Solo")
    machine.inputs.remove("loopMIDI Sync")
    ports.look()
    assert (ports.clock.alive, ports.input.alive, ports.output.alive) == (False, True, True)
    with pytest.raises(PortError, match="no rtmidi input port named 'sync'"):
        select.open_ports("rtmidi", "keys", "solo", clock, "sync")


def test_a_busy_output_says_so_with_the_cure(on, clock):
    machine, backend = on("win32", [], ["loopMIDI Port 1"])
    machine.busy.add("loopMIDI Port 1")
    with pytest.raises(PortError, match=r"no other program holds.*close the program"):
        backend.open_output("loop", clock)


def test_arrivals_are_stamped_by_the_stage_clock(on, clock):
    machine, backend = on("darwin", ["Keystation 61"])
    keyboard, _ = backend.open_input("key", clock)
    clock.advance(1.5)
    machine.opened[-1].hear(([0x90, 60, 80], 0.0))
    assert keyboard.poll() == [TimedMessage(1.5, C4_ON)]
    assert keyboard.poll() == []


def test_messages_leave_at_the_call_and_closing_ends_what_sounds(on, clock):
    machine, backend = on("darwin", [], ["IAC Driver Bus 1"])
    output, _ = backend.open_output("iac", clock)
    clock.advance(2.0)
    output.send(C4_ON, 1.999)
    assert output.sent() == [SentMessage(1.999, 2.0, C4_ON)]
    assert not output.schedules_ahead
    output.close()
    output.close()
    assert machine.carried == [C4_ON, C4_OFF]
    assert not output.alive


def test_on_windows_the_place_in_the_list_is_no_part_of_the_name(on, clock):
    machine, backend = on("win32", ["Launchpad 0", "Keystation 61 1"])
    keyboard, _ = backend.open_input("key", clock)
    machine.inputs[:] = ["Keystation 61 0"]
    keyboard.look()
    assert keyboard.alive
    machine.inputs[:] = ["Keystation 49 0"]
    keyboard.look()
    assert not keyboard.alive


def test_on_linux_another_number_is_a_keyboard_that_has_been_away(on, clock):
    machine, backend = on("linux", ["Keys:Keys MIDI 1 28:0", "Keys:Keys MIDI 1 36:0"])
    keyboard, _ = backend.open_input("28:0", clock)
    machine.inputs[:] = ["Keys:Keys MIDI 1 36:0", "Keys:Keys MIDI 1 32:0"]
    keyboard.look()
    assert not keyboard.alive
    assert back(keyboard)
    assert machine.opened[-1].name.endswith("32:0"), "its twin has been there all the time"


def test_one_of_two_keyboards_of_one_make_is_missed(on, clock):
    machine, backend = on("win32", ["Keys 0", "Keys 1"])
    keyboard, _ = backend.open_input("Keys 0", clock)
    keyboard.look()
    machine.inputs[:] = ["Keys 0"]
    keyboard.look()
    assert not keyboard.alive
    assert back(keyboard)


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_a_keyboard_that_auto_has_found_comes_back_and_the_output_plays_on(
    make_machine, clock, platform
):
    machine = make_machine(platform=platform)
    for device in ("Launchpad", "Keystation 61"):
        machine.plug(device, machine.inputs)
    machine.plug("loopMIDI Solo", machine.outputs)
    machine.pull("Launchpad", machine.inputs)
    ports = select.open_ports("auto", None, None, clock)
    assert "Keystation 61" in ports.input_name
    machine.plug("Launchpad", machine.inputs)
    machine.pull("Keystation 61", machine.inputs)
    ports.look()
    assert (ports.input.alive, ports.output.alive) == (False, True)
    machine.strike("Keystation 61", C4_ON)
    ports.output.send(C4_ON)
    assert machine.carried == [C4_ON]
    assert ports.input.poll() == []
    machine.plug("Keystation 61", machine.inputs)
    assert back(ports.input)
    machine.strike("Keystation 61", C4_ON)
    assert [message.data for message in ports.input.poll()] == [C4_ON]


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_an_output_that_auto_has_found_comes_back_and_the_keyboard_is_heard_meanwhile(
    make_machine, clock, platform
):
    machine = make_machine(platform=platform)
    machine.plug("Keystation 61", machine.inputs)
    machine.plug("loopMIDI Solo", machine.outputs)
    ports = select.open_ports("auto", None, None, clock)
    ports.output.send(C4_ON)
    machine.pull("loopMIDI Solo", machine.outputs)
    ports.output.send(C4_OFF)
    assert (ports.input.alive, ports.output.alive) == (True, False)
    assert [sent.data for sent in ports.output.sent()] == [C4_ON], "the note-off has not left"
    ports.look()
    machine.strike("Keystation 61", C4_ON)
    assert [message.data for message in ports.input.poll()] == [C4_ON]
    machine.plug("loopMIDI Solo", machine.outputs)
    ports.look()
    ports.output.sent()
    assert ports.output.alive
    ports.output.send(C4_OFF)
    assert machine.carried == [C4_ON, C4_OFF]


def back(port):
    """Whether it is alive again after a look; what came in meanwhile is lost."""
    for _ in range(2):
        port.poll()
        port.look()
    port.poll()
    return port.alive


def test_a_driver_that_fails_while_sending_is_a_lost_port_and_no_exception(on, clock):
    machine, backend = on("darwin", [], ["Synth"])
    output, _ = backend.open_output("synth", clock)
    output.send(C4_ON)
    machine.outputs.clear()
    output.send(C4_OFF)
    assert not output.alive
    output.close()


def test_linux_without_a_midi_device_node_is_told_so(make_machine, monkeypatch):
    make_machine()
    monkeypatch.setattr(rtmidi_port.os.path, "exists", lambda _: False)
    with pytest.raises(PortError, match="modprobe snd-seq"):
        RtMidiBackend("linux")


def test_a_sysex_crosses_whole_both_ways(on, clock):
    frame = b"\xf0\x7dJB" + bytes(900) + b"\xf7"
    machine, backend = on("win32", ["jambot back"], ["jambot solo"])
    heard, _ = backend.open_input("jambot back", clock)
    output, _ = backend.open_output("jambot solo", clock)
    ear = machine.opened[0]
    ear.hear((list(frame), 0.0))
    output.send(frame)
    assert ear.passes_sysex
    assert [message.data for message in heard.poll()] == [frame]
    output.silence()
    assert machine.carried == [frame]
