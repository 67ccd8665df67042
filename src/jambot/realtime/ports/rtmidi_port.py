"""The platform's own MIDI through python-rtmidi: ALSA, CoreMIDI, Windows MM.

Without a name, the input is the first keyboard and the output the first loopback cable (loopMIDI,
IAC), else a virtual port `jambot in` / `jambot out` that other programs can connect to. Windows has
no virtual ports: there, without a keyboard the input is a `MemoryInput`. No platform reports that a
device was pulled: the lists of names tell it.
"""

import importlib
import os
import re
import sys
from typing import Any, Literal

from jambot.errors import PortError, add_extra
from jambot.realtime.clock import Clock
from jambot.realtime.ports.lasting import LastingInput, LastingOutput
from jambot.realtime.ports.memory import MemoryInput
from jambot.realtime.ports.naming import LOOPBACK_WORDS, holds, keyboard_of, pick
from jambot.realtime.ports.port import InputPort, OutputPort
from jambot.realtime.ports.rtmidi_device import RtMidiInput, RtMidiOutput

Side = Literal["in", "out"]

CLIENT_NAME = "jambot"
# Dead ends: always there, and nothing behind them.
DEAF_WORDS = ("midi through", CLIENT_NAME)


class RtMidiBackend:
    """python-rtmidi as this platform has it: names, keyboards, and opening.

    PortError where the package or the platform's MIDI system is missing.
    """

    def __init__(self, platform: str = sys.platform) -> None:
        self.has_virtual_ports = platform != "win32"
        self._platform = platform
        self._lists: dict[Side, Any] = {}
        self._rtmidi = _load_rtmidi()
        linux = platform.startswith("linux")
        if linux and not os.path.exists("/dev/snd/seq"):
            raise PortError(
                "this machine has no ALSA MIDI (/dev/snd/seq is missing)",
                "the snd-seq kernel module",
                "sudo modprobe snd-seq, or use --backend jack",
            )
        # On Linux only ALSA: JACK has its own back end, and rtmidi's hangs on some servers.
        self._api = self._rtmidi.API_LINUX_ALSA if linux else self._rtmidi.API_UNSPECIFIED

    def input_names(self) -> list[str]:
        return self.names("in")

    def output_names(self) -> list[str]:
        return self.names("out")

    def keyboard_name(self) -> str | None:
        """The first input that is an instrument, None without one."""
        return keyboard_of(self.input_names())

    def instrument_name(self) -> str | None:
        """The output that a listener most likely sits behind, None without one.

        A loopback cable first; a device only where no virtual port can be opened instead.
        """
        names = [name for name in self.output_names() if not holds(name, DEAF_WORDS)]
        cables = [name for name in names if holds(name, LOOPBACK_WORDS)]
        if cables:
            return cables[0]
        return names[0] if names and not self.has_virtual_ports else None

    def open_input(self, wanted: str | None, clock: Clock) -> tuple[InputPort, str | None]:
        """The input and the name of what it hears, None where nothing is connected yet.

        It comes back when it was lost, if somebody looks after it; see `lasting`.
        """
        name = self.keyboard_name() if wanted is None else None
        if wanted is not None:
            name = pick(wanted, self.input_names(), "input", "rtmidi")
        if name is None and not self.has_virtual_ports:
            return MemoryInput(clock), None
        return LastingInput(_InputPlace(self, name, clock)), name

    def open_output(self, wanted: str | None, clock: Clock) -> tuple[OutputPort, str | None]:
        """The output and the name of what it plays to, None where nothing is connected yet.

        PortError where there is nothing to play to and no virtual port either. It comes back as
        the input does.
        """
        name = self.instrument_name() if wanted is None else None
        if wanted is not None:
            name = pick(wanted, self.output_names(), "output", "rtmidi")
        if name is None and not self.has_virtual_ports:
            raise PortError(
                "no MIDI output port",
                "a port to play to; Windows has no virtual ports of its own",
                "use the plugin (jambot plugin install), or start Windows' own MIDI Settings once,"
                " which makes the cable Default App Loopback (A) and (B), or install loopMIDI and"
                " add a port",
            )
        return LastingOutput(_OutputPlace(self, name, clock)), name

    def stem(self, name: str) -> str:
        """A name without the number that the platform appends and changes as devices come and go.

        Windows counts the ports of its list, ALSA names the client and the port; the Mac appends
        nothing.
        """
        appended = {"win32": r"\s\d+$", "darwin": r"$"}.get(self._platform, r"\s\d+:\d+$")
        return re.sub(appended, "", name)

    @property
    def numbers_devices(self) -> bool:
        """Whether a name holds the number of its device, and not of its place in the list."""
        return self._platform not in ("win32", "darwin")

    def open_device(self, side: Side, name: str | None) -> Any:
        """An open rtmidi object: on the port `name`, or virtual where there is none."""
        midi = None
        try:
            midi = self._make(side)
            if name is None:
                midi.open_virtual_port(f"{CLIENT_NAME} {side}")
            else:
                midi.open_port(midi.get_ports().index(name), f"{CLIENT_NAME} {side}")
        except (self._rtmidi.RtMidiError, ValueError) as error:
            if midi is not None:
                midi.delete()
            raise PortError(
                f"the MIDI {side}put {name or 'jambot ' + side!r} would not open: {error}",
                "a port that no other program holds",
                "close the program that uses it, or choose another (`jambot ports`)",
            ) from error
        return midi

    def names(self, side: Side) -> list[str]:
        """The names on one side, asked of one rtmidi object that is kept for it."""
        try:
            if side not in self._lists:
                self._lists[side] = self._make(side)
            return list(self._lists[side].get_ports())
        except self._rtmidi.RtMidiError as error:
            self._lists.pop(side, None)
            raise PortError(
                f"the MIDI system does not answer: {error}",
                "a working MIDI system",
                "restart it, or use --backend jack",
            ) from error

    def _make(self, side: Side) -> Any:
        kind = self._rtmidi.MidiIn if side == "in" else self._rtmidi.MidiOut
        return kind(rtapi=self._api, name=CLIENT_NAME)


