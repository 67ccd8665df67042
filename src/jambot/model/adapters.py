"""LoRA adapters: a style in a few hundred kilobytes, learned on top of a base that stays as it is.

::

    adapter.safetensors    the low-rank matrices
    adapter.json           format, vocabulary fingerprint, rank, and the digest of the base
    training.safetensors   optimizer and random state, only where training is to go on

An adapter belongs to the very weights it was trained on: the digest of the folded base is kept, and
any other base is refused. One that learnt over a base in four bits is merged into what those leave
of it. At export an adapter is merged, so that playing a style costs nothing. So is the adapter in
which a base has learnt its own guidance, if it has one: a style on that base then holds it too.
"""

import hashlib
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from torch import Tensor, nn
from torch.optim import Optimizer
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError
from jambot.model.architecture import fold
from jambot.model.checkpoint import (
    CONFIG,
    load_checkpoint,
    read_tensors,
    write_tensors,
    write_training,
)
from jambot.model.checkpoint import WEIGHTS as CHECKPOINT_WEIGHTS
from jambot.model.folder import read_description, write_description
from jambot.model.quantized import quantize, round_to_four_bits
from jambot.storage import Replacement

WEIGHTS = "adapter.safetensors"
DESCRIPTION = "adapter.json"
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BASE_PRECISIONS = ("fp32", "nf4")
STYLE, GUIDANCE = "default", "guidance"
"""What adapters are called on their base; the first name is the one that `peft` gives."""


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """How large an adapter is (`rank`), how loud (`alpha` / `rank`), its dropout, and its base.

    `base_precision` is how the base's linear layers are kept while the adapter learns: `fp32`, or
    `nf4` for four bits a weight (QLoRA), where memory is short.
    """

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    base_precision: str = "fp32"

    def __post_init__(self) -> None:
        """Refuse sizes that no adapter can have (ValueError: found, expected)."""
        for name in ("rank", "alpha"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is {value}; it must be a whole number from 1 on")
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout is {self.dropout}; it must lie in [0, 1)")
        if self.base_precision not in BASE_PRECISIONS:
            raise ValueError(
                f"base_precision is {self.base_precision!r}; it must be one of {BASE_PRECISIONS}"
            )

    def lora(self) -> LoraConfig:
        """The same in the words of `peft`: every linear layer of the decoder is adapted."""
        return LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=list(TARGETS),
            task_type="CAUSAL_LM",
        )


def attach_adapter(base: LlamaForCausalLM, config: AdapterConfig) -> PeftModel:
    """`base` with a fresh adapter, in training mode; only the adapter may change.

    `base` is a folded model and is wrapped, not copied. A fresh adapter changes no logit. Raises
    UsageError where the base is to be in NF4 and bitsandbytes is missing.
    """
    model = _wrap(base, config, quantize)
    model.train()
    return model


def save_adapter(
    folder: Path,
    model: PeftModel,
    config: AdapterConfig,
    fingerprint: str,
    *,
    optimizer: Optimizer | None = None,
    progress: Mapping[str, Any] | None = None,
) -> None:
    """Write the adapter of `model` to `folder`, whole, in place of what stood there.

    `optimizer` and `progress` are kept as in `save_checkpoint`.
    """
    description = {
        "fingerprint": fingerprint,
        "adapter": asdict(config),
        "base": model.base_digest,
        "progress": dict(progress or {}),
    }
    with Replacement(folder) as new:
        write_tensors(new / WEIGHTS, get_peft_model_state_dict(model))
        write_description(new / DESCRIPTION, description)
        if optimizer is not None:
            write_training(new, optimizer)


def load_adapter(folder: Path, base: LlamaForCausalLM, fingerprint: str) -> PeftModel:
    """`base` with the adapter in `folder` on it, in eval mode.

    Raises CheckpointError where the folder is damaged, belongs to another vocabulary, or was
    trained on another base.
    """
    described = read_description(folder / DESCRIPTION, fingerprint)["adapter"]
    model = _wrap(base, AdapterConfig(**described), round_to_four_bits)
    restore_adapter(folder, model, fingerprint)
    model.eval()
    return model


