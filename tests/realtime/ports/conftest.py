"""A machine whose MIDI devices are plugged in and pulled, as python-rtmidi shows it."""

import threading
import time
import types

import pytest

from jambot.realtime.ports import rtmidi_port, select
from jambot.realtime.ports.rtmidi_port import RtMidiBackend


class RtMidiError(Exception):
    pass


class Machine:
    """The MIDI devices of one machine, and the module `rtmidi` that sees them.

    `inputs` and `outputs` are the names as listed. `plug` and `pull` list a device as `platform`
    does: Windows counts the places of its list, ALSA gives every arrival another number, the Mac
    lists the name alone. What was open on a pulled device stays dead. `crimes` are what no program
    may do to a driver.
    """

    def __init__(self, inputs=(), outputs=(), platform="darwin"):
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.platform = platform
        self.busy = set()
        self.opened = []
        self.carried = []
        self.crimes = []
        self.listing_threads = set()
        self._next_client = 20
        self.module = types.SimpleNamespace(
            API_UNSPECIFIED=0,
            API_LINUX_ALSA=2,
            RtMidiError=RtMidiError,
            MidiIn=lambda **_: Device(self, self.inputs),
            MidiOut=lambda **_: Device(self, self.outputs),
        )

    def plug(self, device, names):
        """`device` comes, last in the list `names`."""
        self._next_client += 4
        number = {"linux": f" {self._next_client}:0", "win32": " 0"}.get(self.platform, "")
        names[:] = self._counted([*names, device + number])

    def pull(self, device, names):
        """`device` goes, and whatever was open on it is dead for good."""
        for handle in self.opened:
            if handle.names is names and handle.name.startswith(device):
                handle.dead = True
        names[:] = self._counted([name for name in names if not name.startswith(device)])

    def strike(self, device, data):
        """A key of this device, for whoever has it open."""
        for handle in list(self.opened):
            hear = handle.hear
            if hear is not None and not handle.dead and handle.name.startswith(device):
                hear((list(data), 0.0))

    def _counted(self, names):
        if self.platform != "win32":
            return names
        return [f"{name.rpartition(' ')[0]} {place}" for place, name in enumerate(names)]


class Device:
    """One rtmidi object; it notes when it is used after its end, or ended while it is used."""

    def __init__(self, machine, names):
        self.machine, self.names = machine, names
        self.name = None
        self.hear = None
        self.dead = self.closed = self.sending = False

    def get_ports(self):
        self.machine.listing_threads.add(threading.current_thread().name)
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
        if self.closed:
            self.machine.crimes.append("sent to what was closed")
        self.sending = True
        time.sleep(0)
        if self.dead or (not self.names and "jambot" not in self.name):
            self.sending = False
            raise RtMidiError("device is gone")
        self.machine.carried.append(bytes(data))
        self.sending = False

    def ignore_types(self, sysex=True, **_):
        self.passes_sysex = not sysex

    def set_callback(self, hear):
        self.hear = hear

    def cancel_callback(self):
        self.hear = None

    def close_port(self):
        if self.sending:
            self.machine.crimes.append("closed while it was sent to")
        self.closed = True

    def delete(self):
        if self.sending:
            self.machine.crimes.append("deleted while it was sent to")


@pytest.fixture
def make_machine(monkeypatch):
    """`make_machine(platform=…)`: this computer has these devices, and no JACK."""

    def refuse(*_):
        raise select.PortError("no JACK server is running")

    def make(*names, platform="darwin"):
        machine = Machine(*names, platform=platform)
        monkeypatch.setattr(rtmidi_port, "_load_rtmidi", lambda: machine.module)
        monkeypatch.setattr(rtmidi_port.os.path, "exists", lambda _: True)
        monkeypatch.setattr(select, "JackPatch", refuse)
        monkeypatch.setattr(select, "RtMidiBackend", lambda: RtMidiBackend(platform))
        return machine

    return make
