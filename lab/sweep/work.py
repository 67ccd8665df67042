"""Many pieces of work in order, by this process or by several."""

import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from jambot.children import left_alone

Task = TypeVar("Task")
Made = TypeVar("Made")


def in_order(
    make: Callable[[Task], Made], tasks: Sequence[Task], jobs: int = 1
) -> Generator[Made, None, None]:
    """`make` of each task, in the tasks' order, by `jobs` processes at a time.

    With more than one, `make` and the tasks must be picklable. Closed early (an interruption
    too), it waits for the tasks under way and leaves the rest.
    """
    if jobs <= 1:
        yield from map(make, tasks)
        return
    pool = ProcessPoolExecutor(min(jobs, len(tasks) or 1), get_context("spawn"), _deaf)
    try:
        with left_alone():
            made = pool.map(make, tasks)
        yield from made
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _deaf() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
