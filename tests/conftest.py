"""Real parts for tests: a program that must be there, a JACK server without a sound card; and a
session log written by hand, a few bars of a take, event by event.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, settings

from jambot.errors import PortError
from jambot.generation import ChordToneModel
from jambot.model.folder import Manner
from jambot.music.take import Take, read_take
from jambot.realtime.ports.jack_server import load_jack, open_client
from jambot.tokens import VOCABULARY

# How long an example takes tells how busy the machine is; with CI set hypothesis knows that itself.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


JACK_FIXTURES = {"jack_server", "mortal_jack_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes run the tests, a file stays in one. What needs JACK is slow: its
    servers and clients share a registry in memory, and want nothing to come and go beside them.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path)))
        if JACK_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What all tests load is more than any jam holds: to look through it for garbage takes 0.7 s,
    in which a stage of this process stands still.
    """
    if item.get_closest_marker("slow"):
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_ones_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither see nor touch the styles of whoever runs them."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JAMBOT_HOME", str(tmp_path_factory.mktemp("own")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Whoever runs the tests in the background has its shell make them deaf to Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], str]:
    """`require_program("fluidsynth")` gives its path; missing, it skips here and fails in CI."""

    def require(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"{name} is not installed; `make test` installs it where apt-get is there"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return require


@pytest.fixture(scope="session")
def mutated() -> Callable[[bytes, Random], bytes]:
    """Damages the bytes of a MIDI file: two in three gently (a parser may well read it)."""

    def mutate(content: bytes, random: Random) -> bytes:
        data = bytearray(content)
        if random.random() < 0.67:
            for _ in range(random.randint(1, 3)):
                place = random.randrange(30, len(data))
                data[place] = random.choice([random.randrange(128), data[place] ^ 1, 0, 127])
            return bytes(data)
        for _ in range(random.randint(1, 8)):
            place, kind = random.randrange(len(data)), random.randrange(4)
            if kind == 0:
                data[place] = random.randrange(256)
            elif kind == 1:
                del data[place : place + random.randint(1, 6)]
            elif kind == 2:
                data[place:place] = data[place : place + random.randint(1, 40)]
            else:
                high = [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"]
                data[place : place + 4] = random.choice(high)
        return bytes(data[: random.randrange(1, len(data) + 1)] if random.random() < 0.1 else data)

    return mutate


_server_numbers = count()


@dataclass(slots=True)
class JackServer:
    """A jackd on its dummy driver, under a name of its own: it meets neither a user's server nor
    another test's.
    """

    program: str
    name: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.begin()
        if not _answers(self.process) and _forget_dead_servers():
            self.begin()
        if not _answers(self.process):
            pytest.fail(f"jackd did not answer (exit status {self.process.poll()})")

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self) -> None:
        """End it and leave nothing behind; a killed one is started once more to tidy up itself."""
        if self.process.poll() is not None:
            self.begin()
            _answers(self.process)
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()

    def begin(self) -> None:
        """Start it and wait for nothing."""
        # Real time where it is allowed: on a busy machine the dummy driver's own runs slow.
        options = f"--realtime -S -n {self.name} -d dummy -r 48000 -p 64"
        self.process = subprocess.Popen(
            [self.program, *options.split()],
            env={**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def _running_jackd(program: str) -> Iterator[JackServer]:
    """A server that every client started meanwhile finds, those of other processes too."""
    server = JackServer(program, f"jambot-test-{os.getpid()}-{next(_server_numbers)}")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JACK_DEFAULT_SERVER", server.name)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _answers(process: subprocess.Popen[bytes]) -> bool:
    jack = load_jack()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        try:
            open_client(jack, "waiting").close()
            return True
        except PortError:
            time.sleep(0.05)
    return False


def _forget_dead_servers() -> bool:
    """Remove what killed servers left: JACK counts eight at most, the dead ones too.

    False, and nothing removed, while any jackd runs.
    """
    if any(process.info["name"] == "jackd" for process in psutil.process_iter(["name"])):
        return False
    for path in Path("/dev/shm").glob("jack*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return True


@pytest.fixture(scope="module")
def jack_server(require_program: Callable[[str], str]) -> Iterator[JackServer]:
    """A JACK server for one test module, on the dummy driver: 48 kHz, 64 frames a period."""
    with _running_jackd(require_program("jackd")) as server:
        yield server


@pytest.fixture
def mortal_jack_server(require_program: Callable[[str], str]) -> Iterator[JackServer]:
    """A JACK server of one test's own, to be killed."""
    with _running_jackd(require_program("jackd")) as server:
        yield server


class LogBook:
    """Writes a session at 120 bpm (a beat is half a second), in the order of the calls."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.path = folder / "session.jsonl"
        self.lines: list[dict[str, Any]] = [
            {
                "event": "session", "version": "0", "seed": 1, "model": "test", "adapter": None,
                "bpm": 120.0, "beats_per_bar": 4, "backend": "memory", "response": "now",
                "clock": "internal", "realtime": True, "knobs": {}, "machine": {},
            } | settings
        ]  # fmt: skip

    def write(self, event: str, **fields: Any) -> "LogBook":
        self.lines.append({"event": event, **fields})
        return self

    def harmony(self, id: int, seconds: float, chord: tuple[int, list[int]]) -> "LogBook":
        return self.write(
            "harmony",
            id=id,
            seconds=seconds,
            beat=seconds * 2,
            bass=chord[0],
            pitch_classes=chord[1],
        )

    def trigger(self, seconds: float) -> "LogBook":
        return self.write("trigger", seconds=seconds, beat=seconds * 2, reason="pedal")

    def note(
        self,
        due: float,
        pitch: int = 72,
        *,
        late_ms: float = 0.0,
        harmony: int | None = 1,
        source: str = "model",
        ends_after: float | None = 0.25,
        expected: int = 0,
    ) -> "LogBook":
        self.write(
            "played", onset_beats=due * 2, duration_beats=0.5, pitch=pitch, velocity=90,
            due_seconds=due, sent_seconds=due + late_ms / 1000, source=source, prompt=1,
            harmony=harmony, expected=expected,
        )  # fmt: skip
        if ends_after is not None:
            off = due + ends_after
            self.write("ended", pitch=pitch, due_seconds=off, sent_seconds=off, beat=off * 2)
        return self

    def frames(self, lookaheads: list[float], valid: bool = True) -> "LogBook":
        for i, bars in enumerate(lookaheads):
            self.write("frame", seconds=i / 8, beat=i / 4, valid=valid, lookahead_bars=bars)
        return self

    def end(self, seconds: float) -> "LogBook":
        return self.write("end", seconds=seconds, beat=seconds * 2, reason="seconds")

    def text(self) -> str:
        return "".join(json.dumps(line) + "\n" for line in self.lines)

    def take(self) -> Take:
        self.path.write_text(self.text(), encoding="utf-8")
        return read_take(self.path)


@pytest.fixture
def log_book(tmp_path: Path) -> Callable[..., LogBook]:
    """`log_book(response="bar")` begins a session with these settings."""
    return lambda **settings: LogBook(tmp_path, **settings)


class ChordPlayer(ChordToneModel):
    """Eighths on chord tones, most of them with keys below them: as many as a hand can hold."""

    manner = Manner()

    def fork(self) -> "ChordPlayer":
        return ChordPlayer()

    def logits(self) -> np.ndarray:
        logits = super().logits()
        if self._ids and VOCABULARY.field(self._ids[-1]) in ("VEL", "COLOUR"):
            logits[VOCABULARY.ids("COLOUR")] = np.linspace(2.0, 8.0, 88)
        return logits


@pytest.fixture(scope="session")
def chord_player() -> type[ChordPlayer]:
    """A model that plays chords, without weights."""
    return ChordPlayer
