"""What a journey will take, before it begins: hours, money, disk and memory.

Training is measured on this machine, with the run's own shape, on made-up tokens. The rest is
reckoned from what was measured once (`rates`).
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import torch

from jambot.errors import UsageError
from jambot.model.architecture import parameter_count
from jambot.pipeline.rates import (
    BYTES_PER_WEIGHT,
    CHECKPOINT_COPIES,
    CORPUS_COPIES,
    EXAM_TUNES,
    PIECES_PER_SECOND,
    SECONDS_PER_SOLO,
)
from jambot.tokens import VOCABULARY
from jambot.training.config import TrainConfig
from jambot.training.forward import Forward
from jambot.training.learner import WholeModel
from jambot.training.loss import weighted_loss
from jambot.training.optimizer import build_optimizer
from jambot.training.team import Team

MEASURED_STEPS = 2
TAUGHT_STEP = 5 / 3
"""A step of a distillation costs so many of another run's: its teacher is asked twice."""
TRAINING_BYTES = 3_000_000_000
"""A 5 M base at 16 rows kept 2.1 GB resident on a CPU, torch and all."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds by step, and the bytes that disk and memory must have free."""

    seconds: dict[str, float]
    tokens_per_second: float
    disk_bytes: int
    memory_bytes: int

    def only(self, steps: Sequence[str]) -> "Forecast":
        """The same for some of the steps."""
        return replace(self, seconds={n: s for n, s in self.seconds.items() if n in steps})

    @property
    def hours(self) -> float:
        """All steps together."""
        return sum(self.seconds.values()) / 3600


def forecast(
    runs: Sequence[TrainConfig], corpora_bytes: int, pieces: int, processes: int = 1
) -> Forecast:
    """What preparing, training and finishing `runs` will take here.

    Several `processes` are reckoned at the rate of one times their number: the most there can be.
    """
    rates = {shape: _rate(run) for run in runs if (shape := _shape(run))}
    seconds = {"prepare": pieces / PIECES_PER_SECOND}
    finishing: dict[str, float] = {}
    rate = 0.0
    weights = 0
    for run in runs:
        # A run that starts from another takes over its shape, which is that of the first.
        shape = _shape(run)
        rate = rates[shape] if shape else rate
        weights += parameter_count(WholeModel.fresh(run).model)
        step = run.rows * run.context / rate
        seconds[f"train:{run.name}"] = run.steps * step / processes
        tunes = (run.exam_tunes or EXAM_TUNES) * run.exam_bars / 32
        finishing[f"finish:{run.name}"] = tunes * SECONDS_PER_SOLO
        if run.distillation.guidance:
            finishing[f"finish:{run.name}"] += run.distillation.steps * step * TAUGHT_STEP
    seconds |= finishing
    disk = CORPUS_COPIES * corpora_bytes + weights * BYTES_PER_WEIGHT * CHECKPOINT_COPIES
    tokens = max(run.rows * run.context * run.layers * run.d_model for run in runs)
    memory = 800_000_000 + int(TRAINING_BYTES * tokens / (16 * 384 * 6 * 256))
    return Forecast(seconds, rate, disk, memory)


def _shape(run: TrainConfig) -> tuple[object, ...] | None:
    if run.init_from is not None:
        return None
    return (run.layers, run.d_model, run.heads, run.mlp, run.context, run.rows, run.precision)


def _rate(run: TrainConfig) -> float:
    """Tokens a second of one process here, by a few steps of training on noise."""
    team = Team.assemble()
    torch.set_num_threads(run.threads)
    model = WholeModel.fresh(run).model.to(team.device)
    forward, weights = Forward(model, run), run.loss.of_tokens().to(team.device)
    optimizer = build_optimizer(model, run.optimizer, run.learning_rate, run.weight_decay)
    ids = torch.randint(VOCABULARY.size, (run.rows, run.context), device=team.device)
    began = 0.0
    for step in range(MEASURED_STEPS + 1):
        if step == 1:
            began = time.perf_counter()
        optimizer.zero_grad()
        loss = weighted_loss(forward(ids), ids, weights)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        float(loss.detach())
    return MEASURED_STEPS * ids.numel() / (time.perf_counter() - began)


def check_machine(expected: Forecast, work: Path) -> None:
    """Raise UsageError where disk or memory are too small, before anything is begun."""
    place = next(folder for folder in (work, *work.absolute().parents) if folder.exists())
    memory = psutil.virtual_memory().available
    for what, needed, found, cure in (
        ("disk", expected.disk_bytes, shutil.disk_usage(place).free, "name another --work"),
        ("memory", expected.memory_bytes, memory, "set `accumulate` in the runs' files"),
    ):
        if found < needed:
            raise UsageError(
                f"{found / 1e9:.1f} GB of {what} are free", f"{needed / 1e9:.1f} GB at least", cure
            )
