"""Choosing a back end and opening one input and one output on it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from jambot.errors import PortError, UsageError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.jack_client import CLIENT_NAME
from jambot.realtime.ports.jack_port import JackClock, JackInput, JackOutput, JackPatch
from jambot.realtime.ports.jack_server import load_jack, open_client, peer_names
from jambot.realtime.ports.lasting import LastingInput, LastingOutput
from jambot.realtime.ports.memory import MemoryInput, RecordingOutput
from jambot.realtime.ports.plugin_key import read_key
from jambot.realtime.ports.plugin_link import PluginLink
from jambot.realtime.ports.plugin_port import Instrument, PluginInput, PluginOutput
from jambot.realtime.ports.port import InputPort, OutputPort
from jambot.realtime.ports.rtmidi_port import RtMidiBackend

BACKENDS = ("auto", "plugin", "rtmidi", "jack", "memory")

KNOCK_SECONDS = 0.3
"""A plugin knocks ten times a second; `auto` listens so long, where there is a key at all."""


@dataclass(frozen=True, slots=True)
class Ports:
    """One open input, one open output, one for a clock perhaps, and what they are joined to.

    `input_name` is the port heard, None where nobody was connected: then there is no keyboard yet.
    `output_name` likewise. Each side is lost and comes back by itself, as long as somebody calls
    `look` now and then, and when there is `news`: a `PortWatch` does.

    Threads: `look` is for the thread that opened the ports, the sides for whoever plays.
    """

    input: InputPort
    output: OutputPort
    backend: str = "memory"
    input_name: str | None = None
    output_name: str | None = None
    clock: InputPort | None = None
    """A port of its own for a host's MIDI clock, where there is one."""
    looks: tuple[Callable[[], None], ...] = ()
    news: threading.Event = field(default_factory=threading.Event)
    instrument: Instrument | None = None
    """Our plugin in a DAW, where that is what is played through."""

    def look(self) -> None:
        """See who has gone and who is back; it may take long."""
        for look in self.looks:
            look()

    def close(self) -> None:
        """End every sounding note and let go of all of them."""
        self.output.close()
        self.input.close()
        if self.clock is not None:
            self.clock.close()


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One port that `--in` (direction "in") or `--out` ("out") can name on `backend`."""

    backend: str
    direction: str
    name: str


def open_ports(
    backend: str,
    in_name: str | None,
    out_name: str | None,
    clock: Clock,
    clock_name: str | None = None,
) -> Ports:
    """Open the ports of `backend` whose names hold `in_name` and `out_name`.

    A host's clock may come in at a port of its own: over JACK at `jambot:clock`, elsewhere at the
    one whose name holds `clock_name`. `auto` takes a plugin that knocks, else a running JACK
    server, else rtmidi where it has a real port, else memory; with a name, the first of JACK and
    rtmidi that knows it. Without `in_name` the first keyboard is heard; on `jack` a device alone,
    no program's port, which may be meant for somebody else: where there is none it waits to be
    patched. PortError where a name is unknown or a port would not open; UsageError for another
    back end, or a name on `memory` or `plugin`.
    """
    if backend == "jack":
        return _open_jack(in_name, out_name, clock, clock_name, programs=False)
    if backend == "plugin":
        _refuse_names("plugin", in_name, out_name, clock_name)
        return _plugin_ports(PluginLink.open(clock), clock)
    if backend == "rtmidi":
        return _open_rtmidi(RtMidiBackend(), in_name, out_name, clock, clock_name)
    if backend == "memory":
        _refuse_names("memory", in_name, out_name, clock_name)
        return Ports(
            MemoryInput(clock), RecordingOutput(clock, remembers=False), "memory", None, None
        )
    if backend == "auto":
        return _open_auto(in_name, out_name, clock, clock_name)
    raise UsageError(
        f"no back end {backend!r}", f"one of {', '.join(BACKENDS)}", "use --backend auto"
    )


def list_ports() -> list[PortInfo]:
    """Every port there is to name, JACK's first; empty where there is neither JACK nor MIDI."""
    return _jack_ports() + _rtmidi_ports()


