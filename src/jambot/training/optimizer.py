"""What moves the weights: AdamW for everything, or Muon for the decoder's matrices beside it.

Muon (Jordan 2024) makes each update of a matrix orthogonal, so that no direction of it is left
behind; on our data it learns more in each step than AdamW (`docs/log.md`). Its step size is scaled
to that of AdamW (Liu et al. 2025, "Muon is scalable for LLM training"), so one learning rate serves
both.
"""

from typing import Any, overload

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer

from jambot.model.architecture import in_bf16

BETAS = (0.9, 0.98)
KINDS = ("adamw", "muon")
ADAMW_RMS = 0.2
"""How large AdamW's updates usually are, in learning rates (Liu et al. 2025)."""


class _Muon(Muon):
    """torch's, but multiplied in bf16 only where that is faster.

    torch's own always does. Without instructions for bf16 this took four fifths of a step of
    training (`docs/log.md`).
    """

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update of every matrix that has a gradient."""
        for group in self.param_groups:
            momentum, rate = group["momentum"], group["lr"]
            for matrix in group["params"]:
                gradient = matrix.grad
                if gradient is None:
                    continue
                state = self.state[matrix]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(gradient)
                mean = state["momentum_buffer"].lerp_(gradient, 1 - momentum)
                with in_bf16(matrix.device):
                    update = _orthogonal(
                        gradient.lerp(mean, momentum), group["ns_coefficients"], group["ns_steps"]
                    )
                matrix.mul_(1 - rate * group["weight_decay"])
                matrix.add_(update, alpha=-ADAMW_RMS * rate * max(matrix.shape) ** 0.5)


class MuonBesideAdamW(Optimizer):
    """Muon for `matrices`, AdamW for `others` (tables, norms); one state, one state dict."""

    def __init__(
        self,
        matrices: list[nn.Parameter],
        others: list[nn.Parameter],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        self._muon = _Muon(matrices, lr=learning_rate, weight_decay=weight_decay)
        self._adamw = AdamW(_decayed(others, weight_decay), lr=learning_rate, betas=BETAS)
        super().__init__([*self._muon.param_groups, *self._adamw.param_groups], {})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Any) -> float: ...

    def step(self, closure: Any = None) -> float | None:
        """One update of every weight; a `closure` is not supported, as none of ours needs one."""
        # The groups and the state are replaced when a checkpoint is taken up again.
        first = len(self._muon.param_groups)
        self._muon.state = self._adamw.state = self.state
        self._muon.param_groups = self.param_groups[:first]
        self._adamw.param_groups = self.param_groups[first:]
        self._muon.step()
        self._adamw.step()
        return None


def build_optimizer(
    model: nn.Module, kind: str, learning_rate: float, weight_decay: float
) -> Optimizer:
    """An optimizer of one of the `KINDS` over what of `model` is to be trained.

    Under an adapter the decoder's matrices are frozen; its low-rank factors are AdamW's whatever
    the kind, so there is nothing for Muon.
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    matrices = [p for name, p in named if _is_matrix(name, p)]
    if kind == "adamw" or not matrices:
        return AdamW(_decayed([p for _, p in named], weight_decay), lr=learning_rate, betas=BETAS)
    others = [p for name, p in named if not _is_matrix(name, p)]
    return MuonBesideAdamW(matrices, others, learning_rate, weight_decay)


def _orthogonal(matrix: Tensor, coefficients: tuple[float, float, float], steps: int) -> Tensor:
    """The orthogonal matrix nearest to `matrix` (n, m), roughly, by Newton-Schulz (Jordan 2024)."""
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    near: Tensor = (matrix.T if tall else matrix) / matrix.norm().clamp(min=1e-7)
    for _ in range(steps):
        gram = near @ near.T
        near = torch.addmm(near, torch.addmm(gram, gram, gram, beta=b, alpha=c), near, beta=a)
    return near.T if tall else near


def _is_matrix(name: str, parameter: nn.Parameter) -> bool:
    """Whether this is a matrix of a layer, and no factor of an adapter."""
    return parameter.ndim == 2 and ".layers." in f".{name}" and "lora_" not in name


def _decayed(parameters: list[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Tables and matrices decay; norms do not."""
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
