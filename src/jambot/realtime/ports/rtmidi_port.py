"""The platform's own MIDI through python-rtmidi: ALSA, CoreMIDI, Windows MM.

Without a name, the input is the first keyboard and the output the first loopback cable (loopMIDI,
IAC), else a virtual port `jambot in` / `jambot out` that other programs can connect to. Windows has
no virtual ports: there, without a keyboard the input is a `MemoryInput`.
"""

import importlib
import os
import re
import sys
from collections import deque
from typing import Any

from jambot.errors import PortError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.memory import MemoryInput
from jambot.realtime.ports.naming import pick
from jambot.realtime.ports.port import InputPort, SentMessage, SoundingNotes, TimedMessage

CLIENT_NAME = "jambot"
# Cables between programs, not instruments: never taken for a keyboard.
LOOPBACK_WORDS = ("loopmidi", "loopback", "iac", "midi through", CLIENT_NAME)
# Dead ends: always there, and nothing behind them.
DEAF_WORDS = ("midi through", CLIENT_NAME)
# Unplugging is not reported by any platform: the list of ports is read this often.
PRESENCE_SECONDS = 1.0
KEPT_RECORDS = 65536


class RtMidiBackend:
    """python-rtmidi as this platform has it: names, keyboards, and opening.

    PortError where the package or the platform's MIDI system is missing.
    """

    def __init__(self, platform: str = sys.platform) -> None:
        self.has_virtual_ports = platform != "win32"
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
        return self._names(self._rtmidi.MidiIn)

    def output_names(self) -> list[str]:
        return self._names(self._rtmidi.MidiOut)

    def keyboard_name(self) -> str | None:
        """The first input that is an instrument, None without one."""
        return next((name for name in self.input_names() if not holds(name, LOOPBACK_WORDS)), None)

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
        """The input and the name of what it hears, None where nothing is connected yet."""
        name = self.keyboard_name() if wanted is None else None
        if wanted is not None:
            name = pick(wanted, self.input_names(), "input", "rtmidi")
        if name is None and not self.has_virtual_ports:
            return MemoryInput(clock), None
        return RtMidiInput(self._open(self._rtmidi.MidiIn, name, "in"), name, clock), name

    def open_output(self, wanted: str | None, clock: Clock) -> tuple["RtMidiOutput", str | None]:
        """The output and the name of what it plays to, None where nothing is connected yet.

        PortError where there is nothing to play to and no virtual port either.
        """
        name = self.instrument_name() if wanted is None else None
        if wanted is not None:
            name = pick(wanted, self.output_names(), "output", "rtmidi")
        if name is None and not self.has_virtual_ports:
            raise PortError(
                "no MIDI output port",
                "a port to play to; Windows has no virtual ports of its own",
                "install loopMIDI, add a port there, and choose it as input in your DAW",
            )
        return RtMidiOutput(self._open(self._rtmidi.MidiOut, name, "out"), name, clock), name

    def _names(self, kind: Any) -> list[str]:
        try:
            midi = kind(rtapi=self._api, name=CLIENT_NAME)
            try:
                return list(midi.get_ports())
            finally:
                midi.delete()
        except self._rtmidi.RtMidiError as error:
            raise PortError(
                f"the MIDI system does not answer: {error}",
                "a working MIDI system",
                "restart it, or use --backend jack",
            ) from error

    def _open(self, kind: Any, name: str | None, side: str) -> Any:
        """An open rtmidi object: on the port `name`, or virtual where there is none."""
        try:
            midi = kind(rtapi=self._api, name=CLIENT_NAME)
            if name is None:
                midi.open_virtual_port(f"{CLIENT_NAME} {side}")
            else:
                midi.open_port(midi.get_ports().index(name), f"{CLIENT_NAME} {side}")
        except (self._rtmidi.RtMidiError, ValueError) as error:
            raise PortError(
                f"the MIDI {side}put {name or 'jambot ' + side!r} would not open: {error}",
                "a port that no other program holds",
                "close the program that uses it, or choose another (`jambot ports`)",
            ) from error
        return midi


