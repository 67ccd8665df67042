"""The doctor's look at the machine: processor, timer, priority, disk, view and sound."""

import os
import platform
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.control.room.door import LOOPBACK
from jambot.control.room.live_view import STATIC
from jambot.control.room.room import PORT
from jambot.evaluation.sound import INSTALL, find_soundfont
from jambot.evaluation.take.kpi import Latency
from jambot.realtime.clock import Clock, SystemClock
from jambot.realtime.machine import this_machine
from jambot.realtime.priority import STAGE, priority_for

WAITS, WAIT_SECONDS = 150, 0.003
LATE_MS = 10.0
"""A note this late is counted as late (`realtime/plan/scheduler.py`)."""
SPUN_MS = 1.0
"""A machine that keeps its time wakes the stage within its spin."""
FULL_BYTES, TIGHT_BYTES = 200e6, 2e9
"""Ten minutes of `solo.wav` are 106 MB."""
BUSY = 1.5
"""Programs that want a core, per core: beyond this the stage has to wait for one."""


def machine_checks(wishes: DoctorWishes) -> Iterator[Check]:
    """One check for each part."""
    yield processor()
    yield timer(SystemClock())
    yield priority()
    yield disk(wishes.takes)
    yield live_view()
    yield sound()


def processor() -> Check:
    """System, cores, and whether they are free."""
    cores = os.cpu_count() or 1
    machine = this_machine()
    said = f"{platform.system()} {machine['processor']}, {cores} cores, Python {machine['python']}"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    figures = {"cores": cores, "load": load}
    if load is not None and load > BUSY * cores:
        return Check(
            "machine",
            State.WEAK,
            f"{said}; {load:.1f} programs want a core",
            "close other programs",
            figures,
        )
    if cores < 2:
        return Check("machine", State.WEAK, said, "use a machine with two cores", figures)
    return Check("machine", State.GOOD, said, figures=figures)


def timer(clock: Clock) -> Check:
    """How late the stage wakes, sleeping and then spinning as it does before every note.

    With the priority that the stage gets, as all that is measured here.
    """
    late_ms = []
    with priority_for(STAGE):
        for _ in range(WAITS):
            due = clock.now() + WAIT_SECONDS
            clock.sleep_until(due)
            late_ms.append((clock.now() - due) * 1e3)
    figure = Latency.of(late_ms)
    p99 = figure.p99 or 0.0
    found = f"wakes {figure.p50:.3f} ms late, p99 {p99:.3f}"
    figures = {"late_ms": asdict(figure)}
    if p99 <= SPUN_MS:
        return Check("timer", State.GOOD, found, figures=figures)
    state = State.BROKEN if (figure.p50 or 0.0) > LATE_MS else State.WEAK
    cure = "close other programs; a laptop on mains, set to best performance"
    return Check("timer", state, found, cure, figures)


def priority() -> Check:
    """Whether the stage goes before other programs."""
    with priority_for(STAGE) as granted:
        what, refused = granted.what, granted.refused
    if what:
        return Check("priority", State.GOOD, f"the stage gets {what}")
    cure = "Linux: join the group audio, or allow rtprio 5 in /etc/security/limits.d; log in again"
    return Check("priority", State.WEAK, f"the stage gets none ({refused})", cure)


def disk(folder: Path) -> Check:
    """Whether takes can be written, and how much room there is."""
    name = "disk"
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        found = f"{there} cannot be written to ({error.strerror})"
        return Check(name, State.BROKEN, found, "jam from another folder, or --report one")
    free = shutil.disk_usage(there).free
    found, figures = f"{free / 1e9:.1f} GB free for takes", {"free_bytes": free}
    if free >= TIGHT_BYTES:
        return Check(name, State.GOOD, found, figures=figures)
    state = State.BROKEN if free < FULL_BYTES else State.WEAK
    return Check(name, state, found, "make room, or --report a folder on another disk", figures)


def live_view() -> Check:
    """Whether the page is there, and whether its port is free or a jam has it."""
    name = "live view"
    if not (STATIC / "index.html").is_file():
        return Check(name, State.BROKEN, "the page is missing", "install JAM_BOT again")
    host = LOOPBACK[0]
    with suppress(OSError), socket.create_server((host, PORT)):
        return Check(name, State.GOOD, f"http://{host}:{PORT} is free")
    return Check(
        name,
        State.WEAK,
        f"port {PORT} is taken, by a jam or by another program",
        "none needed: a new jam takes the next port and says which",
    )


def sound() -> Check:
    """Whether takes become `solo.wav`."""
    name = "FluidSynth"
    missing = [what for what, there in _sound_parts() if not there]
    if missing:
        return Check(name, State.WEAK, f"no {' and no '.join(missing)}: no solo.wav", INSTALL)
    return Check(name, State.GOOD, "takes become solo.wav")


def _sound_parts() -> list[tuple[str, bool]]:
    return [
        ("fluidsynth", shutil.which("fluidsynth") is not None),
        ("soundfont", find_soundfont() is not None),
    ]
