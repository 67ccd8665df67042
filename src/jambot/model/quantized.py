"""A frozen base in four bits, under an adapter that learns: QLoRA (Dettmers et al. 2023).

The decoder's linear layers are kept as NF4, their scales quantized in turn (double quantization);
embeddings and norms stay as they are. It saves memory where a base is large, and costs time.
"""

from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import nn

from jambot.errors import UsageError, add_extra


def quantize(model: nn.Module, layers: Collection[str]) -> None:
    """Keep the weights of every linear layer of `model` that is named in `layers` as NF4.

    Done on the CPU, whatever the model moves to afterwards, so that the same base becomes the same
    four bits everywhere. Raises UsageError where bitsandbytes is missing.
    """
    _replace(model, layers, _quantized)
    # What tells peft to put its matrices on layers of this kind.
    model.is_loaded_in_4bit = True  # type: ignore[assignment]


def round_to_four_bits(model: nn.Module, layers: Collection[str]) -> None:
    """Give every linear layer named in `layers` the weights that `quantize` leaves, in floats."""

    def rounded(layer: nn.Linear) -> nn.Linear:
        from bitsandbytes.functional import dequantize_4bit

        weight: Any = _quantized(layer).weight
        with torch.no_grad():
            layer.weight.copy_(dequantize_4bit(weight.data, weight.quant_state))
        return layer

    _replace(model, layers, rounded)


def _quantized(layer: nn.Linear) -> nn.Module:
    try:
        from bitsandbytes.nn.modules import Linear4bit
    except ImportError as error:
        raise UsageError(
            f"a base in NF4 needs bitsandbytes ({error})",
            "the extra `qlora`",
            f'{add_extra("train,qlora")}, or leave base_precision at "fp32"',
        ) from error
    kind: Any = Linear4bit
    four = kind(
        layer.in_features,
        layer.out_features,
        bias=layer.bias is not None,
        compute_dtype=torch.float32,
        quant_type="nf4",
    )
    # Or else, on CPUs that have it, the first evaluation repacks the weights for playing, and
    # gradients no longer find their way through (bitsandbytes 0.50).
    four.support_avx512bf16_for_cpu = False
    four.load_state_dict(layer.state_dict())
    on_cpu: nn.Module = four.to("cpu")
    return on_cpu


def _replace(
    model: nn.Module, layers: Collection[str], change: Callable[[nn.Linear], nn.Module]
) -> None:
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if name in layers and isinstance(child, nn.Linear):
                setattr(parent, name, change(child))
