"""Processor time of a program and of what it starts."""

import os
import subprocess
import sys
import time

import pytest

from jambot.evaluation.bench.jam_process import time_of_tree

BUSY = "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True); input()"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"


@pytest.mark.skipif(time_of_tree(os.getpid()) is None, reason="no /proc and no psutil here")
def test_what_a_child_uses_counts():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout.readline().strip() == b"done"
        used = time_of_tree(parent.pid)
        parent.communicate(b"\n")
    assert 0.25 < used < 30.0
    assert time_of_tree(os.getpid()) == pytest.approx(time.process_time(), rel=0.5)


def test_a_process_that_is_not_there_has_no_time():
    assert time_of_tree(2**30) is None
