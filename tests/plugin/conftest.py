"""The plugin as it is built here, in real hosts, with the engine's own end of the talk.

Where JAMBOT_WINE names the command wine, the CLAP and its host are Windows' own, built by zig and
run on Wine; the engine is of this system.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.plugin.hosts import ROOT, ClapHost, Engine

SHIP = ROOT / "src" / "jambot" / "assets" / "plugin" / f"linux-{platform.machine()}"
WINE = os.environ.get("JAMBOT_WINE")
DPF = Path("/usr/share/dpf/distrho/DistrhoPluginMain.cpp")


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """`build("clap")` makes a word of plugin/Makefile; it skips here and fails in CI without g++ or
    DPF. One process at a time builds.
    """

    def make(word: str) -> None:
        if sys.platform != "linux":
            pytest.skip("the hosts of these tests run on Linux")
        import fcntl

        missing = [name for name in ("make", "g++") if shutil.which(name) is None]
        if not DPF.is_file():
            missing.append("dpf-source")
        if missing:
            message = f"{', '.join(missing)} not installed; `make test` installs it with apt-get"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        lock_file = ROOT / "build" / "plugin" / ".lock"
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        with lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = subprocess.run(
                ["make", "-s", "-C", ROOT / "plugin", word, f"PYTHON={sys.executable}"],
                capture_output=True,
                text=True,
            )
        assert done.returncode == 0, done.stderr[-4000:]

    return make


@pytest.fixture(scope="session")
def clap(build: Callable[[str], None]) -> Path:
    """The CLAP, built."""
    build("windows" if WINE else "clap")
    return (SHIP.parent / "windows-x86_64" if WINE else SHIP) / "JAM_BOT.clap"


@pytest.fixture(scope="session")
def clap_host_program(build: Callable[[str], None]) -> list[str | Path]:
    """The command of the host."""
    build("windows-tests" if WINE else "tests")
    program = ROOT / "build" / "plugin" / ("clap_host.exe" if WINE else "clap_host")
    return [WINE, program] if WINE else [program]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of our own, so that no other engine is met."""
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def make_host(
    clap: Path, clap_host_program: list[str | Path], home: Path
) -> Iterator[Callable[..., ClapHost]]:
    """`make_host(rate=48000)` is a CLAP host with the plugin loaded and active."""
    made: list[ClapHost] = []

    def make(rate: int = 48000) -> ClapHost:
        made.append(ClapHost(clap_host_program, clap, home, rate))
        return made[-1]

    yield make
    for host in made:
        host.close()


@pytest.fixture
def make_engine(home: Path) -> Iterator[Callable[[], Engine]]:
    """`make_engine()` listens as a jam would."""
    made: list[Engine] = []

    def make() -> Engine:
        made.append(Engine())
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def met(
    make_host: Callable[..., ClapHost], make_engine: Callable[[], Engine]
) -> tuple[ClapHost, Engine]:
    """A host whose plugin has found its engine."""
    engine, host = make_engine(), make_host()
    host.until(lambda: engine.met)
    return host, engine
