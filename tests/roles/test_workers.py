"""Workers that crash or hang: killed, recorded, replaced."""

import importlib
import os

import pytest

from jambot.roles.workers import WorkerPool

TASKS = """
import os, time

def work(item):
    if item == "crash":
        os._exit(11)
    if item == "hang":
        time.sleep(600)
    if item == "raise":
        raise RuntimeError("a fault of the task itself")
    if item == "threads":
        return os.environ.get("OPENBLAS_NUM_THREADS", "unlimited")
    return item * 2
"""


def lost(item, reason, pid):
    return f"{item}: {reason}" if pid > 0 else "no process"


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A task that worker processes can import, with faults on demand."""
    (tmp_path / "faulty_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("faulty_tasks").work


@pytest.fixture
def run(work):
    def run(items, jobs=2, timeout_s=30.0):
        return sorted(WorkerPool(work, lost, jobs, timeout_s).run(items), key=str)

    return run


def test_every_item_gives_one_result(run):
    assert run(range(1, 20)) == sorted((2 * i for i in range(1, 20)), key=str)


def test_no_items_give_no_results(run):
    assert run([]) == []


def test_a_crash_costs_its_own_item_only(run):
    results = run(["a", "crash", "b", "crash", "c", "d"])
    assert {"aa", "bb", "cc", "dd"} <= set(results)
    assert [r for r in results if "died" in r] == [
        "crash: the process that read it died (exit code 11)"
    ] * 2


def test_a_hang_is_killed_when_its_time_is_up(run):
    results = run(["a", "hang", "b"], timeout_s=3.0)
    assert [r for r in results if r.startswith("hang: took longer than 3 s")]
    assert {"aa", "bb"} <= set(results)


def test_an_error_in_the_task_loses_the_item_not_the_run(run):
    results = run(["raise", "a"], jobs=1)
    assert results == ["aa", "raise: RuntimeError: a fault of the task itself"]


def test_a_worker_is_one_thread_and_the_parent_stays_as_it_was(run, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert run(["threads"]) == ["1"]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "OMP_NUM_THREADS" not in os.environ


def test_the_memory_of_the_workers_is_known(work):
    pool = WorkerPool(work, lost, 2, 30.0)
    list(pool.run(range(6)))
    assert 5_000_000 < pool.peak_bytes < 2_000_000_000


def test_items_are_taken_as_workers_fall_idle(work):
    taken = []

    def items():
        for i in range(50):
            taken.append(i)
            yield i

    results = WorkerPool(work, lost, 2, 30.0).run(items())
    next(results)
    assert len(taken) <= 4
    results.close()
