"""A checkpoint is a folder: weights, shape, and the fingerprint of the vocabulary they belong to.

::

    model.safetensors      every weight as trained (unfolded), the token features included
    config.json            format, vocabulary fingerprint, shape, and what the trainer wrote down
    training.safetensors   optimizer and random state, only where training is to go on

Nothing is ever unpickled.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.optim import Optimizer
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.folder import read_description, write_description
from jambot.storage import Replacement

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
TRAINING = "training.safetensors"
RANDOM_STATE = "random_state"
FEATURES = "model.embed_tokens.features"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it was saved: in eval mode, on the CPU, with the trainer's own notes."""

    model: LlamaForCausalLM
    config: ModelConfig
    fingerprint: str
    progress: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(
    folder: Path,
    model: nn.Module,
    config: ModelConfig,
    fingerprint: str,
    *,
    optimizer: Optimizer | None = None,
    progress: Mapping[str, Any] | None = None,
) -> None:
    """Write `folder` whole, in place of what stood there.

    `model` comes from `build_model(config, ...)`, unwrapped. With an `optimizer` its state and
    torch's random state are kept too, so that training can go on as if it had never stopped.
    `progress` is any JSON the trainer wants back: the step, the best loss.
    """
    description = {
        "fingerprint": fingerprint,
        "model": asdict(config),
        "progress": dict(progress or {}),
    }
    with Replacement(folder) as new:
        write_tensors(new / WEIGHTS, model.state_dict())
        write_description(new / CONFIG, description)
        if optimizer is not None:
            write_training(new, optimizer)


def load_checkpoint(folder: Path, fingerprint: str) -> Checkpoint:
    """The checkpoint in `folder`, if it was trained on the vocabulary with this fingerprint.

    Raises CheckpointError where the folder is missing, incomplete or damaged, or belongs to another
    vocabulary.
    """
    description = read_description(folder / CONFIG, fingerprint)
    weights = read_tensors(folder / WEIGHTS)
    try:
        config = ModelConfig(**description["model"])
        model = build_model(config, np.asarray(weights[FEATURES].numpy(), dtype=np.float32))
        model.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"the weights in {folder} do not fit their own description "
            f"({str(error).splitlines()[0]})",
            "one folder written by one run",
            "take the folder again from where it was trained",
        ) from error
    model.train(False)
    return Checkpoint(model, config, fingerprint, description.get("progress", {}))


def write_training(folder: Path, optimizer: Optimizer) -> None:
    """Keep the state of `optimizer` and of torch's random numbers in `folder`."""
    state = _optimizer_tensors(optimizer)
    write_tensors(folder / TRAINING, {**state, RANDOM_STATE: torch.get_rng_state()})


def restore_training(folder: Path, optimizer: Optimizer) -> None:
    """Give `optimizer` and torch's random numbers the state that `folder` was saved with.

    Learning rate, decay and the like stay those of `optimizer`. Raises CheckpointError where the
    checkpoint was saved without its training state, or for other parameters.
    """
    tensors = read_tensors(folder / TRAINING)
    random_state = tensors.pop(RANDOM_STATE)
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = tensor
    if not _fits(state, optimizer):
        raise CheckpointError(
            f"{folder / TRAINING} was written for other parameters",
            "the model and the parameter groups it was saved with",
            "resume with the settings of that run, or start a new one",
        )
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    torch.set_rng_state(random_state)


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file; each tensor is copied, so shared storage is no trouble.

    The bytes are written here because the library's own writer makes files that only their owner
    can read.
    """
    path.write_bytes(
        save({name: tensor.detach().cpu().clone() for name, tensor in tensors.items()})
    )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, read at once so that nothing holds the file open."""
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror})",
            "a whole folder",
            "copy it again, or name another one",
        ) from error
    except SafetensorError as error:
        raise CheckpointError(
            f"{path} is damaged ({error})", "a safetensors file", "copy the folder again"
        ) from error


def _optimizer_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, values in optimizer.state_dict()["state"].items()
        for key, value in values.items()
    }


def _fits(state: Mapping[int, Mapping[str, Tensor]], optimizer: Optimizer) -> bool:
    """Whether every kept tensor is a number or has the shape of the parameter of its place."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    return all(
        index < len(parameters) and tensor.shape in ((), parameters[index].shape)
        for index, values in state.items()
        for tensor in values.values()
    )
