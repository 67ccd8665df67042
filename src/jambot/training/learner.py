"""What a run moves: a whole model, or only an adapter on a base that stays as it is.

Either knows how its checkpoints are written and taken up again; the trainer need not care.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from torch import nn
from torch.optim import Optimizer

from jambot.errors import CheckpointError
from jambot.model.adapters import (
    AdapterConfig,
    attach_adapter,
    restore_adapter,
    save_adapter,
)
from jambot.model.architecture import ModelConfig, build_model, fold
from jambot.model.checkpoint import (
    Checkpoint,
    load_checkpoint,
    restore_training,
    save_checkpoint,
)
from jambot.tokens import VOCABULARY
from jambot.training.config import TrainConfig

ANEW = "give the run another name, or start it again with --fresh"


class Learner(Protocol):
    """A model in training mode of which some weights may change."""

    context_length: int

    @property
    def model(self) -> nn.Module:
        """What gives logits; its trainable weights are what a step moves."""

    def save(
        self, folder: Path, progress: Mapping[str, Any], optimizer: Optimizer | None = None
    ) -> None:
        """Write a checkpoint; with an `optimizer`, one that a run can be taken up from."""

    def restore(self, folder: Path, optimizer: Optimizer) -> Mapping[str, Any]:
        """Take up the checkpoint in `folder`; what was saved as its progress."""


def build_learner(config: TrainConfig) -> Learner:
    """What `config` trains, as it is before the first step.

    Raises CheckpointError where it starts from weights that are not there.
    """
    if config.init_from is None:
        return WholeModel.fresh(config)
    start = _starting_point(config, config.init_from)
    return AdapterOnly(start, config) if config.adapter else WholeModel.going_on(start, config)


class WholeModel:
    """Every weight may change."""

    def __init__(self, model: nn.Module, shape: ModelConfig) -> None:
        self.model, self.shape = model.train(), shape
        self.context_length = shape.context_length

    @classmethod
    def fresh(cls, config: TrainConfig) -> "WholeModel":
        """With weights drawn at random."""
        shape = ModelConfig(
            VOCABULARY.size,
            config.layers,
            config.d_model,
            config.heads,
            config.mlp,
            config.context,
            config.dropout,
        )
        return cls(build_model(shape, VOCABULARY.features()), shape)

    @classmethod
    def going_on(cls, start: Checkpoint, config: TrainConfig) -> "WholeModel":
        """With the weights and the shape of `start`, under the dropout of `config`."""
        shape = replace(start.config, dropout=config.dropout)
        model = build_model(shape, VOCABULARY.features())
        model.load_state_dict(start.model.state_dict())
        return cls(model, shape)

    def save(
        self, folder: Path, progress: Mapping[str, Any], optimizer: Optimizer | None = None
    ) -> None:
        """Write a checkpoint folder."""
        save_checkpoint(
            folder,
            self.model,
            self.shape,
            VOCABULARY.fingerprint,
            optimizer=optimizer,
            progress=progress,
        )

    def restore(self, folder: Path, optimizer: Optimizer) -> Mapping[str, Any]:
        """Take up the checkpoint in `folder`. Raises CheckpointError for another shape."""
        saved = load_checkpoint(folder, VOCABULARY.fingerprint)
        if replace(saved.config, dropout=self.shape.dropout) != self.shape:
            raise CheckpointError(
                f"the run in {folder.parent} has the shape {saved.config}", str(self.shape), ANEW
            )
        self.model.load_state_dict(saved.model.state_dict())
        restore_training(folder, optimizer)
        return saved.progress


class AdapterOnly:
    """A base that stays as it is, under an adapter that learns."""

    def __init__(self, base: Checkpoint, config: TrainConfig) -> None:
        assert config.adapter is not None
        self.config: AdapterConfig = config.adapter
        self.context_length = base.config.context_length
        self.model = attach_adapter(fold(base.model), self.config)
        if config.adapter_from is not None:
            try:
                restore_adapter(Path(config.adapter_from), self.model, VOCABULARY.fingerprint)
            except CheckpointError as error:
                raise _not_there(config, config.adapter_from, error) from error

    def save(
        self, folder: Path, progress: Mapping[str, Any], optimizer: Optimizer | None = None
    ) -> None:
        """Write an adapter folder."""
        save_adapter(
            folder,
            self.model,
            self.config,
            VOCABULARY.fingerprint,
            optimizer=optimizer,
            progress=progress,
        )

    def restore(self, folder: Path, optimizer: Optimizer) -> Mapping[str, Any]:
        """Take up the adapter in `folder`; CheckpointError for another size or another base."""
        try:
            progress = restore_adapter(folder, self.model, VOCABULARY.fingerprint)
        except CheckpointError as error:
            raise CheckpointError(error.found, error.expected, ANEW) from error
        restore_training(folder, optimizer)
        return progress


def _starting_point(config: TrainConfig, folder: str) -> Checkpoint:
    try:
        return load_checkpoint(Path(folder), VOCABULARY.fingerprint)
    except CheckpointError as error:
        raise _not_there(config, folder, error) from error


def _not_there(config: TrainConfig, folder: str, error: CheckpointError) -> CheckpointError:
    return CheckpointError(
        f"{config.name} starts from {folder}: {error.found}",
        error.expected,
        f"train that one first; then this one. {error.cure}",
    )
