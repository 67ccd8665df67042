"""How well a model predicts held-out solos while it trains: bits per strike, by part of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from jambot.model.architecture import in_bf16
from jambot.tokens import VOCABULARY
from jambot.tokens.vocabulary import PART_OF, PARTS
from jambot.training.batches import IGNORED, Windows
from jambot.training.team import Team

_FIELDS = [VOCABULARY.field(i) for i in range(VOCABULARY.size)]
_PART_OF = torch.tensor([PARTS.index(PART_OF[f]) if f in PART_OF else -1 for f in _FIELDS])
_MAY_GO_ON = torch.tensor([field in ("VEL", "COLOUR") for field in _FIELDS])
"""After these a strike may hold another note."""
PITCH, COLOUR = PARTS.index("pitch"), PARTS.index("colour")
TRITONE = 6


@dataclass(frozen=True, slots=True)
class Bits:
    """Held-out bits per strike: the parts add up to `all`; `notes` top notes were counted.

    `pitch` is the top note's, `colour` what the notes below it cost, with the choice to have none;
    `duration` and `velocity` are means over where they are known. `gap` is pitch under the same
    chords a tritone away, less pitch under the right ones.
    """

    timing: float
    pitch: float
    duration: float
    velocity: float
    colour: float
    gap: float
    notes: int

    @property
    def all(self) -> float:
        """All parts together."""
        return self.timing + self.pitch + self.duration + self.velocity + self.colour


def validate(model: nn.Module, windows: Windows, rows: int = 16, team: Team | None = None) -> Bits:
    """Bits per note of every window, twice: as it is, and with the harmony a tritone away.

    A `team` shares the work, and each of it gets the same answer.
    """
    right, counts = _nats(model, windows, rows, 0, team)
    wrong, _ = _nats(model, windows, rows, TRITONE, team)
    known = counts.clone()
    for part in ("timing", "colour"):
        known[PARTS.index(part)] = counts[PITCH]
    bits = right / known.clamp(min=1) / np.log(2.0)
    gap = float(wrong[PITCH] / known[PITCH].clamp(min=1)) / np.log(2.0) - float(bits[PITCH])
    of = dict(zip(PARTS, bits.tolist(), strict=True))
    return Bits(**of, gap=gap, notes=int(counts[PITCH]))


def _nats(
    model: nn.Module, windows: Windows, rows: int, semitones: int, team: Team | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """(parts,) nats, and (parts,) how many answers of each part there were."""
    sums = torch.zeros(2, len(PARTS), dtype=torch.float64)
    for ids, labels, logits in predictions(model, windows, rows, team, semitones):
        asked = labels != IGNORED
        _add_nats(sums, logits[asked].cpu(), ids[asked].cpu(), labels[asked].cpu())
    if team:
        sums = team.total(sums)
    return sums[0], sums[1]


@torch.inference_mode()
def predictions(
    model: nn.Module, windows: Windows, rows: int, team: Team | None = None, semitones: int = 0
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """What `model`, without dropout, says of every window: ids and labels (rows, n), logits (rows,
    n, vocabulary), on its device. The harmony is moved by `semitones`.

    A `team` shares the work: each of it gets other windows.
    """
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    for number, batch in enumerate(windows.every_window(rows, semitones)):
        if team and number % team.size != team.rank:
            continue
        ids, labels = (torch.from_numpy(x).to(device) for x in (batch.ids, batch.labels))
        with in_bf16(device):
            logits = model(input_ids=ids).logits
        yield ids, labels, logits.float()
    model.train(was_training)


def _add_nats(
    sums: torch.Tensor, logits: torch.Tensor, before: torch.Tensor, labels: torch.Tensor
) -> None:
    """Count answers (n,), given the ids `before` them and logits (n, vocabulary).

    Where a strike may go on and does not, what that choice costs is colour, and not timing.
    """
    nats = functional.cross_entropy(logits, labels, reduction="none").double()
    parts = _PART_OF[labels]
    ends = _MAY_GO_ON[before] & (parts != COLOUR)
    share = logits[ends].softmax(-1)[:, VOCABULARY.ids("COLOUR")].sum(-1).double()
    choice = -torch.log1p(-share.clamp(max=1 - 1e-9))
    nats[ends] -= choice
    sums[0].index_add_(0, parts, nats)
    sums[0, COLOUR] += choice.sum()
    sums[1].index_add_(0, parts, torch.ones_like(nats))
