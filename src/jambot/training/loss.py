"""What a run is to get right: cross entropy on the answers, by weight of each part of a note."""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.nn import functional

from jambot.tokens import VOCABULARY
from jambot.tokens.vocabulary import PART_OF
from jambot.training.batches import IGNORED
from jambot.training.validation import Bits


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each part of a note counts, relative to the others; each is 0 or more.

    Rhythm overfits before pitch does, since transposition never varies it: less weight on it lets
    pitches be learnt for longer.
    """

    timing: float = 1.0
    pitch: float = 1.0
    duration: float = 1.0
    velocity: float = 1.0

    def of_tokens(self) -> Tensor:
        """One weight a token (vocabulary,); 0 for what is never answered."""
        fields = (VOCABULARY.field(i) for i in range(VOCABULARY.size))
        parts = (PART_OF.get(field) for field in fields)
        return torch.tensor([float(getattr(self, part)) if part else 0.0 for part in parts])

    def of_bits(self, bits: Bits) -> float:
        """Bits a note, its parts counted by weight: what the best checkpoint has the fewest of."""
        return float(sum(w * getattr(bits, part) for part, w in asdict(self).items()))


def weight_of(labels: Tensor, of_tokens: Tensor) -> Tensor:
    """What the answers in `labels` weigh together; `of_tokens` is `LossWeights.of_tokens`."""
    return of_tokens[labels[labels != IGNORED]].sum()


def weighted_loss(
    logits: Tensor, labels: Tensor, of_tokens: Tensor, whole: Tensor | None = None
) -> Tensor:
    """Mean nats an answer, by weight: `logits` (rows, n, vocabulary), `labels` (rows, n).

    Labels that are `IGNORED` do not count. Of a piece of a batch it is the piece's part in the mean
    of all, where `whole` is what the answers of all weigh (`weight_of`).
    """
    if whole is None:
        whole = weight_of(labels, of_tokens)
    nats = functional.cross_entropy(
        logits.float().flatten(0, 1),
        labels.flatten(),
        of_tokens,
        ignore_index=IGNORED,
        reduction="sum",
    )
    return nats / whole