class _Place:
    """Where one side is plugged in: a name, or nobody's, which is a virtual port and always there.

    ALSA gives what returns another number, so another number is another device. Elsewhere two
    keyboards of one make are told apart by their order alone: one of them is gone when fewer are
    listed. Threads: the watching one's.
    """

    def __init__(self, backend: RtMidiBackend, side: Side, name: str | None, clock: Clock) -> None:
        self._backend, self._side, self._name, self._clock = backend, side, name, clock
        self._open = False
        self._most = 0
        self._others: set[str] = set()
        """The devices of this kind that stayed where they were."""

    def there(self) -> bool:
        if self._name is None:
            return True
        try:
            alike = self._alike(self._name)
        except PortError:
            return False
        if not self._open:
            return bool(self._back(self._name, alike))
        numbered = self._backend.numbers_devices
        self._open = self._name in alike if numbered else len(alike) >= self._most
        if self._open:
            self._most = len(alike)
            self._others = set(alike) - {self._name}
        return self._open

    def _device(self) -> Any:
        """The device opened, under the name that it has now."""
        if self._name is None:
            return self._backend.open_device(self._side, None)
        alike = self._alike(self._name)
        name = next(iter(self._back(self._name, alike)), self._name)
        device = self._backend.open_device(self._side, name)
        self._name, self._most, self._open = name, len(alike), True
        self._others = set(alike) - {name}
        return device

    def _back(self, name: str, alike: list[str]) -> list[str]:
        """Under which names it may have come back, the likeliest first."""
        if name in alike:
            return [name]
        stayed = self._others if self._backend.numbers_devices else ()
        return [other for other in alike if other not in stayed]

    def _alike(self, name: str) -> list[str]:
        stem = self._backend.stem(name)
        names = self._backend.names(self._side)
        return [other for other in names if self._backend.stem(other) == stem]


class _InputPlace(_Place):
    def __init__(self, backend: RtMidiBackend, name: str | None, clock: Clock) -> None:
        super().__init__(backend, "in", name, clock)

    def open(self) -> InputPort:
        return RtMidiInput(self._device(), self._clock)


class _OutputPlace(_Place):
    def __init__(self, backend: RtMidiBackend, name: str | None, clock: Clock) -> None:
        super().__init__(backend, "out", name, clock)

    def open(self) -> OutputPort:
        return RtMidiOutput(self._device(), self._clock)


def _load_rtmidi() -> Any:
    try:
        return importlib.import_module("rtmidi")
    except ImportError as error:
        raise PortError(
            f"python-rtmidi cannot be used here ({error})",
            "Python 3.11 or 3.12, for which it has wheels",
            f"use such a Python, build it with {add_extra('rtmidi')}, or use --backend jack",
        ) from error
