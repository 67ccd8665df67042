"""What a run has learnt, mixed with what it started from: better at both than either.

Fine-tuned weights still lie where a straight line leads back to their start, and somewhere on that
line a model often foretells more than at its ends (Wortsman et al. 2022, "Robust fine-tuning of
zero-shot models").
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class StartMixed:
    """Remembers the weights `model` has now; `share` of 0 remembers nothing and mixes nothing."""

    def __init__(self, model: nn.Module, share: float) -> None:
        self._model, self.share = model, share
        self._start = [p.detach().clone() for p in model.parameters()] if share else []

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While it lasts, the model's weights are `share` the start's and the rest its own."""
        if not self._start:
            yield
            return
        own = [p.detach().clone() for p in self._model.parameters()]
        with torch.no_grad():
            for parameter, start in zip(self._model.parameters(), self._start, strict=True):
                parameter.lerp_(start.to(parameter.device), self.share)
        try:
            yield
        finally:
            with torch.no_grad():
                for parameter, learnt in zip(self._model.parameters(), own, strict=True):
                    parameter.copy_(learnt)
