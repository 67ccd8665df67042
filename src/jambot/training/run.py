"""A whole training run: shards, model, trainer, checkpoints; it goes on where it was cut off.

::

    <out>/<name>/last/            newest checkpoint, with everything needed to resume
    <out>/<name>/best/            the one with the fewest held-out bits per note
    <out>/<name>/log.jsonl        loss and rate of every step, validation bits
    <out>/<name>/tensorboard/     the same for TensorBoard
    <out>/<name>/{export,exam,samples}/   what `jambot train` makes of the best in the end
    <out>/shards/<key>/           tokens of the samples, encoded once and shared between runs
"""

import hashlib
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import torch

from jambot.errors import UsageError
from jambot.lock import in_turn, lock_file, only_writer
from jambot.roles.sample import META_FILE, find_samples
from jambot.storage import settled, sweep
from jambot.tokens import VOCABULARY
from jambot.training.batches import Windows
from jambot.training.config import TrainConfig
from jambot.training.distillation import GUIDED
from jambot.training.learner import build_learner
from jambot.training.selection import HeldOut, held_out, learned
from jambot.training.shard import LAYOUT, Shard, build_shard, is_shard
from jambot.training.team import Team
from jambot.training.trainer import Progress, Trainer

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and a few words."""


def train(
    config: TrainConfig,
    *,
    fresh: bool = False,
    report: Report = lambda done, total, text: None,
    say: Callable[[str], None] = lambda sentence: None,
    team: Team | None = None,
    guidance: float = 0.0,
) -> Path:
    """Run `config` to its end and return the folder of its best checkpoint.

    Where no sample is held out (a handful of files of one's own) the newest checkpoint is the best.
    A run of that name that was cut off is resumed; `fresh` starts it anew. `say` is told in words
    what the run is measured by. Where several processes train as one, `team` is who this one is.
    With `guidance` the run learns what its start plays with so much of it (see `distillation`).
    Raises DatasetError, CheckpointError or UsageError before anything is written, also where
    another process trains a run of that name there.
    """
    team = team or Team.assemble()
    if config.rows < team.size * config.accumulate:
        pieces = f"{team.size} processes, each taking {config.accumulate} pieces"
        raise UsageError(
            f"{config.rows} rows for {pieces}", "at least one row for each piece", "raise rows"
        )
    torch.set_num_threads(team.share_of(config.threads))
    torch.manual_seed(config.seed)
    folder = config.folder
    learner = build_learner(config)
    with ExitStack() as held:
        with team.leader_first():
            train_shard = learned(shard_of(config, "train", report), config)
            measured = _measured(config, report)
            if team.leads:
                say(f"{config.name}: {measured.words if measured else 'nothing is held out'}")
                folder.mkdir(parents=True, exist_ok=True)
                held.enter_context(only_writer(folder, "train", "name for the run"))
                if fresh:
                    _clear(folder)

        def save(name: str, progress: Progress) -> None:
            if not team.leads:
                return
            optimizer = trainer.optimizer if name == "last" else None
            learner.save(folder / name, asdict(progress), optimizer)

        context = learner.context_length
        trainer = Trainer(
            config,
            learner.model.to(team.device),
            Windows(train_shard, context, config.augmentation, config.sources, config.only),
            Windows(measured.shard, context) if measured else None,
            folder,
            save,
            team,
            guidance,
        )
        if settled(folder / "last"):
            trainer.go_on(Progress(**learner.restore(folder / "last", trainer.optimizer)))
        trainer.run(lambda step, text: report(step, config.steps, text))
    return folder / "best"


def shard_of(config: TrainConfig, split: str, report: Report) -> Shard:
    """The tokens of one split of the dataset of `config`, encoded where they are not yet."""
    roles = Path(config.roles)
    if not roles.is_dir():
        raise UsageError(
            f"no role dataset at {roles}", "samples made by `jambot prepare`", "prepare it first"
        )
    names = [
        f"{folder.name}:{(folder / META_FILE).stat().st_mtime_ns}"
        for folder in find_samples(roles, split)
    ]
    key = "|".join([VOCABULARY.fingerprint, str(LAYOUT), str(roles.resolve()), *names])
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    folder = Path(config.out) / "shards" / f"{split}-{digest}"
    if not is_shard(folder):
        _encode_in_turn(folder, roles, split, report)
    return Shard(folder)


def _encode_in_turn(folder: Path, roles: Path, split: str, report: Report) -> None:
    """Make the shard `folder`, unless another run that shares it has made it meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = lock_file(folder.parent.parent, "encode")
    with in_turn(lock, lambda: report(0, 1, "waiting for another run that encodes samples")):
        if not is_shard(folder):
            sweep(folder)
            build_shard(
                roles,
                folder,
                split,
                lambda done, total: report(done, total, f"encoding {split} samples"),
                one_comping=split == "val",
            )


def _measured(config: TrainConfig, report: Report) -> HeldOut | None:
    if not find_samples(Path(config.roles), "val"):
        return None
    return held_out(shard_of(config, "val", report), config)


def _clear(folder: Path) -> None:
    """Remove an older run of the same name, so that nothing of it is taken up again."""
    for name in ("last", "best", "tensorboard", GUIDED):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
    (folder / "log.jsonl").unlink(missing_ok=True)
