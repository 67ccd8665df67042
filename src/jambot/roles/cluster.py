"""The same work on a Dask cluster: items go out in batches, outcomes come home."""

import importlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from jambot.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH = 8
AHEAD_PER_WORKER = 4
"""Batches a worker has waiting: enough that it never idles, few enough that memory stays flat."""


def run_on_cluster(
    task: Callable[[Item], Result],
    lost: Callable[[Item, str, int], Result],
    scheduler: str | None,
    items: Iterable[Item],
) -> Iterator[Result]:
    """The results of `task` over `items`, as they come; a batch whose worker dies is tried again.

    `scheduler` is the cluster's address (`tcp://host:8786`); all workers must see the sources and
    the dataset folder at the same paths. A batch that keeps killing workers is cut into single
    items, so that only the culprit is `lost`. Raises UsageError without `distributed` or a cluster.
    """
    distributed = _library()
    try:
        client = distributed.Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        found = f"no Dask scheduler at {scheduler}: {error}"
        raise UsageError(found, "tcp://HOST:8786", "start one: dask scheduler") from error
    with client:
        room = AHEAD_PER_WORKER * max(1, len(client.scheduler_info()["workers"]))
        source = iter(items)
        running = distributed.as_completed(loop=client.loop)
        batches: dict[str, list[Item]] = {}

        def send(batch: list[Item]) -> None:
            future = client.submit(_each, task, batch, pure=False, retries=2)
            batches[future.key] = batch
            running.add(future)

        for batch in islice(_batches(source), room):
            send(batch)
        for future in running:
            batch = batches.pop(future.key)
            if future.status == "finished":
                yield from future.result()
            elif len(batch) > 1:
                for item in batch:
                    send([item])
            else:
                yield lost(batch[0], f"its worker died or failed: {future.exception()!r}"[:300], 0)
            following = next(_batches(source), None)
            if following is not None and len(batches) < room:
                send(following)


def _library() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        found = "the dask engine needs the package `distributed`"
        raise UsageError(found, "it installed", "pip install 'dask[distributed]'") from error


def _each(task: Callable[[Item], Result], batch: list[Item]) -> list[Result]:
    return [task(item) for item in batch]


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, BATCH)):
        yield batch
