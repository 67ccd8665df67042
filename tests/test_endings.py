"""How a jam ends when the world wants it to: as a real process, told, hung up on, or robbed."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

pytestmark = pytest.mark.timeout(600)
posix = pytest.mark.skipif(os.name != "posix", reason="terminals of that kind are POSIX")
CEILING_SECONDS = 100.0


class Jam:
    """`jambot jam` with the built-in pianist, into memory, as a process of its own."""

    def __init__(self, folder, *options, **popen):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jambot", "jam", "--backend", "auto", "--adapter", "chord-tones",
             "--report", str(folder), *options],
            env={**os.environ, "JACK_DEFAULT_SERVER": "none-of-that-name"},
            **popen,
        )  # fmt: skip

    def wait_for_notes(self, count=3):
        log = self.folder / "session.jsonl"
        deadline = time.monotonic() + CEILING_SECONDS
        while not (log.is_file() and log.read_bytes().count(b'"event": "played"') >= count):
            assert self.process.poll() is None, f"it ended by itself: {self.process.returncode}"
            assert time.monotonic() < deadline, "nothing was played"
            time.sleep(0.05)

    def ended(self):
        """The exit status, and the report's figures; the log is whole and nothing rings."""
        self.process.wait(timeout=CEILING_SECONDS)
        rows = (self.folder / "session.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(rows[-1])["event"] == "end"
        report = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        assert report["stuck_notes"] == 0
        assert (self.folder / "session.mid").is_file()
        return self.process.returncode, report


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(*options, **popen):
        started.append(Jam(tmp_path / "take", *options, **popen))
        return started[-1]

    yield begin
    for jam in started:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(jam.process.pid).children(recursive=True):
                child.kill()
        jam.process.kill()
        jam.process.wait()
        for stream in (jam.process.stdout, jam.process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def a_terminal():
    """Its two ends: the one a person looks at, and the one programs write to."""
    import pty

    looked_at, written_to = pty.openpty()
    open_ends = [looked_at, written_to]
    try:
        yield looked_at, written_to, lambda: os.close(open_ends.pop(0))
    finally:
        for end in open_ends:
            os.close(end)


ASKINGS = [signal.SIGINT, signal.SIGTERM] if os.name == "posix" else [signal.CTRL_BREAK_EVENT]


@pytest.mark.parametrize("asking", ASKINGS, ids=str)
def test_asked_to_end_it_ends_its_notes_writes_its_report_and_says_where(start, asking):
    group = {} if os.name == "posix" else {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    jam = start("--no-view", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **group)
    jam.wait_for_notes()
    jam.process.send_signal(asking)
    said, complained = jam.process.communicate(timeout=CEILING_SECONDS)
    assert jam.ended()[0] == 0
    assert "report:" in said
    assert complained == ""


@pytest.mark.slow
def test_it_ends_with_its_report_when_the_program_that_started_it_lets_go_or_dies(start):
    jam = start("--no-view", "--until-input-ends", stdin=subprocess.PIPE)
    jam.wait_for_notes()
    jam.process.stdin.write(b"whatever it is told")
    jam.process.stdin.flush()
    jam.wait_for_notes(6)
    jam.process.stdin.close()
    assert jam.ended()[0] == 0


@pytest.mark.slow
def test_when_nobody_reads_what_it_says_any_more_it_plays_on_and_ends_with_its_report(start):
    jam = start("--no-view", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    jam.wait_for_notes(2)
    jam.process.stdout.close()
    jam.wait_for_notes(6)
    jam.process.terminate() if os.name == "posix" else jam.process.send_signal(ASKINGS[0])
    jam.ended()
    assert "Traceback" not in jam.process.stderr.read()


@pytest.mark.slow
@posix
def test_a_terminal_that_is_closed_ends_it_with_its_report(start):
    import fcntl
    import termios

    with a_terminal() as (_, terminal, close):
        jam = start(
            "--port", "0", stdin=terminal, stdout=terminal, stderr=terminal,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        jam.wait_for_notes()
        close()
        jam.ended()


@pytest.mark.slow
def test_a_room_that_is_killed_while_it_plays_leaves_the_music_and_the_take_alone(start):
    jam = start("--port", "0", stdout=subprocess.DEVNULL)
    jam.wait_for_notes()
    children = psutil.Process(jam.process.pid).children()
    (room,) = [child for child in children if child.net_connections("tcp")]
    room.kill()
    jam.wait_for_notes(12)
    jam.process.send_signal(ASKINGS[0])
    status, report = jam.ended()
    assert status == 0
    assert report["notes"] >= 12
    assert report["underruns"] == 0


@posix
@pytest.mark.parametrize(
    ("module", "times"), [("typer.models", 1), ("uvicorn.config", 2)], ids=["itself", "its room"]
)
def test_ctrl_c_while_it_loads_ends_all_its_processes_without_a_traceback(
    start, module, times, monkeypatch
):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # it says each module that it has loaded
    jam = start(
        "--port", "0", "--no-open", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    for line in jam.process.stdout:
        times -= line.rstrip().endswith(f" {module}")
        if not times:
            break
    os.killpg(jam.process.pid, signal.SIGINT)
    said, _ = jam.process.communicate(timeout=CEILING_SECONDS)
    assert times == 0
    assert "Traceback" not in said
    # Where the Ctrl-C met code that was made of a string, as dataclasses are, `python -m` ends by
    # the signal itself; shells make 130 of that too.
    by_ctrl_c = (130, -signal.SIGINT)
    # Beside a room that loads the jam itself may have begun, and then it ends as a jam does.
    assert jam.process.returncode in (by_ctrl_c if module == "typer.models" else (*by_ctrl_c, 0))
