"""`jambot jam` over JACK as a process of its own, begun, met and ended as another program would."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jambot.errors import JamBotError
from jambot.evaluation.bench.hands import BenchHands
from jambot.music.take_files import LOG_FILE

JAM_IN, JAM_OUT = "jambot:in", "jambot:out"
LOAD_SECONDS = 90.0
"""From the start of the process until it hears."""
END_SECONDS = 30.0
"""From being told to end until the report lies there."""
PAUSE_SECONDS = 0.3


class JamProcess:
    """A jam that leaves its take in `folder`, its words in `jam.txt`; killed if it outlives this.

    `seconds` is the longest it may play, `options` are further ones of `jambot jam`. A context
    manager; the other methods belong inside it, `report` after `end`. What goes wrong is a
    JamBotError with the jam's own last words.
    """

    def __init__(
        self, folder: Path, adapter: str, bpm: float, seconds: float, options: Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self._command = [
            sys.executable, "-m", "jambot", "jam", "--backend", "jack", "--port", "0", "--no-open",
            "--until-input-ends", "--adapter", adapter, "--bpm", str(bpm),
            "--seconds", str(round(seconds)), "--report", str(folder),
            *options,
        ]  # fmt: skip

    def __enter__(self) -> "JamProcess":
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "jam.txt").open("wb") as words:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=words, stderr=subprocess.STDOUT
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._let_go()
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """The process that started it all; player and room are its children."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def connect(self, hands: BenchHands) -> None:
        """Wait until the jam listens (its ports are there, its log has begun), and join it."""
        self.wait_for(hands)
        hands.connect(JAM_IN, JAM_OUT)
        time.sleep(PAUSE_SECONDS)

    def wait_for(self, hands: BenchHands) -> None:
        """Wait until the jam listens; JamBotError where it does not in `LOAD_SECONDS`."""
        log = self._folder / LOG_FILE
        deadline = time.monotonic() + LOAD_SECONDS
        while not (hands.sees(JAM_IN, JAM_OUT) and log.is_file() and log.stat().st_size):
            if self._process.poll() is not None:
                raise self._failed(f"it ended at once with exit code {self._process.returncode}")
            if time.monotonic() > deadline:
                raise self._failed(f"it was not ready after {LOAD_SECONDS:g} s")
            time.sleep(0.05)

    def end(self, within_seconds: float = END_SECONDS) -> int:
        """Let go of its input, whereupon it ends with its report; its exit code."""
        self._let_go()
        try:
            return self._process.wait(timeout=within_seconds)
        except subprocess.TimeoutExpired:
            raise self._failed(f"told to end, it still ran {within_seconds:g} s later") from None

    def report(self) -> dict[str, Any]:
        """Its own `report.json`."""
        try:
            report = json.loads((self._folder / "report.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise self._failed("it left no report") from None
        return dict(report)

    def _let_go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _failed(self, what: str) -> JamBotError:
        try:
            file = self._folder / "jam.txt"
            words = file.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            words = ""
        last = "; ".join(words.splitlines()[-3:])
        told = f"the jam: {what}" + (f" ({last})" if last else "")
        return JamBotError(told, "a jam over JACK", "")


def time_of_tree(pid: int) -> float | None:
    """Seconds of one core that process `pid` and all below it have used so far.

    Read from `/proc` where there is one, else by `psutil` where that is installed (it comes with
    the extras `train` and `dev`); None where neither can tell.
    """
    if Path("/proc/self/stat").is_file():
        return _from_proc(pid)
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        return None
    return _from_psutil(psutil, pid)


def _from_proc(pid: int) -> float | None:
    """User and system time of everything whose chain of parents leads to `pid`."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name in brackets may hold blanks and brackets: what follows the last one is plain.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = int(fields[11]) + int(fields[12])
    if pid not in ticks:
        return None
    below = {pid}
    while grown := {child for child, parent in parents.items() if parent in below} - below:
        below |= grown
    return sum(ticks[one] for one in below) / float(os.sysconf("SC_CLK_TCK"))


def _from_psutil(psutil: Any, pid: int) -> float | None:
    try:
        root = psutil.Process(pid)
        used = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    except psutil.Error:
        return None
    return float(sum(times.user + times.system for times in used))
