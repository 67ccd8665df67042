"""A whole training run: shards, model, trainer, checkpoints; it goes on where it was cut off.

::

    <out>/<name>/last/            newest checkpoint, with everything needed to resume
    <out>/<name>/best/            the one with the fewest held-out bits per note
    <out>/<name>/log.jsonl        loss and rate of every step, validation bits
    <out>/<name>/tensorboard/     the same for TensorBoard
    <out>/shards/<key>/           tokens of the samples, encoded once and shared between runs
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from jambot.errors import CheckpointError, UsageError
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.checkpoint import load_checkpoint, restore_training, save_checkpoint
from jambot.roles.sample import META_FILE, find_samples
from jambot.tokens import VOCABULARY
from jambot.training.batches import Windows
from jambot.training.config import TrainConfig
from jambot.training.shard import Shard, build_shard
from jambot.training.trainer import Progress, Trainer

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and a few words."""


def train(
    config: TrainConfig,
    *,
    fresh: bool = False,
    report: Report = lambda done, total, text: None,
) -> Path:
    """Run `config` to its end and return the folder of its best checkpoint.

    Where no sample is held out (a handful of files of one's own) the newest checkpoint is the best.
    A run of that name that was cut off is resumed; `fresh` starts it anew. Raises DatasetError,
    CheckpointError or UsageError before anything is written.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    folder = Path(config.out) / config.name
    model, shape = _model(config)
    train_shard = _shard(config, "train", report)
    held_out = _shard(config, "val", report) if _has_held_out(config) else None
    if fresh:
        _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def save(name: str, progress: Progress) -> None:
        save_checkpoint(
            folder / name,
            model,
            shape,
            VOCABULARY.fingerprint,
            optimizer=trainer.optimizer if name == "last" else None,
            progress=asdict(progress),
        )

    trainer = Trainer(
        config,
        model.to(_device()),
        Windows(train_shard, shape.context_length, config.augmentation, config.sources),
        Windows(held_out, shape.context_length) if held_out else None,
        folder,
        save,
    )
    if (folder / "last").is_dir():
        _resume(folder / "last", trainer, shape)
    trainer.run(lambda step, text: report(step, config.steps, text))
    return folder / "best"


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _model(config: TrainConfig) -> tuple[nn.Module, ModelConfig]:
    if config.init_from:
        try:
            start = load_checkpoint(Path(config.init_from), VOCABULARY.fingerprint)
        except CheckpointError as error:
            raise CheckpointError(
                f"{config.name} starts from {config.init_from}: {error.found}",
                error.expected,
                f"train that one first; then this one. {error.cure}",
            ) from error
        return start.model.train(), start.config
    shape = ModelConfig(
        VOCABULARY.size,
        config.layers,
        config.d_model,
        config.heads,
        config.mlp,
        config.context,
        config.dropout,
    )
    return build_model(shape, VOCABULARY.features()), shape


def _shard(config: TrainConfig, split: str, report: Report) -> Shard:
    roles = Path(config.roles)
    if not roles.is_dir():
        raise UsageError(
            f"no role dataset at {roles}", "samples made by `jambot prepare`", "prepare it first"
        )
    names = [
        f"{folder.name}:{(folder / META_FILE).stat().st_mtime_ns}"
        for folder in find_samples(roles, split)
    ]
    key = "|".join([VOCABULARY.fingerprint, str(roles.resolve()), *sorted(config.sources), *names])
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    folder = Path(config.out) / "shards" / f"{split}-{digest}"
    if (folder / "index.json").is_file():
        return Shard(folder)
    return build_shard(
        roles,
        folder,
        split,
        config.sources,
        lambda done, total: report(done, total, f"encoding {split} samples"),
        one_comping=split == "val",
    )


def _has_held_out(config: TrainConfig) -> bool:
    return bool(find_samples(Path(config.roles), "val"))


def _clear(folder: Path) -> None:
    """Remove an older run of the same name, so that nothing of it is taken up again."""
    for name in ("last", "best", "tensorboard"):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
    (folder / "log.jsonl").unlink(missing_ok=True)


def _resume(last: Path, trainer: Trainer, shape: ModelConfig) -> None:
    saved = load_checkpoint(last, VOCABULARY.fingerprint)
    if replace(saved.config, dropout=shape.dropout) != shape:
        raise CheckpointError(
            f"the run in {last.parent} has the shape {saved.config}",
            str(shape),
            "give the run another name, or start it anew with --fresh",
        )
    trainer.model.load_state_dict(saved.model.state_dict())
    restore_training(last, trainer.optimizer)
    trainer.go_on(Progress(**saved.progress))
