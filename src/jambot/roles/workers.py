"""Workers that may crash or hang without taking the run with them.

Parsing strangers' files can kill a process or never end (symusic issue #104). Each worker is a
process of its own with one item in hand; one that dies or takes too long is replaced, its item is
reported as lost, and the run goes on.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from jambot.children import begin
from jambot.roles.memory import peak_memory_bytes

Item = TypeVar("Item")
Result = TypeVar("Result")

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"), "1"
)
"""Workers are as many as there are cores: numpy's own threads on top cost twenty times the sum."""
START_S = 120.0
"""How long a fresh worker may take to come up on a busy machine before its item's time counts."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a worker sends when it takes an item up: its time runs from here."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What a worker sends instead of a result when its task raised."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Done(Generic[Result]):
    """What a worker sends when an item is done: the result, and the most memory it has held."""

    result: Result | _Fault
    peak_bytes: int


@dataclass(slots=True)
class _Worker(Generic[Item]):
    """A process, our end of its pipe, and the item it has in hand (None when idle)."""

    process: BaseProcess
    pipe: Connection
    item: Item | None = None
    deadline: float = float("inf")
    peak_bytes: int = 0


class WorkerPool(Generic[Item, Result]):
    """Runs `task` on items in `jobs` processes.

    Threads: one thread drives it; the processes are spawned, share nothing and ignore Ctrl-C, which
    the parent handles. `task`, items and results must pickle; what `task` raises loses its item.
    `peak_bytes` is the most memory that all workers together can have held: the sum of their peaks.
    """

    def __init__(
        self,
        task: Callable[[Item], Result],
        lost: Callable[[Item, str, int], Result],
        jobs: int,
        timeout_s: float,
    ) -> None:
        self._task, self._lost, self._timeout_s = task, lost, timeout_s
        self.peak_bytes = 0
        self._workers = [self._hire() for _ in range(jobs)]

    def run(self, items: Iterable[Item]) -> Iterator[Result]:
        """The results in order of completion; items are taken only as workers fall idle."""
        source, exhausted = iter(items), False
        try:
            while True:
                for worker in self._workers:
                    if worker.item is None and not exhausted:
                        try:
                            self._hand(worker, next(source))
                        except StopIteration:
                            exhausted = True
                busy = [worker for worker in self._workers if worker.item is not None]
                if not busy:
                    return
                yield from self._collect(busy)
        finally:
            self.close()

    def close(self) -> None:
        """End every worker, whatever it is doing."""
        for worker in self._workers:
            self._dismiss(worker)

    def _hire(self) -> _Worker[Item]:
        with _environment(ONE_THREAD):
            process, ours = begin(_serve, self._task, name="jambot prepare")
        return _Worker(process, ours)

    def _hand(self, worker: _Worker[Item], item: Item) -> None:
        worker.item, worker.deadline = item, time.monotonic() + START_S + self._timeout_s
        with suppress(OSError):  # a worker that died between items is found when we collect
            worker.pipe.send(item)

    def _collect(self, busy: list[_Worker[Item]]) -> Iterator[Result]:
        patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        ready = wait([worker.pipe for worker in busy], patience)
        for worker in busy:
            item = worker.item
            assert item is not None
            if worker.pipe in ready:
                try:
                    answer: _Done[Result] | _Taken = worker.pipe.recv()
                except (EOFError, OSError):
                    yield self._replace(worker, item, "the process that read it died")
                    continue
                if isinstance(answer, _Taken):
                    worker.deadline = time.monotonic() + self._timeout_s
                    continue
                worker.item, worker.peak_bytes = None, answer.peak_bytes
                self.peak_bytes = max(self.peak_bytes, sum(w.peak_bytes for w in self._workers))
                if isinstance(answer.result, _Fault):
                    yield self._lost(item, answer.result.reason, worker.process.pid or 0)
                else:
                    yield answer.result
            elif time.monotonic() >= worker.deadline:
                yield self._replace(worker, item, f"took longer than {self._timeout_s:g} s")

    def _replace(self, worker: _Worker[Item], item: Item, reason: str) -> Result:
        pid = worker.process.pid or 0
        self._dismiss(worker)
        code = worker.process.exitcode
        self._workers[self._workers.index(worker)] = self._hire()
        return self._lost(item, f"{reason} (exit code {code})", pid)

    def _dismiss(self, worker: _Worker[Item]) -> None:
        worker.pipe.close()
        if worker.item is None:
            worker.process.join(timeout=2.0)
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """What processes started inside inherit; afterwards the environment is as it was."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(pipe: Connection, task: Callable[[Item], Result]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            item = pipe.recv()
            pipe.send(_Taken())
            try:
                answer: Result | _Fault = task(item)
            except Exception as error:  # whatever it is, it costs this item only
                answer = _Fault(f"{type(error).__name__}: {error}")
            pipe.send(_Done(answer, peak_memory_bytes()))
