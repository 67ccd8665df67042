"""What goes wrong on stages, done to real processes: each as it happens to musicians."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

from jambot.evaluation.bench.hands import BenchHands
from lab.endurance.faults import NOISE

JAM_CLOCK = "jambot:clock"
FROZEN_SECONDS = (0.2, 3.0)
AWAY_SECONDS = (1.0, 15.0)
FULL_SECONDS = (2.0, 20.0)
FLOOD_SECONDS, FLOOD_MESSAGES = 1.0, 10_000
TICKS = (b"\xf8",)
TRANSPORT = (b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xf2\x00\x00", b"\xf2\x13\x02")


def processes(pid: int) -> dict[str, psutil.Process]:
    """`stage`, and of its children `room` (it listens to browsers) and `player`, where they are."""
    stage = psutil.Process(pid)
    found = {"stage": stage}
    for child in stage.children():
        try:
            words = " ".join(child.cmdline())
            if "spawn_main" not in words and "jambot" not in words:
                continue
            listens = any(c.status == psutil.CONN_LISTEN for c in child.net_connections("tcp"))
            found.setdefault("room" if listens else "player", child)
        except psutil.Error:
            continue
    return found


class PianistProcess:
    """The pianist, who can be killed and come back. A fresh one plays something else."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def there(self) -> bool:
        """Whether it plays."""
        return self._process is not None and self._process.poll() is None

    def come(self) -> None:
        """Start it; it is there a moment later."""
        seed = str(self._random.randrange(1 << 30))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lab.soak.pianist", seed],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.DEVNULL,
        )

    def go(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass(slots=True)
class Faults:
    """Draws faults and does them to the jam `pid`; `go_on` ends those that last.

    `keys` and `host` play into the jam's input and its clock; `frozen` is told for how long the
    stage was stopped. Threads: one.
    """

    random: Random
    pid: int
    folder: Path
    pianist: PianistProcess
    keys: BenchHands
    host: BenchHands
    frozen: Callable[[float], None]
    _ends: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """All that can happen here."""
        return [name for name, (_, possible) in self._all().items() if possible]

    def draw(self) -> dict[str, Any]:
        """Do one of them; what it was, with its figures."""
        name = self.random.choice(self.names)
        return {"fault": name, **self._all()[name][0]()}

    def go_on(self) -> None:
        """End what is due."""
        now = time.perf_counter()
        due = [end for until, end in self._ends if until <= now]
        self._ends = [(until, end) for until, end in self._ends if until > now]
        for end in due:
            end()

    @property
    def pianist_away(self) -> bool:
        """Whether the pianist was sent away and is to come back."""
        return any(end == self.pianist.come for _, end in self._ends)

    def end_all(self) -> None:
        """Nothing lasts any longer."""
        for _, end in self._ends:
            end()
        self._ends.clear()

    def _all(self) -> dict[str, tuple[Callable[[], dict[str, Any]], bool]]:
        posix, linux = sys.platform != "win32", sys.platform == "linux"
        return {
            "player killed": (lambda: self._kill("player"), True),
            "room killed": (lambda: self._kill("room"), True),
            "stage frozen": (self._freeze, posix),
            "keyboard gone": (self._leave, True),
            "keys flood": (lambda: self._flood(self._any_key), True),
            "controls flood": (lambda: self._flood(self._any_control), True),
            "noise floods": (lambda: self._flood(lambda: self.random.choice(NOISE)), True),
            "ticks at one moment": (self._bunch, True),
            "mad clock": (self._mad_clock, True),
            "sane clock": (self._sane_clock, True),
            "disk full": (self._fill_disk, linux),
            "all notes off": (self._panic, True),
        }

    def _kill(self, which: str) -> dict[str, Any]:
        process = processes(self.pid).get(which)
        if process is None:
            return {"found": False}
        process.kill()
        return {"found": True}

    def _freeze(self) -> dict[str, Any]:
        seconds = self.random.uniform(*FROZEN_SECONDS)
        stage = psutil.Process(self.pid)
        began = time.perf_counter()
        stage.send_signal(signal.SIGSTOP)

        def thaw() -> None:
            stage.send_signal(signal.SIGCONT)
            self.frozen(time.perf_counter() - began)

        self._later(seconds, thaw)
        return {"seconds": round(seconds, 3)}

    def _leave(self) -> dict[str, Any]:
        if not self.pianist.there:
            return {"found": False}
        seconds = self.random.uniform(*AWAY_SECONDS)
        self.pianist.go()
        self._later(seconds, self.pianist.come)
        return {"found": True, "seconds": round(seconds, 3)}

    def _flood(self, make: Callable[[], bytes]) -> dict[str, Any]:
        start = self.keys.now() + 0.02
        for i in range(FLOOD_MESSAGES):
            self.keys.play(make(), start + i * FLOOD_SECONDS / FLOOD_MESSAGES)
        self.keys.play(b"\xb0\x7b\x00", start + FLOOD_SECONDS + 0.2)
        return {"messages": FLOOD_MESSAGES}

    def _any_key(self) -> bytes:
        status = self.random.choice((0x80, 0x90))
        return bytes((status, self.random.randrange(128), self.random.randrange(128)))

    def _any_control(self) -> bytes:
        return bytes((0xB0, self.random.randrange(120), self.random.randrange(128)))

    def _bunch(self) -> dict[str, Any]:
        many, at = self.random.choice((3, 5, 30, 200)), self.host.now() + 0.02
        for _ in range(many):
            self.host.play(b"\xf8", at)
        return {"ticks": many}

    def _mad_clock(self) -> dict[str, Any]:
        apart = self.random.choice((21e-6, 0.0005, 0.002, 0.005))
        words = self.random.choice((TICKS, TRANSPORT))
        start = self.host.now() + 0.02
        for i in range(1000):
            self.host.play(self.random.choice(words), start + i * apart)
        return {"apart_seconds": apart, "with_transport": words is TRANSPORT}

    def _sane_clock(self) -> dict[str, Any]:
        bpm, start = self.random.uniform(60.0, 200.0), self.host.now() + 0.02
        self.host.play(b"\xfa", start)
        for tick in range(24 * 16):
            self.host.play(b"\xf8", start + tick * 60.0 / bpm / 24)
        return {"bpm": round(bpm, 1)}

    def _fill_disk(self) -> dict[str, Any]:
        """No file of the stage's may grow: to it a full disk, and nobody else's."""
        seconds = self.random.uniform(*FULL_SECONDS)
        stage = psutil.Process(self.pid)
        size = (self.folder / "session.jsonl").stat().st_size
        stage.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))
        free = (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)
        self._later(seconds, lambda: stage.rlimit(psutil.RLIMIT_FSIZE, free))
        return {"seconds": round(seconds, 3)}

    def _panic(self) -> dict[str, Any]:
        for channel in range(16):
            self.keys.play(bytes((0xB0 | channel, 123, 0)), self.keys.now())
        return {}

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.perf_counter() + seconds, end))