class RtMidiInput:
    """One rtmidi input, stamped as each message reaches this process.

    Threads: rtmidi's own thread stamps and appends to a deque; the stage polls it.
    """

    def __init__(self, midi: Any, name: str | None, clock: Clock) -> None:
        self._midi = midi
        self._clock = clock
        self._presence = _Presence(midi, name, clock)
        self._arrived: deque[TimedMessage] = deque(maxlen=KEPT_RECORDS)
        midi.ignore_types(sysex=False, timing=False, active_sense=True)
        midi.set_callback(self._on_message)

    @property
    def alive(self) -> bool:
        return self._presence.there

    def poll(self) -> list[TimedMessage]:
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def close(self) -> None:
        if self._presence.open:
            self._midi.cancel_callback()
            self._presence.leave()

    def _on_message(self, event: tuple[list[int], float], _: object = None) -> None:
        self._arrived.append(TimedMessage(self._clock.now(), bytes(event[0])))


class RtMidiOutput:
    """One rtmidi output; every message leaves at the moment of the call.

    Threads: for the one thread that keeps the time.
    """

    schedules_ahead = False

    def __init__(self, midi: Any, name: str | None, clock: Clock) -> None:
        self._midi = midi
        self._clock = clock
        self._presence = _Presence(midi, name, clock)
        self._departed: deque[SentMessage] = deque(maxlen=KEPT_RECORDS)
        self._sounding = SoundingNotes()

    @property
    def alive(self) -> bool:
        return self._presence.there

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        due = self._clock.now() if at_seconds is None else at_seconds
        if not self._presence.open:
            return
        try:
            self._midi.send_message(data)
        except Exception:  # a driver may fail in any way: on stage that is a lost port, no more
            self._presence.lost = True
            return
        self._sounding.follow(data)
        self._departed.append(SentMessage(due, self._clock.now(), data))

    def sent(self) -> list[SentMessage]:
        return [self._departed.popleft() for _ in range(len(self._departed))]

    def silence(self) -> None:
        for note_off in self._sounding.note_offs():
            self.send(note_off)

    def close(self) -> None:
        if self._presence.open:
            self.silence()
            self._presence.leave()


class _Presence:
    """Whether the other side of an rtmidi port is still listed, asked at most once a second."""

    def __init__(self, midi: Any, name: str | None, clock: Clock) -> None:
        self.open = True
        self.lost = False
        self._midi = midi
        self._stem = None if name is None else _stem(name)
        self._clock = clock
        self._asked_at = clock.now()

    @property
    def there(self) -> bool:
        if self.open and not self.lost and self._stem is not None:
            now = self._clock.now()
            if now - self._asked_at >= PRESENCE_SECONDS:
                self._asked_at = now
                self.lost = not self._listed()
        return self.open and not self.lost

    def leave(self) -> None:
        self.open = False
        try:
            self._midi.close_port()
            self._midi.delete()
        except Exception:  # closing what is already gone
            self.lost = True

    def _listed(self) -> bool:
        try:
            return any(_stem(name) == self._stem for name in self._midi.get_ports())
        except Exception:  # a MIDI system that fails to answer has lost the port
            return False


def holds(name: str, words: tuple[str, ...]) -> bool:
    """Whether `name` holds one of `words` as words, whatever the case."""
    return any(re.search(rf"\b{re.escape(word)}\b", name, re.IGNORECASE) for word in words)


def _stem(name: str) -> str:
    """A name without the numbers that platforms append and change when devices come and go."""
    return re.sub(r"[\s\d:]+$", "", name)


def _load_rtmidi() -> Any:
    try:
        return importlib.import_module("rtmidi")
    except ImportError as error:
        raise PortError(
            f"python-rtmidi cannot be used here ({error})",
            "Python 3.11 or 3.12, for which it has wheels",
            "use such a Python, build it with `pip install jambot[rtmidi]`, or --backend jack",
        ) from error
