"""Several processes train as one: the same curve, whoever does the work, and whoever is killed."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from jambot.errors import UsageError
from jambot.model.adapters import AdapterConfig
from jambot.training.config import TrainConfig
from jambot.training.run import train
from jambot.training.trainer import read_bits

LONGEST_FOLDER = 60
"""Characters; a socket of UNIX may have about 100 in all."""
SAME = 1e-4
"""How far two curves in float32 may lie apart, in nats: sums taken in another order."""
SAME_BITS = 5e-3
"""Of held-out bits, which are taken in bf16."""


def losses(config: TrainConfig) -> list[float]:
    lines = (config.folder / "log.jsonl").read_text("utf-8").splitlines()
    return [row["loss"] for row in map(json.loads, lines) if "loss" in row]


@pytest.fixture
def exact(small: TrainConfig) -> TrainConfig:
    """Without chance and without rounding to bf16."""
    return replace(small, rows=4, dropout=0.0, precision="fp32")


def train_as_two(config: TrainConfig) -> None:
    """What torchrun does, with workers that need not import torch again; one may die.

    Except where the fork server's socket would have too long a path: there they do.
    """
    multiprocessing.set_forkserver_preload(["jambot.training.run"])
    short = len(tempfile.gettempdir()) < LONGEST_FOLDER
    settings = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=2,
        run_id=config.name,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=1,
        monitor_interval=0.05,
        start_method="forkserver" if short else "spawn",
    )
    elastic_launch(settings, train)(config)


def leaders(config: TrainConfig) -> list[int]:
    """Who has led the run, by what TensorBoard calls its files: `events...host.PID.number`."""
    files = sorted((config.folder / "tensorboard").glob("events*"))
    return [int(path.name.split(".")[-2]) for path in files]


def kill_the_leader(config: TrainConfig, step: int) -> None:
    """End the process that writes, as a crash would, once it is this far."""
    log = config.folder / "log.jsonl"
    while not log.is_file() or log.read_text("utf-8").count("loss") < step:
        time.sleep(0.005)
    os.kill(leaders(config)[0], signal.SIGKILL)


@pytest.mark.slow
def test_two_processes_draw_the_curve_of_one(exact: TrainConfig) -> None:
    both = replace(exact, name="both")
    train(exact)
    train_as_two(both)
    assert losses(both) == pytest.approx(losses(exact), abs=SAME)
    ends = [read_bits(config.folder)[-1][1] for config in (both, exact)]
    assert ends[0].all == pytest.approx(ends[1].all, abs=SAME_BITS)
    assert ends[0].notes == ends[1].notes


@pytest.mark.slow
def test_accelerate_starts_two_that_draw_the_same_curve(exact: TrainConfig, tmp_path: Path) -> None:
    """By the line that docs/training_anywhere.md gives; torchrun's is typed by `jambot stage-a`."""
    short = replace(exact, steps=4)
    both = replace(short, name="both")
    said = {
        key: value for key, value in asdict(both).items() if isinstance(value, int | float | str)
    }
    config = tmp_path / "both.toml"
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items()]
    config.write_text("".join(lines), encoding="utf-8")
    words = "--multi_gpu --num_processes 2 --num_machines 1 -m jambot train --no-finish --config"
    command = [sys.executable, "-m", "accelerate.commands.launch", *words.split(), str(config)]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    train(short)
    assert losses(both) == pytest.approx(losses(short), abs=SAME)


@pytest.mark.slow
def test_the_death_of_one_of_two_leaves_no_trace_in_the_curve(exact: TrainConfig) -> None:
    """Dropout and bf16 as ever: what one process does in two pieces, two do in one each."""
    pieces = replace(
        exact, name="pieces", dropout=0.1, precision="bf16", steps=80, patience=80, accumulate=2
    )
    both = replace(pieces, name="both", accumulate=1)
    train(pieces)
    killer = threading.Thread(target=kill_the_leader, args=(both, 10), daemon=True)
    killer.start()
    train_as_two(both)
    assert len(set(leaders(both))) == 2
    assert len(losses(both)) == both.steps
    assert losses(both) == pytest.approx(losses(pieces), abs=SAME)


def test_a_batch_in_pieces_makes_the_same_step(exact: TrainConfig) -> None:
    pieces = replace(exact, name="pieces", accumulate=3)
    for config in (exact, pieces):
        train(config)
    assert losses(pieces) == pytest.approx(losses(exact), abs=SAME)


def test_what_is_computed_twice_to_save_memory_comes_out_the_same(exact: TrainConfig) -> None:
    """Dropout too is drawn as it was."""
    plain = replace(exact, dropout=0.1)
    style = replace(plain, name="style", init_from=str(plain.folder / "best"))
    for config in (plain, replace(style, adapter=AdapterConfig(4, 8, 0.1), steps=4)):
        train(config)
        sparing = replace(config, name=f"{config.name}_sparing", gradient_checkpointing=True)
        train(sparing)
        assert losses(sparing) == pytest.approx(losses(config), abs=SAME)


def test_more_pieces_than_rows_are_refused(small: TrainConfig) -> None:
    with pytest.raises(UsageError, match=r"2 rows for 1 processes, each taking 3 pieces"):
        train(replace(small, accumulate=3))
