"""FL Studio as a device script finds it, with the limits that catch scripts out.

- `OnIdle` comes every 20 ms, and only then does what was written show when read.
- Windows carries one SysEx a tick each way, of at most 1,000 bytes; what is more is lost.
- Play is a toggle, and so is record; while a dialog is open both are refused with a TypeError.
- Master sync sends all-notes-off on sixteen channels before it starts its clock.
- A script has FL Studio's modules and `time`: no files, no sockets, no threads, no `exec`.
"""

import builtins
import types
from dataclasses import dataclass, field
from pathlib import Path

from fake_fl.message import FlMidiMsg
from fake_fl.modules import make_modules

TICK_SECONDS = 0.02
LONGEST_SYSEX = 1000
FORBIDDEN = {"open", "exec", "eval", "compile", "input", "breakpoint"}
CALLBACKS = {0x80: "OnNoteOff", 0x90: "OnNoteOn", 0xB0: "OnControlChange"}


@dataclass
class Song:
    """What a script reads; positions and lengths in ticks, `selection` (-1, -1) for none."""

    playing: bool = False
    recording: bool = False
    song_mode: bool = True
    milli_bpm: int = 130_000
    ppq: int = 96
    position: float = 0.0
    selection: tuple[int, int] = (-1, -1)
    pattern_beats: int = 4
    channel: int = 0
    rack: list[str] = field(default_factory=lambda: ["Kick", "Rhodes", "Flügel"])


class FakeFL:
    """One FL Studio with one script in it. `hear` gives it MIDI, `tick` lets 20 ms pass."""

    def __init__(self, script: Path, platform="windows", tempo_scale=1000, api=33):
        self.platform, self.tempo_scale, self.api = platform, tempo_scale, api
        self.song = Song()
        self.seconds = 0.0
        self.to_host: list[bytes] = []
        self.lost: list[bytes] = []  # SysEx that Windows would have swallowed
        self.crashes: list[str] = []  # calls after which the real one may be gone
        self.sounding: list[tuple[str, int]] = []
        self.hints: list[str] = []
        self.dialog_open = False
        self.frozen = False  # loading a project: no idle ticks
        self.master_sync = False
        self._writes = []
        self._sent_this_tick = self._heard_this_tick = 0
        self.modules = make_modules(self)
        self.script = self._load(script)
        self._call("OnInit")

    def tick(self):
        """20 ms pass: what was written becomes true, the song moves, the script has its turn."""
        self.seconds += TICK_SECONDS
        self._heard_this_tick = self._sent_this_tick = 0
        if self.frozen:
            return
        was_playing = self.song.playing
        for write in self._writes:
            write(self.song)
        self._writes.clear()
        if self.song.playing and not was_playing and self.master_sync:
            self._start_clock()
        if self.song.playing:
            self._move()
        self._call("OnIdle")

    def hear(self, data: bytes):
        """One whole MIDI message arrives at the script's port."""
        if data[0] == 0xF0:
            self._heard_this_tick += 1
            if self._too_much(data, self._heard_this_tick):
                self.lost.append(data)
                return
            self._dispatch(FlMidiMsg(sysex=data), "OnSysEx")
        elif len(data) == 3:
            message = FlMidiMsg(*data)
            if not self._dispatch(message, CALLBACKS.get(data[0] & 0xF0, "")):
                self._play(message)

    def send(self, data: bytes):
        """What `device.midiOutSysex` does; bytes without F0 and F7 go nowhere, without a word."""
        if not (data[:1] == b"\xf0" and data[-1:] == b"\xf7"):
            return
        self._sent_this_tick += 1
        if self._too_much(data, self._sent_this_tick):
            self.lost.append(data)
        else:
            self.to_host.append(bytes(data))

    def write(self, change):
        """Let a change show from the next tick on."""
        if self.dialog_open:
            raise TypeError("Operation unsafe at current time")
        self._writes.append(change)

    def sound(self, channel: int, pitch: int, on: bool):
        """A note of a channel of the rack begins or ends."""
        note = (self.song.rack[channel], pitch)
        if on:
            self.sounding.append(note)
        elif note in self.sounding:
            self.sounding.remove(note)

    def _too_much(self, data, count):
        return self.platform == "windows" and (count > 1 or len(data) > LONGEST_SYSEX)

    def _play(self, message):
        kind = message.status & 0xF0
        if kind in (0x80, 0x90) and self.song.channel >= 0:
            self.sound(self.song.channel, message.data1, kind == 0x90 and message.data2 > 0)

    def _dispatch(self, message, last):
        for name in ("OnMidiIn", "OnMidiMsg", last):
            self._call(name, message)
            if message.handled:
                return True
        return False

    def _call(self, name, *arguments):
        if name in self.script:
            self.script[name](*arguments)

    def _move(self):
        before = self.song.position
        self.song.position += TICK_SECONDS * self.song.milli_bpm / 60_000 * self.song.ppq
        start, end = self.song.selection
        if not self.song.song_mode:
            start, end = 0, self.song.pattern_beats * self.song.ppq
        if start <= before < end <= self.song.position:
            self.song.position += start - end
        if self.master_sync:
            ticks = self.song.ppq / 24
            count = int(self.song.position // ticks) - int(before // ticks)
            self.to_host += [b"\xf8"] * max(0, count)

    def _start_clock(self):
        self.to_host += [bytes((0xB0 | channel, 123, 0)) for channel in range(16)]
        sixteenths = int(self.song.position * 4 // self.song.ppq)
        if sixteenths:
            self.to_host += [bytes((0xF2, sixteenths & 0x7F, sixteenths >> 7)), b"\xfb"]
        else:
            self.to_host.append(b"\xfa")

    def _load(self, path: Path):
        """Run a script as FL Studio would: in ASCII, among nothing but what FL Studio gives it."""
        allowed = {name: vars(builtins)[name] for name in vars(builtins) if name not in FORBIDDEN}
        allowed["__import__"] = self._import
        namespace = {"__name__": path.stem, "__builtins__": allowed}
        source = path.read_bytes().decode("ascii")
        assert source.startswith("# name="), "without a name FL Studio does not list a script"
        exec(compile(source, path.name, "exec"), namespace)
        return namespace

    def _import(self, name, *_):
        if name == "time":
            return types.SimpleNamespace(monotonic=lambda: self.seconds)
        if name not in self.modules:
            raise ImportError(f"FL Studio has no {name} for scripts")
        return self.modules[name]
