"""What the plugin's tests play with: the CLAP host of our own, and an engine without a player."""

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jambot.realtime.clock import SystemClock
from jambot.realtime.ports import Instrument, SentMessage, TimedMessage
from jambot.realtime.ports.plugin_link import PluginLink
from jambot.realtime.ports.plugin_port import PluginInput, PluginOutput

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20.0
OF_WINE = ("PATH", "WINEPREFIX", "WINEDEBUG")


@dataclass(frozen=True, slots=True)
class Out:
    """One message that left the plugin: at which of the host's frames, on which of its beats."""

    frame: int
    data: bytes
    beat: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How long process() took, in nanoseconds, and how often it called what it must not call."""

    blocks: int
    p50_ns: int
    p99_ns: int
    longest_ns: int
    traps: int
    last: str


class ClapHost:
    """tests/plugin/clap_host.cpp as a child, led word by word. Closing it ends it."""

    def __init__(
        self, program: list[str | Path], plugin: Path, home: Path, rate: int = 48000
    ) -> None:
        self.outs: list[Out] = []
        self._child = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={name: os.environ[name] for name in OF_WINE if name in os.environ}
            | {"JAMBOT_HOME": str(home), "HOME": str(home)},
        )
        self.do(f"load {plugin}")
        self.do(f"activate {rate}")

    def do(self, line: str) -> list[str]:
        """Have a line carried out; gives what it said besides messages that left."""
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()
        return self._answer(line)

    def begin(self, line: str) -> Callable[[], list[str]]:
        """Begin what takes its time; call what is given to wait for its end."""
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()
        return lambda: self._answer(line)

    def _answer(self, line: str) -> list[str]:
        assert self._child.stdout is not None
        said: list[str] = []
        for answer in self._child.stdout:
            words = answer.split()
            if words == ["done"]:
                return said
            if words[0] == "error":
                raise AssertionError(f"{line}: {answer}")
            if words[0] == "out":
                data = bytes(int(word) for word in words[2:5])
                self.outs.append(Out(int(words[1]), data, float(words[5])))
            else:
                said.append(answer.rstrip("\n"))
        raise AssertionError(f"the host ended at {line!r} with {self._child.wait()}")

    def value(self, parameter: int) -> float:
        """What a parameter is."""
        return float(self.do(f"get {parameter}")[0].split()[2])

    def text(self, parameter: int) -> str:
        """What the host shows of a parameter."""
        return self.do(f"get {parameter}")[0].split("|", 1)[1]

    @property
    def frame(self) -> int:
        """The first frame of the next block."""
        return int(self.do("where")[0].split()[1])

    def stats(self) -> Stats:
        """Since they were last asked for; traps since the beginning."""
        words = self.do("stats")[0].split()
        numbers = [int(word) for word in words[1:5]]
        return Stats(*numbers, int(words[6]), " ".join(words[7:]))

    def until(self, holds: Callable[[], bool], frames: int = 64) -> None:
        """Go on in time until something holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, "it did not come about"
            self.do(f"run 0.02 {frames}")

    @property
    def sounding(self) -> dict[tuple[int, int], int]:
        """Which notes its MIDI output has left sounding."""
        return sounding(out.data for out in self.outs)

    def close(self) -> None:
        if self._child.poll() is None:
            self.do("deactivate")
            assert self._child.stdin is not None
            self._child.stdin.write("quit\n")
            self._child.stdin.close()
            self._child.wait(10)
        assert self._child.stdout is not None
        self._child.stdout.close()


def sounding(messages: object) -> dict[tuple[int, int], int]:
    """Notes struck more often than ended, of messages in order."""
    struck: Counter[tuple[int, int]] = Counter()
    for data in messages:  # type: ignore[attr-defined]
        key = (data[0] & 0x0F, data[1])
        if data[0] >> 4 == 9 and data[2]:
            struck[key] += 1
        elif data[0] >> 4 in (8, 9):
            struck[key] = max(0, struck[key] - 1)
    return {key: count for key, count in struck.items() if count}


class Engine:
    """The engine's ports and nothing behind them, ticking in a thread of its own."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.link = PluginLink.open(self.clock)
        self.instrument = Instrument(self.link, self.clock)
        self.input, self.output = PluginInput(self.instrument), PluginOutput(self.instrument)
        self.heard: list[TimedMessage] = []
        self.sent: list[SentMessage] = []
        self.lock = threading.Lock()
        self.frozen = False
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending:
            if not self.frozen:
                with self.lock:
                    self.tick()
            time.sleep(0.001)

    def tick(self) -> None:
        """What the stage does once a millisecond."""
        self.heard += self.input.poll()
        self.sent += self.output.sent()

    def send(self, data: bytes, at: float | None = None) -> None:
        with self.lock:
            self.output.send(data, at)

    @property
    def met(self) -> bool:
        """Whether a plugin plays with it, and its time is known."""
        talk = self.link.talk
        return talk is not None and talk.line.known

    def seconds_at(self, frame: int) -> float:
        talk = self.link.talk
        assert talk is not None
        return talk.line.seconds_at(frame)

    def kill(self) -> None:
        """End as a process does that is killed: without a word."""
        self._ending = True
        self._thread.join()
        self.link._door.close()

    def close(self) -> None:
        """End as a jam does."""
        self._ending = True
        self._thread.join()
        if self.link._door.fileno() >= 0:
            self.output.close()
