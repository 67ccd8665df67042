"""One benchmark run: a jam measured on this machine, as one line of a file that grows.

Where JACK is there the jam is measured from outside (`outside`); elsewhere it plays into memory in
this process and only its own report is kept.
"""

import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jambot import __version__
from jambot.assets import DEMO_COMPING
from jambot.errors import PortError, UsageError
from jambot.evaluation.bench.outside import TRIGGER_SECONDS, Told, measure_outside
from jambot.evaluation.gates import judge_bench
from jambot.evaluation.take.report import session_report, write_report
from jambot.music.take import read_take
from jambot.music.take_files import claim, refuse_taken
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.ports.jack_server import load_jack, open_client
from jambot.realtime.settings import SessionSettings

SERVER = "JACK_DEFAULT_SERVER"
"""The environment variable by which JACK's programs find a server that has a name."""
PLAIN_OPTIONS = ("--band", "none", "--clock", "internal")
"""Those of a run that the key figures are taken from: the solo alone, on beats of its own."""
START_SECONDS = 15.0
START_AND_END_SECONDS = 8.0
"""Of each jam: loading the model, and writing the report."""


def bench(
    *,
    adapter: str,
    seconds: float,
    triggers: int,
    tempi: Sequence[float] = (120.0,),
    jack: bool | None = None,
    folder: Path | None = None,
    options: Sequence[str] = (),
    told: Told = lambda words, seconds: None,
) -> dict[str, Any]:
    """One run as a plain dictionary: date, commit, machine, settings, and figures for each tempo.

    `jack` True insists on JACK, False does without, None takes it where it is. `folder` keeps the
    takes with their reports, a folder for each tempo; `options` are further ones of `jambot jam`,
    for JACK alone; `told` as in `measure_outside`. Raises PortError and JamBotError as that does,
    and UsageError where a take lies in such a folder, or where there are options and no JACK.
    """
    if jack is None:
        jack = _server_runs() or shutil.which("jackd") is not None
    if not jack and not is_plain(options):
        raise UsageError(
            f"without JACK there is no bench with {' '.join(options)}",
            f"{' '.join(PLAIN_OPTIONS)}, the only options without JACK",
            "leave --band and --clock out, or measure over JACK (Debian: jackd2)",
        )
    run = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "commit": commit(),
        "machine": machine(),
        "adapter": Path(adapter).name,
    }
    runs: list[dict[str, Any]] = []
    if folder is not None:
        for bpm in tempi:
            refuse_taken(folder / f"{bpm:g}bpm")
    with _kept(folder) as root, jack_server() if jack else nullcontext():
        for bpm in tempi:
            take = root / f"{bpm:g}bpm"

            def of_this(words: str, gone: float, bpm: float = bpm) -> None:
                told(f"{bpm:g} bpm: {words}", gone)

            if jack:
                figures = measure_outside(
                    take,
                    adapter=adapter,
                    bpm=bpm,
                    seconds=seconds,
                    triggers=triggers,
                    options=options,
                    told=of_this,
                ).as_dict()
            else:
                of_this("comping", 0.0)
                figures = {"bpm": bpm, "session": _inside(take, adapter, seconds, bpm)}
            runs.append(figures | {"table": [row.as_dict() for row in judge_bench(figures)]})
    return run | {"backend": "jack" if jack else "memory", "runs": runs}


def is_plain(options: Sequence[str]) -> bool:
    """Whether a run with these options is one of the solo alone, on beats of its own."""
    return tuple(options) in ((), PLAIN_OPTIONS)


def expected_seconds(seconds: float, triggers: int, tempi: Sequence[float]) -> float:
    """How long a run over JACK will take, about."""
    return len(tempi) * (seconds + triggers * TRIGGER_SECONDS + START_AND_END_SECONDS)


def append_line(run: Mapping[str, Any], path: Path) -> None:
    """Add the run to `path`, one JSON object a line. Raises UsageError where it cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(run) + "\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "a file that can be written") from error


@contextmanager
def jack_server() -> Iterator[None]:
    """A JACK server: the one that runs, or one without a sound card for the time being.

    Raises PortError where neither is to be had.
    """
    if _server_runs():
        yield
        return
    program = shutil.which("jackd")
    if program is None:
        raise PortError(
            "no JACK server runs and jackd is not installed",
            "JACK",
            "install it (Debian: jackd2), or measure without: --no-jack",
        )
    name, before = f"jambot-bench-{os.getpid()}", os.environ.get(SERVER)
    os.environ[SERVER] = name
    # Real time is taken where it is allowed: on a busy machine the dummy driver's own runs slow.
    server = subprocess.Popen(
        [program, "--realtime", "-S", "-n", name, "-d", "dummy", "-r", "48000", "-p", "64"],
        env={**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server)
        yield
    finally:
        _end(server)
        os.environ.pop(SERVER)
        if before is not None:
            os.environ[SERVER] = before


def commit() -> str | None:
    """The commit this code is at, with `-dirty` where it was changed; None outside a checkout."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(
            asked, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def machine() -> dict[str, Any]:
    """What must be known of a machine to compare figures: no names, no paths."""
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    """The folder for the takes: the one asked for, or one that goes when the figures are taken."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="jambot-bench-") as passing:
        yield Path(passing)


def _inside(folder: Path, adapter: str, seconds: float, bpm: float) -> dict[str, Any]:
    log = claim(folder)
    settings = JamSettings(
        SessionSettings(bpm=bpm),
        adapter=adapter,
        backend="memory",
        comping=DEMO_COMPING,
        seconds=seconds,
    )
    jam(settings, log)
    findings = session_report(read_take(folder))
    write_report(findings, folder)
    return findings.figures


def _server_runs() -> bool:
    try:
        open_client(load_jack(), "looking").close()
    except PortError:
        return False
    return True


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _server_runs():
        if server.poll() is not None or time.monotonic() > deadline:
            raise PortError(
                "jackd would not start on its dummy driver",
                "a server within 15 s",
                "remove what killed servers left (/dev/shm/jack*) and try again",
            )
        time.sleep(0.05)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
