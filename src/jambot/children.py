"""Processes that this one starts: Ctrl-C is no business of theirs.

It reaches every process of a terminal. One that is still loading would answer it with a traceback,
and so would one that was half started. Whoever starts them ends them.
"""

import ctypes
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any


def begin(
    work: Callable[..., None], *given: Any, name: str, daemon: bool = True
) -> tuple[SpawnProcess, Connection]:
    """Start a process that does `work(pipe, *given)`, left alone; the process, our end of the pipe.

    OSError where the system starts none.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *given), name=name, daemon=daemon)
    try:
        with left_alone():
            process.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


@contextmanager
def left_alone() -> Iterator[None]:
    """Processes started in this context hear no Ctrl-C; this one hears it when they are started.

    On Windows a Ctrl-C within the context is lost; it lasts for milliseconds.

    Threads: for processes started on the calling thread.
    """
    heard: list[FrameType | None] = []
    before = signal.getsignal(signal.SIGINT)
    first = threading.current_thread() is threading.main_thread()
    if not (first and callable(before)):
        with _deaf():
            yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(frame))
    try:
        with _deaf():
            yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            before(signal.SIGINT, heard[0])


if sys.platform == "win32":

    @contextmanager
    def _deaf() -> Iterator[None]:
        """Whoever is started meanwhile is deaf as this process is."""
        ignore = ctypes.windll.kernel32.SetConsoleCtrlHandler
        ignore(None, 1)
        try:
            yield
        finally:
            ignore(None, 0)

else:

    @contextmanager
    def _deaf() -> Iterator[None]:
        """Whoever is started by this thread meanwhile is deaf as this thread is."""
        resource_tracker.ensure_running()  # starting it would let Ctrl-C in again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
