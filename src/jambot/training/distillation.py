"""Guidance learnt by heart: one pass then gives what guided play computes in two.

What a run has made is the teacher. Guidance asks it twice, with the harmony and without; a second,
short run learns what comes of both (Meng et al. 2023, "On Distillation of Guided Diffusion Models",
do so for pictures).
"""

import math
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from jambot.model.architecture import in_bf16
from jambot.tokens import VOCABULARY, hide_harmony
from jambot.training.batches import IGNORED, Windows
from jambot.training.team import Team
from jambot.training.validation import predictions

GUIDED = "guided"
"""The folder of the second run, in that of the first."""
MOVED = ("PITCH", "COLOUR")
"""The fields in which guidance moves what is drawn; how likely each field is stays."""


@dataclass(frozen=True, slots=True)
class Distillation:
    """`guidance` is what the weights are to hold of it (see `SamplingSettings`), learnt in so many
    `steps` once the run is over; 0 leaves all of it to play.
    """

    guidance: float = 0.0
    steps: int = 300

    def __post_init__(self) -> None:
        """Refuse steps that nothing is learnt in (ValueError: found, expected)."""
        if not isinstance(self.steps, int) or self.steps < 1:
            raise ValueError(f"steps = {self.steps!r}: a whole number of 1 or more")


class Teacher:
    """What `model` is now, asked with `guidance`; the model may change afterwards."""

    def __init__(self, model: nn.Module, guidance: float) -> None:
        self._model = deepcopy(model).eval().requires_grad_(False)
        self._guidance = guidance
        device = next(model.parameters()).device
        self._hidden = torch.tensor(hide_harmony(range(VOCABULARY.size)), device=device)

    @torch.no_grad()
    def answers(self, ids: Tensor) -> Tensor:
        """Log-probabilities (rows, n, vocabulary) of what may follow each of `ids` (rows, n)."""
        with in_bf16(ids.device):
            logits = [self._model(input_ids=x).logits for x in (ids, self._hidden[ids])]
        heard, unheard = (functional.log_softmax(x.float(), -1) for x in logits)
        for field in MOVED:
            here = VOCABULARY.ids(field)
            share = heard[..., here].logsumexp(-1, keepdim=True)
            sure = heard[..., here] - share
            unsure = functional.log_softmax(unheard[..., here], -1)
            moved = functional.log_softmax(sure + self._guidance * (sure - unsure), -1)
            heard[..., here] = moved + share
        return heard

    @torch.no_grad()
    def apart(self, model: nn.Module, windows: Windows, team: Team, rows: int = 16) -> float:
        """Bits an answer by which `model` differs from it, over every window."""
        sums = torch.zeros(2, dtype=torch.float64)
        for ids, labels, logits in predictions(model, windows, rows, team):
            nats = divergence(logits, self.answers(ids))[labels != IGNORED]
            sums += torch.tensor([float(nats.sum()), len(nats)])
        total = team.total(sums)
        return float(total[0] / total[1].clamp(min=1)) / math.log(2.0)


def divergence(logits: Tensor, answers: Tensor) -> Tensor:
    """Nats (rows, n) by which `logits` differ from log-probabilities, (rows, n, vocabulary) both.

    It is the Kullback-Leibler divergence of the learner from the teacher.
    """
    learnt = functional.log_softmax(logits.float(), -1)
    return functional.kl_div(learnt, answers, reduction="none", log_target=True).sum(-1)
