"""The same work on a Dask cluster: items go out in batches, outcomes come home.

A worker that an item crashes or holds up takes everything down that waits on it, so a death alone
accuses nobody. Each batch therefore keeps a mark while it is worked on: one whose mark is still
there when it is begun again has the culprit in it. It is cut into single items, and the one that
leaves its mark alone is lost.
"""

import faulthandler
import importlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from jambot.errors import UsageError, add_extra

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH = 8
AHEAD_PER_WORKER = 4
"""Batches a worker has waiting: enough that it never idles, few enough that memory stays flat."""
_one_at_a_time = threading.Lock()
"""A worker of several threads still does one item at a time: there is one alarm in a process."""


class BegunBeforeError(Exception):
    """A batch was begun by a worker that did not come to its end."""


def run_on_cluster(
    task: Callable[[Item], Result],
    lost: Callable[[Item, str, int], Result],
    scheduler: str | None,
    timeout_s: float,
    folder: Path,
    items: Iterable[Item],
) -> Iterator[Result]:
    """The results of `task` over `items`, as they come; a worker may die, an item may hang.

    `scheduler` is the cluster's address (`tcp://host:8786`); all workers must see the sources and
    `folder`, where marks are kept meanwhile, at the same paths, and be started again by their nanny
    (Dask's default) when they die. An item that takes longer than `timeout_s` ends its worker.
    Raises UsageError without `distributed` or a cluster.
    """
    distributed = _library()
    try:
        client = distributed.Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        found = f"no Dask scheduler at {scheduler}: {error}"
        raise UsageError(found, "tcp://HOST:8786", "start one: dask scheduler") from error
    with client, _marks(folder) as marks:
        room = AHEAD_PER_WORKER * max(1, len(client.scheduler_info()["workers"]))
        source = iter(items)
        running = distributed.as_completed(loop=client.loop)
        batches: dict[str, list[Item]] = {}

        def send(batch: list[Item]) -> None:
            mark = marks / uuid4().hex
            future = client.submit(_each, task, batch, timeout_s, mark, pure=False)
            batches[future.key] = batch
            running.add(future)

        for batch in islice(_batches(source), room):
            send(batch)
        for future in running:
            batch = batches.pop(future.key)
            try:
                yield from future.result()
            except (distributed.KilledWorker, distributed.CancelledError):
                send(batch)
            except Exception as error:
                if len(batch) > 1:
                    for item in batch:
                        send([item])
                else:
                    yield lost(batch[0], _reason(error, timeout_s), 0)
            following = next(_batches(source), None) if len(batches) < room else None
            if following is not None:
                send(following)


@contextmanager
def _marks(folder: Path) -> Iterator[Path]:
    """A folder in `folder` for the marks of one run, gone with it."""
    marks = folder / f".cluster-{uuid4().hex[:8]}"
    marks.mkdir(parents=True)
    try:
        yield marks
    finally:
        shutil.rmtree(marks, ignore_errors=True)


def _reason(error: Exception, timeout_s: float) -> str:
    if isinstance(error, BegunBeforeError):
        return f"it crashed its worker, or took longer than {timeout_s:.0f} s"
    return f"{error!r}"[:300]


def _library() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        found = "the dask engine needs the package `distributed`"
        raise UsageError(found, "an installed package", add_extra("cluster")) from error


def _each(
    task: Callable[[Item], Result], batch: list[Item], timeout_s: float, mark: Path
) -> list[Result]:
    """Runs in a worker. The alarm is the interpreter's own: it also ends code that never yields."""
    with _one_at_a_time, open(os.devnull, "w") as nowhere:
        try:
            mark.touch(exist_ok=False)
        except FileExistsError as error:
            raise BegunBeforeError(str(mark)) from error
        try:
            results = []
            for item in batch:
                faulthandler.dump_traceback_later(timeout_s, exit=True, file=nowhere)
                results.append(task(item))
            return results
        finally:
            faulthandler.cancel_dump_traceback_later()
            mark.unlink()


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, BATCH)):
        yield batch
