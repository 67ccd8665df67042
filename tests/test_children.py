"""Ctrl-C while processes are being started."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from jambot.children import left_alone

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows tells by no signal")


@pytest.fixture
def own_ctrl_c():
    """Ctrl-C as Python has it: libraries of other tests may have left a handler of theirs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("own_ctrl_c")
def test_it_is_heard_when_they_are_started_and_not_before():
    reached = False
    with pytest.raises(KeyboardInterrupt), left_alone():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        reached = True
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_another_thread_nothing_of_it_is_felt():
    felt: list[bool] = []

    def start() -> None:
        with left_alone():
            felt.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert felt == [True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


FIRST_CHILD = """
import multiprocessing, signal
from jambot.children import left_alone
def say():
    print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()), flush=True)
if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=say)
    with left_alone():
        child.start()
    child.join()
    say()
"""


def test_also_the_first_one_is_deaf_from_its_first_moment(tmp_path):
    (tmp_path / "first.py").write_text(FIRST_CHILD)
    run = subprocess.run(
        [sys.executable, str(tmp_path / "first.py")], capture_output=True, text=True, timeout=100
    )
    assert run.stdout.split() == ["True", "False"]
