"""One `prepare` at a time: the second names the first, and the dead hold nothing."""

import subprocess
import sys

import pytest

from jambot.errors import UsageError
from jambot.roles.lock import LOCK_FILE, only_writer
from jambot.roles.prepare import prepare

HOLDER = """
import sys
from pathlib import Path
from jambot.roles.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder until its input ends."""
    (tmp_path / "out").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "out")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline().strip() == "held"
        yield process
        process.kill()


def test_a_second_run_is_refused_and_names_the_first(holder, songs, tmp_path):
    with pytest.raises(UsageError, match=f"process {holder.pid} on"):
        prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert not list((tmp_path / "out").glob("songs*"))


def test_a_killed_run_holds_nothing(holder, songs, tmp_path):
    holder.kill()
    holder.wait()
    assert (tmp_path / "out" / LOCK_FILE).is_file()
    assert prepare([songs], tmp_path / "out", transpose="0", jobs=0).written == 3


def test_the_lock_is_let_go_also_by_a_run_that_fails(tmp_path):
    with pytest.raises(RuntimeError), only_writer(tmp_path):
        raise RuntimeError
    with only_writer(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(UsageError, match="written to"), only_writer(tmp_path):
        pass
