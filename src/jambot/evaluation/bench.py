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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jambot import __version__
from jambot.assets import DEMO_COMPING
from jambot.errors import PortError, UsageError
from jambot.evaluation.kpi import session_figures
from jambot.evaluation.outside import measure_outside
from jambot.music.take import read_take
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.ports.jack_server import load_jack, open_client

SERVER = "JACK_DEFAULT_SERVER"
"""The environment variable by which JACK's programs find a server that has a name."""
START_SECONDS = 15.0


def bench(
    *,
    adapter: str,
    seconds: float,
    triggers: int,
    jack: bool | None = None,
    said: Callable[[str], None] = lambda words: None,
) -> dict[str, Any]:
    """One run as a plain dictionary: date, commit, machine, settings and figures.

    `jack` True insists on JACK, False does without, None takes it where it is. Raises PortError and
    JamBotError as `measure_outside` does.
    """
    run = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "commit": commit(),
        "machine": machine(),
        "adapter": Path(adapter).name,
    }
    if jack is None:
        jack = _server_runs() or shutil.which("jackd") is not None
    with tempfile.TemporaryDirectory(prefix="jambot-bench-") as folder:
        if not jack:
            said("comping")
            return run | {"backend": "memory", "session": _inside(Path(folder), adapter, seconds)}
        with jack_server():
            figures = measure_outside(
                Path(folder), adapter=adapter, seconds=seconds, triggers=triggers, said=said
            )
    return run | {"backend": "jack"} | figures.as_dict()


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


def _inside(folder: Path, adapter: str, seconds: float) -> dict[str, Any]:
    settings = JamSettings(
        adapter=adapter, backend="memory", performer=DEMO_COMPING, seconds=seconds
    )
    jam(settings, folder / "session.jsonl")
    return session_figures(read_take(folder))


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
