"""How ids become logits while training: in which precision, and what is traded for memory or speed.

None of it changes what is learnt, beyond the rounding of bf16.
"""

from contextlib import nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from jambot.model.architecture import in_bf16
from jambot.training.config import TrainConfig


class Forward:
    """Calls `model` as `config` says; the model itself stays the one that is saved and measured.

    `gradient_checkpointing` keeps each layer's input alone and computes the rest again on the way
    back. `compile` hands the model to torch's compiler, which takes its time at the first step.
    """

    def __init__(self, model: nn.Module, config: TrainConfig) -> None:
        self.precision = config.precision
        self._call: Any = model
        if config.gradient_checkpointing:
            layers: list[Any] = [m for m in model.modules() if isinstance(m, LlamaDecoderLayer)]
            for layer in layers:
                layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
        if config.compile:
            self._call = torch.compile(model)

    def __call__(self, ids: Tensor) -> Tensor:
        """Logits (rows, n, vocabulary) of `ids` (rows, n)."""
        with nullcontext() if self.precision == "fp32" else in_bf16(ids.device):
            logits: Tensor = self._call(input_ids=ids).logits
        return logits
