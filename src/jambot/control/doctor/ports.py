"""The doctor's look at the ports: what is there, what a jam would open, clock, and the way back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from jambot.control.doctor.cable import Cable, measure_cable
from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.errors import PortError, UsageError
from jambot.music.midi import TICK
from jambot.realtime.beats.tick_line import TICKS_PER_BEAT
from jambot.realtime.clock import Clock, SystemClock
from jambot.realtime.ports import (
    InputPort,
    OutputPort,
    Ports,
    list_ports,
    open_ports,
    windows_pair,
)
from jambot.realtime.ports.jack_port import JackInput, JackOutput, JackPatch

LISTEN_SECONDS = 1.0
SLOW_MS, UNEVEN_MS = 10.0, 3.0
"""A cable within one computer takes 1 to 3 ms; late enough to hear, and uneven enough to feel."""
NO_PORTS_CURE = "plug in a keyboard, or jam without one: a pianist comps, the browser sounds"


def port_checks(wishes: DoctorWishes) -> Iterator[Check]:
    """What is there, what a jam would open and hear, and the way back."""
    clock = SystemClock()
    yield _list()
    yield from _as_jam_would(wishes, clock)
    yield from _own_loop(clock)
    if wishes.loopback is not None:
        yield _named_loop(wishes.backend, *wishes.loopback, clock)


def _list() -> Check:
    """Every port that can be named."""
    found = list_ports()
    names = {side: [p.name for p in found if p.direction == side] for side in ("in", "out")}
    if not found:
        return Check("MIDI ports", State.WEAK, "none", NO_PORTS_CURE, names)
    said = "; ".join(f"{side}: {', '.join(there) or 'none'}" for side, there in names.items())
    pair = windows_pair(names["out"])
    if pair is not None:
        said += f". Windows' own cable is there: --out '{pair[0]}', and '{pair[1]}' in the DAW"
    return Check("MIDI ports", State.GOOD, said, figures=names)


def _as_jam_would(wishes: DoctorWishes, clock: Clock) -> Iterator[Check]:
    """Open what `jambot jam` would open, and listen whether a host gives its clock there."""
    name = "a jam's ports"
    try:
        ports = open_ports(wishes.backend, wishes.in_name, wishes.out_name, clock, wishes.clock_in)
    except UsageError as error:
        yield Check.refused(name, error)
        return
    except PortError as error:
        refused = Check.refused(name, error)
        yield replace(refused, cure=_step(wishes) + refused.cure)
        return
    try:
        heard = ports.input_name or "nobody yet"
        said = f"{ports.backend}: hears {heard}, plays to {ports.output_name or 'nobody yet'}"
        if ports.backend == "memory":
            said = "none: a pianist comps, the browser sounds"
        yield Check(name, State.GOOD, said)
        yield _clock(ports, wishes.clock_in, clock)
    finally:
        ports.close()


def _step(wishes: DoctorWishes) -> str:
    """Which step of docs/fl_studio.md the ports failed at; empty where FL Studio was not asked for.

    The solo's cable is step 2, the keyboard step 5; a clock of its own has none.
    """
    if wishes.fl is None:
        return ""
    found = [(port.direction, port.name.casefold()) for port in list_ports()]

    def missing(wanted: str | None, side: str) -> bool:
        names = [name for direction, name in found if direction == side]
        return wanted is not None and not any(wanted.casefold() in name for name in names)

    if missing(wishes.out_name, "out"):
        return "step 2: "
    only_clock = missing(wishes.clock_in, "in") and not missing(wishes.in_name, "in")
    return "" if only_clock else "step 5: "


def _clock(ports: Ports, asked: str | None, clock: Clock) -> Check:
    """Whose ticks come in, and how fast: at the clock's own port, else among the keys."""
    name = "MIDI clock"
    sources = [(ports.input, ports.input_name or "nobody yet")]
    if ports.clock is not None:
        sources.insert(0, (ports.clock, asked or "the clock's own port"))
    for source, _ in sources:
        source.poll()
    clock.sleep_until(clock.now() + LISTEN_SECONDS, spin=False)
    for source, whose in sources:
        ticks = [message.seconds for message in source.poll() if message.midi.kind == TICK]
        if len(ticks) < 2:
            continue
        bpm = 60.0 * (len(ticks) - 1) / (ticks[-1] - ticks[0]) / TICKS_PER_BEAT
        found = f"{bpm:.1f} bpm from {whose}: --clock midi follows it"
        return Check(name, State.GOOD, found, figures={"bpm": round(bpm, 2)})
    if asked is None:
        return Check(name, State.ABSENT, f"none in {LISTEN_SECONDS:g} s, so --clock internal")
    cure = "let the host play and send its clock there; FL Studio: Output, Send master sync"
    return Check(name, State.WEAK, f"none from {asked} in {LISTEN_SECONDS:g} s", cure)


def _own_loop(clock: Clock) -> Iterator[Check]:
    """Over JACK, from a client of ours to another: what the way through the server costs."""
    try:
        with _jack_loop(clock) as (source, sink):
            yield _cable("JACK loop", measure_cable(source, sink, clock))
    except PortError as error:
        yield Check("JACK loop", State.ABSENT, error.found)


@contextmanager
def _jack_loop(clock: Clock) -> Iterator[tuple[InputPort, OutputPort]]:
    plays = JackPatch(clock, f"jambot-loop-{os.getpid()}")
    try:
        hears = JackPatch(clock, f"jambot-ear-{os.getpid()}")
        try:
            hears.connect(f"jambot-loop-{os.getpid()}:out", None)
            yield JackInput(hears), JackOutput(plays)
        finally:
            hears.close()
    finally:
        plays.close()


def _named_loop(backend: str, heard: str, played: str, clock: Clock) -> Check:
    """Through a real cable, by the names of its ends."""
    name = f"loop {played} ▸ {heard}"
    try:
        ports = open_ports(backend, heard, played, clock)
    except (PortError, UsageError) as error:
        return Check.refused(name, error)
    try:
        return _cable(name, measure_cable(ports.input, ports.output, clock))
    finally:
        ports.close()


def _cable(name: str, cable: Cable) -> Check:
    figures = asdict(cable)
    if cable.latency_ms.p50 is None:
        cure = "name the two ends of one cable, and join them"
        return Check(name, State.BROKEN, "nothing came back", cure, figures)
    latency, jitter = cable.latency_ms, cable.jitter_ms
    found = f"{latency.p50:.2f} ms, p99 {latency.p99:.2f}; jitter p99 {jitter.p99:.2f} ms"
    if cable.lost:
        cure = "close what else uses the cable; over JACK raise the period, or give it priority"
        return Check(name, State.WEAK, f"{found}; {cable.lost} lost", cure, figures)
    if (latency.p95 or 0.0) > SLOW_MS or (jitter.p99 or 0.0) > UNEVEN_MS:
        cure = "another driver, a shorter JACK period, or fewer programs beside the jam"
        return Check(name, State.WEAK, found, cure, figures)
    return Check(name, State.GOOD, found, figures=figures)
