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
    colour: float = 1.0

    def of_tokens(self) -> Tensor:
        """One weight a token (vocabulary,); 0 for what is never answered."""
        fields = (VOCABULARY.field(i) for i in range(VOCABULARY.size))
        parts = (PART_OF.get(field) for field in fields)
        return torch.tensor([float(getattr(self, part)) if part else 0.0 for part in parts])

    def of_bits(self, bits: Bits) -> float:
        """Bits a note, its parts counted by weight: what the best checkpoint has the fewest of."""
        return float(sum(w * getattr(bits, part) for part, w in asdict(self).items()))


@dataclass(frozen=True, slots=True)
class Contrast:
    """Makes chords worth hearing: top notes must cost more under others than under their own.

    `weight` times the mean of max(0, `margin` + nats under the right harmony - nats under another)
    over the top notes of the first `rows` windows of a batch; 0 rows leave it out. The other is the
    same harmony `OTHER_SEMITONES` higher. `rows` cost as many forward passes more.
    """

    weight: float = 1.0
    margin: float = 0.7
    rows: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.rows, int):
            raise ValueError(f"rows = {self.rows!r}: windows are counted")


OTHER_SEMITONES = (6, 1, 11)
"""A tritone keeps a dominant's guide tones; a semitone, up or down, keeps almost nothing."""


def hinge(right: Tensor, other: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Mean over the top notes in `labels` (rows, n) of what `Contrast` asks.

    `right` and `other` are logits (rows, n, vocabulary) under either harmony.
    """
    span = VOCABULARY.ids("PITCH")
    here = (labels >= span.start) & (labels < span.stop)
    wanted = labels[here]
    nats = [
        functional.cross_entropy(x[here].float(), wanted, reduction="none") for x in (right, other)
    ]
    mean: Tensor = (margin + nats[0] - nats[1]).clamp(min=0.0).sum() / here.sum().clamp(min=1)
    return mean


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


def mean_of(nats: Tensor, labels: Tensor, of_tokens: Tensor, whole: Tensor) -> Tensor:
    """The part of `nats` (rows, n) in the mean of all answers, by weight, as in `weighted_loss`."""
    counted = labels != IGNORED
    return (nats[counted] * of_tokens[labels[counted]]).sum() / whole
