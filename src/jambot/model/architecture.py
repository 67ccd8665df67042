"""The decoder: a small Llama whose token tables may share what their tokens have in common.

The model knows nothing of music. Whoever builds it hands over a fixed 0/1 matrix that says which
tokens share which feature; a token's effective row is its own row plus the rows of its features,
so what is learned about one token is learned, in part, about its relatives. `fold` adds the two
together and gives a plain `LlamaForCausalLM`, which is all that adapters and export ever see.
"""

from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

INITIAL_STD = 0.02
TABLES = ("model.embed_tokens.", "lm_head.")
"""How the names of the two tables begin; adapters leave these alone."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The shape of one decoder; `d_model` and `mlp` are widths, `context_length` is in tokens."""

    vocabulary_size: int
    layers: int = 6
    d_model: int = 256
    heads: int = 4
    mlp: int = 704
    context_length: int = 384
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse shapes that no decoder can have (ValueError: found, expected)."""
        for name in ("vocabulary_size", "layers", "d_model", "heads", "mlp", "context_length"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.d_model % (2 * self.heads):
            raise ValueError(
                f"d_model {self.d_model} over {self.heads} heads leaves no even head width; "
                f"choose a multiple of {2 * self.heads}"
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout is {self.dropout}; it must lie in [0, 1)")

    def llama(self) -> LlamaConfig:
        """The same shape in the words of `transformers`, with no special tokens."""
        return LlamaConfig(
            vocab_size=self.vocabulary_size,
            hidden_size=self.d_model,
            intermediate_size=self.mlp,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            max_position_embeddings=self.context_length,
            initializer_range=INITIAL_STD,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=None,
            use_cache=False,
        )


class FactoredTable(nn.Module):
    """A (vocabulary, d_model) table: `own + features @ shared`, of which `features` is fixed."""

    features: Tensor

    def __init__(self, features: Tensor, d_model: int) -> None:
        super().__init__()
        vocabulary_size, feature_count = features.shape
        self.own = nn.Parameter(torch.randn(vocabulary_size, d_model) * INITIAL_STD)
        self.shared = nn.Parameter(torch.randn(feature_count, d_model) * INITIAL_STD)
        self.register_buffer("features", features.clone())

    @property
    def weight(self) -> Tensor:
        """The effective table, differentiable, float32."""
        with torch.autocast(self.own.device.type, enabled=False):
            return self.own + self.features @ self.shared

    @torch.no_grad()
    def folded(self) -> Tensor:
        """The same once and for all, on the CPU.

        It is summed in float64, so that all machines give the same bits: an adapter knows its base
        by them.
        """
        own, features, shared = (
            table.to("cpu", torch.float64) for table in (self.own, self.features, self.shared)
        )
        return (own + features @ shared).float()


class FactoredEmbedding(FactoredTable):
    """Ids (..., n) -> rows (..., n, d_model)."""

    def forward(self, ids: Tensor) -> Tensor:
        """The effective rows of `ids`."""
        return functional.embedding(ids, self.weight)


class FactoredHead(FactoredTable):
    """States (..., d_model) -> logits (..., vocabulary)."""

    def forward(self, states: Tensor) -> Tensor:
        """One logit per token: the state times the token's effective row."""
        return functional.linear(states, self.weight)


def build_model(config: ModelConfig, features: NDArray[np.float32]) -> LlamaForCausalLM:
    """A freshly initialised decoder with factored tables and dropout, in training mode.

    `features` is a (vocabulary, n_features) 0/1 matrix, row i for token id i; no columns at all
    means ordinary tables. Dropout acts on the embedding and on both residual branches of each
    layer, in training only. Attention itself has none: it would cost the fused kernel.
    """
    if features.ndim != 2 or features.shape[0] != config.vocabulary_size:
        raise ValueError(
            f"features have shape {features.shape}; expected ({config.vocabulary_size}, n_features)"
        )
    model: LlamaForCausalLM = LlamaForCausalLM(config.llama())
    matrix = torch.as_tensor(np.ascontiguousarray(features, dtype=np.float32))
    model.model.embed_tokens = FactoredEmbedding(matrix, config.d_model)
    model.lm_head = FactoredHead(matrix, config.d_model)
    _shrink_residual_branches(model, config.layers)
    _add_dropout(model, config.dropout)
    model.train()
    return model


def fold(model: LlamaForCausalLM) -> LlamaForCausalLM:
    """A plain float32 `LlamaForCausalLM` on the CPU that gives the same logits, in eval mode.

    The model given is left as it is.
    """
    plain = LlamaForCausalLM(deepcopy(model.config))
    weights = {
        name: tensor.detach().to("cpu", torch.float32)
        for name, tensor in model.state_dict().items()
        if not name.startswith(TABLES)
    }
    for name, table in (
        ("model.embed_tokens", model.model.embed_tokens),
        ("lm_head", model.lm_head),
    ):
        factored = isinstance(table, FactoredTable)
        weights[f"{name}.weight"] = table.folded() if factored else table.weight.detach()
    plain.load_state_dict(weights)
    plain.train(False)
    return plain


def parameter_count(model: nn.Module) -> int:
    """How many numbers the model is made of, whether training may change them or not."""
    return sum(parameter.numel() for parameter in model.parameters())


def in_bf16(device: torch.device) -> "torch.autocast | nullcontext[None]":
    """bf16 where `device` computes it faster than float32: any GPU that has it, and some CPUs.

    A CPU with instructions for it takes half the time of float32, one without them seven times as
    long.
    """
    if device.type == "cuda":
        faster = torch.cuda.is_bf16_supported()
    else:
        able = torch.cpu.get_capabilities()
        faster = any(able.get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.autocast(device.type, torch.bfloat16) if faster else nullcontext()


def _shrink_residual_branches(model: LlamaForCausalLM, layers: int) -> None:
    """Scale each branch's last matrix by 1/sqrt(2 layers), as in GPT-2: depth adds no gain."""
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.mul_((2 * layers) ** -0.5)
            layer.mlp.down_proj.weight.mul_((2 * layers) ** -0.5)


def _add_dropout(model: LlamaForCausalLM, probability: float) -> None:
    if probability == 0.0:
        return
    hook = partial(_drop, probability)
    model.model.embed_tokens.register_forward_hook(hook)
    for layer in model.model.layers:
        layer.self_attn.o_proj.register_forward_hook(hook)
        layer.mlp.down_proj.register_forward_hook(hook)


def _drop(
    probability: float, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor
) -> Tensor:
    """`output` with dropout in training mode; the probability is rounded to 1/256.

    Each 64-bit random number decides eight values. On a CPU dropout so takes about 7 % of a step;
    `functional.dropout`, which draws one number per value, takes about 12 %.
    """
    threshold = round(probability * 256)
    if not module.training or not threshold:
        return output
    words = torch.empty(-(-output.numel() // 8), dtype=torch.int64, device=output.device)
    dice = words.random_(-(2**63), None).view(torch.uint8)[: output.numel()].view(output.shape)
    return output.masked_fill(dice < threshold, 0.0) * (256 / (256 - threshold))
