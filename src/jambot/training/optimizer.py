"""What moves the weights: AdamW for everything, or Muon for the decoder's matrices beside it.

Muon (Jordan 2024) makes each update of a matrix orthogonal, so that no direction of it is left
behind; on our data it learns more in each step than AdamW (`docs/log.md`). Its step size is scaled
to that of AdamW (Liu et al. 2025, "Muon is scalable for LLM training"), so one learning rate serves
both.
"""

from typing import Any, overload

from torch import nn
from torch.optim import AdamW, Muon, Optimizer

BETAS = (0.9, 0.98)
KINDS = ("adamw", "muon")


class MuonBesideAdamW(Optimizer):
    """Muon for `matrices`, AdamW for `others` (tables, norms); one state, one state dict."""

    def __init__(
        self,
        matrices: list[nn.Parameter],
        others: list[nn.Parameter],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        self._muon = Muon(
            matrices,
            lr=learning_rate,
            weight_decay=weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
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
        self._muon.step()  # type: ignore[no-untyped-call]
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


def _is_matrix(name: str, parameter: nn.Parameter) -> bool:
    """Whether this is a matrix of a layer, and no factor of an adapter."""
    return parameter.ndim == 2 and ".layers." in f".{name}" and "lora_" not in name


def _decayed(parameters: list[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Tables and matrices decay; norms do not."""
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