def restore_adapter(
    folder: Path, model: PeftModel, fingerprint: str, name: str = STYLE
) -> Mapping[str, Any]:
    """Give the adapter `name` on `model` the matrices in `folder`; its progress as it was saved.

    Raises CheckpointError as `load_adapter`, and where the two adapters differ in size.
    """
    description = read_description(folder / DESCRIPTION, fingerprint)
    if description["base"] != model.base_digest:
        raise CheckpointError(
            f"the adapter in {folder} was trained on another base",
            "the checkpoint it was trained on",
            "name that checkpoint, or train the adapter again on this one",
        )
    weights = read_tensors(folder / WEIGHTS)
    if _shapes(weights) != _shapes(get_peft_model_state_dict(model, adapter_name=name)):
        raise CheckpointError(
            f"{folder / WEIGHTS} does not fit: it was written for {description['adapter']}",
            "an adapter of the size that its description, or the run, says",
            "copy the folder again, or ask for that size",
        )
    set_peft_model_state_dict(model, weights, adapter_name=name)
    progress: Mapping[str, Any] = description.get("progress", {})
    return progress


def merge_adapter(
    folder: Path,
    base: LlamaForCausalLM,
    fingerprint: str,
    strength: float = 1.0,
    guidance: Path | None = None,
) -> LlamaForCausalLM:
    """A plain model that plays as `base` with the adapter in `folder`; `base` itself is used up.

    `strength` is the share of the adapter that is taken: 0 is the base, 1 the adapter as trained.
    `guidance` is a second adapter on the same base, taken whole.
    """
    adapted = load_adapter(folder, base, fingerprint)
    for layer in adapted.modules():
        if isinstance(layer, LoraLayer):
            layer.scale_layer(strength)
    names = [STYLE]
    if guidance is not None:
        described = read_description(guidance / DESCRIPTION, fingerprint)["adapter"]
        adapted.add_adapter(GUIDANCE, AdapterConfig(**described).lora())
        restore_adapter(guidance, adapted, fingerprint, GUIDANCE)
        names.append(GUIDANCE)
    merged: LlamaForCausalLM = adapted.merge_and_unload(adapter_names=names)
    return merged


def load_merged(
    checkpoint: Path,
    adapter: Path | None,
    fingerprint: str,
    strength: float = 1.0,
    guidance: Path | None = None,
) -> LlamaForCausalLM:
    """The plain model of a checkpoint folder; see `merge_adapter` if an adapter is named."""
    base = fold(load_checkpoint(checkpoint, fingerprint).model)
    if adapter is None:
        return base
    return merge_adapter(adapter, base, fingerprint, strength, guidance)


def write_base(
    checkpoint: Path, folder: Path, fingerprint: str, guidance: Path | None = None
) -> None:
    """Write `folder` with a checkpoint in half the space (float16), to train styles on.

    `guidance` is an adapter on the checkpoint; it is written into a folder of that name, as one for
    the halved weights. `load_checkpoint` and `load_adapter` read them like any others. Raises
    CheckpointError as these do.
    """
    whole = load_checkpoint(checkpoint, fingerprint)
    halves = {name: tensor.half() for name, tensor in whole.model.state_dict().items()}
    adapter: dict[str, Tensor] = {}
    described: dict[str, Any] = {}
    if guidance is not None:
        adapted = load_adapter(guidance, fold(whole.model), fingerprint)
        adapter = {n: w.half() for n, w in get_peft_model_state_dict(adapted).items()}
        described = read_description(guidance / DESCRIPTION, fingerprint)
        whole.model.load_state_dict(halves)
        described["base"] = _digest(fold(whole.model))
    with Replacement(folder) as new:
        write_tensors(new / CHECKPOINT_WEIGHTS, halves)
        write_description(new / CONFIG, {"fingerprint": fingerprint, "model": asdict(whole.config)})
        if adapter:
            (new / GUIDANCE).mkdir()
            write_tensors(new / GUIDANCE / WEIGHTS, adapter)
            write_description(new / GUIDANCE / DESCRIPTION, described)


def _wrap(
    base: LlamaForCausalLM,
    config: AdapterConfig,
    in_nf4: Callable[[nn.Module, Collection[str]], None],
) -> PeftModel:
    """`base` under an adapter; `in_nf4` makes it one of four bits where `config` asks for that."""
    digest = _digest(base)
    if config.base_precision == "nf4":
        in_nf4(base, TARGETS)
    with warnings.catch_warnings():
        # peft 0.21 still asks transformers 5 for this by its old name.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        model = get_peft_model(base, config.lora())
    # Of the base as it was given, whole: it is what a file can be held against.
    model.base_digest = digest  # type: ignore[assignment]
    return model


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _digest(model: nn.Module) -> str:
    """SHA-256 over the weights of a plain model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