def _open_auto(
    in_name: str | None, out_name: str | None, clock: Clock, clock_name: str | None
) -> Ports:
    named = any(name is not None for name in (in_name, out_name, clock_name))
    refusals: list[PortError] = []
    knocked = None if named else _knocking(clock)
    if knocked is not None:
        return _plugin_ports(knocked, clock)
    try:
        return _open_jack(in_name, out_name, clock, clock_name, programs=True)
    except PortError as error:
        refusals.append(error)
    try:
        rtmidi = RtMidiBackend()
        if named or rtmidi.keyboard_name() or rtmidi.instrument_name():
            return _open_rtmidi(rtmidi, in_name, out_name, clock, clock_name)
    except PortError as error:
        refusals.append(error)
    if not named:
        return open_ports("memory", None, None, clock)
    raise PortError(
        "; ".join(error.found for error in refusals),
        "part of the name of a port that is there",
        "plug in or start the other side, see `jambot ports`, and give a name from its list",
    )


def _plugin_ports(link: PluginLink, clock: Clock) -> Ports:
    instrument = Instrument(link, clock)
    name = None if link.talk is None else "the plugin"
    sides = PluginInput(instrument), PluginOutput(instrument)
    return Ports(*sides, "plugin", name, name, instrument=instrument)


def _knocking(clock: Clock) -> PluginLink | None:
    """The link with a plugin that knocks just now; None where none does."""
    if read_key() is None:
        return None
    try:
        link = PluginLink.open(clock)
    except PortError:
        return None
    until = time.monotonic() + KNOCK_SECONDS
    while link.talk is None and time.monotonic() < until:
        time.sleep(0.01)
        link.take_in()
    if link.talk is None:
        link.close()
        return None
    return link


def _refuse_names(backend: str, *names: str | None) -> None:
    for name in names:
        if name is not None:
            raise UsageError(
                f"{backend} has no port named {name!r}",
                f"no --in, --out or --clock-in with --backend {backend}",
                "leave the names out, or use --backend auto",
            )


def _open_jack(
    in_name: str | None,
    out_name: str | None,
    clock: Clock,
    clock_name: str | None,
    programs: bool,
) -> Ports:
    patch = JackPatch(clock)
    try:
        if in_name is None:
            in_name = patch.keyboard_name(programs)
        source, sink = patch.connect(in_name, out_name, clock_name)
    except PortError:
        patch.close()
        raise
    sides = JackInput(patch), JackOutput(patch), JackClock(patch)
    return Ports(*sides[:2], "jack", source, sink, sides[2], (patch.look,), patch.news)


def _open_rtmidi(
    rtmidi: RtMidiBackend,
    in_name: str | None,
    out_name: str | None,
    clock: Clock,
    clock_name: str | None,
) -> Ports:
    heard, source = rtmidi.open_input(in_name, clock)
    ticks: InputPort | None = None
    try:
        if clock_name is not None:
            ticks, _ = rtmidi.open_input(clock_name, clock)
        output, sink = rtmidi.open_output(out_name, clock)
    except PortError:
        for opened in (heard, ticks):
            if opened is not None:
                opened.close()
        raise
    sides = (heard, output, ticks)
    looks = tuple(s.look for s in sides if isinstance(s, LastingInput | LastingOutput))
    return Ports(heard, output, "rtmidi", source, sink, ticks, looks)


def _jack_ports() -> list[PortInfo]:
    try:
        client = open_client(load_jack(), f"{CLIENT_NAME}-ports")
    except PortError:
        return []
    try:
        sources, sinks = peer_names(client)
    finally:
        client.close()
    return _infos("jack", sources, sinks)


def _rtmidi_ports() -> list[PortInfo]:
    try:
        rtmidi = RtMidiBackend()
        return _infos("rtmidi", rtmidi.input_names(), rtmidi.output_names())
    except PortError:
        return []


def _infos(backend: str, sources: list[str], sinks: list[str]) -> list[PortInfo]:
    return [PortInfo(backend, "in", name) for name in sources] + [
        PortInfo(backend, "out", name) for name in sinks
    ]
