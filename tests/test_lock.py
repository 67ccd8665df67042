"""One writer to a folder at a time: the second names the first, and the dead hold nothing."""

import subprocess
import sys

import pytest

from jambot.errors import UsageError
from jambot.lock import lock_file, only_writer

HOLDER = """
import sys
from pathlib import Path
from jambot.lock import only_writer
with only_writer(Path(sys.argv[1]), "prepare", "--out"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline().strip() == "held"
        yield process
        process.kill()


def hold(folder):
    return only_writer(folder, "prepare", "--out")


def test_a_second_one_is_refused_and_names_the_first(holder, tmp_path):
    told = f"process {holder.pid} on.*one `jambot prepare` at a time.*choose another --out"
    with pytest.raises(UsageError, match=told), hold(tmp_path):
        pass


def test_the_dead_hold_nothing(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert lock_file(tmp_path, "prepare").is_file()
    with hold(tmp_path):
        pass


def test_it_is_let_go_also_by_one_that_fails(tmp_path):
    with pytest.raises(RuntimeError), hold(tmp_path):
        raise RuntimeError
    with hold(tmp_path):
        pass


def test_commands_do_not_stand_in_each_others_way(tmp_path):
    with hold(tmp_path), only_writer(tmp_path, "train", "name"):
        pass


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path):
    lock_file(tmp_path, "prepare").mkdir()
    with pytest.raises(UsageError, match="written to"), hold(tmp_path):
        pass
