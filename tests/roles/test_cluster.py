"""The Dask engine against a real local cluster, one worker of which is killed in mid-run."""

import importlib

import pytest

from jambot.errors import UsageError
from jambot.roles import cluster
from jambot.roles.cluster import run_on_cluster
from jambot.roles.prepare import prepare
from jambot.roles.sample import find_samples

TIMEOUT_S = 3.0
TASKS = """
import ctypes, os, pathlib

def work(item):
    name, marker = item
    if name == "kill once" and not pathlib.Path(marker).exists():
        pathlib.Path(marker).touch()
        os._exit(9)
    if name == "always kill":
        os._exit(9)
    if name == "hang":  # without ever letting go of the interpreter
        ctypes.PyDLL(None).sleep(1000)
    if name == "raise":
        raise RuntimeError("a fault of the task itself")
    return name * 2
"""


def lost(item, reason, pid):
    return f"lost {item[0]}"


@pytest.fixture(scope="module")
def scheduler():
    """A cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed", reason="pip install distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0, silence_logs=50
    ) as local:
        yield local.scheduler_address


@pytest.fixture
def run(scheduler, tmp_path, monkeypatch):
    """Runs items through a task that workers can import, with faults on demand."""
    (tmp_path / "cluster_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(str(tmp_path))
    work = importlib.import_module("cluster_tasks").work
    with importlib.import_module("distributed").Client(scheduler, set_as_default=False) as client:
        client.run(__import__("sys").path.insert, 0, str(tmp_path))
        client.register_plugin(
            importlib.import_module("distributed").UploadFile(str(tmp_path / "cluster_tasks.py"))
        )

    def run(names):
        items = [(name, str(tmp_path / "killed")) for name in names]
        return sorted(run_on_cluster(work, lost, scheduler, TIMEOUT_S, tmp_path, items))

    return run


def test_every_item_comes_home_though_a_worker_is_killed_in_mid_run(run):
    names = [chr(97 + i) for i in range(20)]
    expected = sorted([name * 2 for name in names] + ["kill once" * 2])
    assert run([*names[:7], "kill once", *names[7:]]) == expected


@pytest.mark.slow
def test_what_crashes_or_hangs_loses_itself_and_nobody_else(run, tmp_path):
    names = [chr(97 + i) for i in range(20)]
    expected = [name * 2 for name in names] + ["lost always kill", "lost hang"]
    assert run([*names[:3], "hang", *names[3:12], "always kill", *names[12:]]) == sorted(expected)
    assert not list(tmp_path.glob(".cluster-*"))


def test_a_task_that_raises_loses_its_item_only(run):
    assert run(["a", "raise", "b"]) == ["aa", "bb", "lost raise"]


def test_prepare_on_a_cluster_makes_the_same_samples(scheduler, songs, tmp_path):
    prepare([songs], tmp_path / "here", transpose="6", jobs=0)
    report = prepare([songs], tmp_path / "there", transpose="6", engine="dask", scheduler=scheduler)
    assert report.written == 39
    for folder in find_samples(tmp_path / "here"):
        for path in folder.iterdir():
            assert (tmp_path / "there" / folder.name / path.name).read_bytes() == path.read_bytes()


def test_without_the_library_the_cure_is_named(monkeypatch, tmp_path):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(cluster.importlib, "import_module", missing)
    with pytest.raises(UsageError, match=r"-m pip install \"jam-bot\[cluster\]\""):
        next(run_on_cluster(str, lost, None, TIMEOUT_S, tmp_path, []))
