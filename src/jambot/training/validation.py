"""How well a model predicts held-out solos while it trains: bits per note, by part of the note."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from jambot.tokens import VOCABULARY
from jambot.tokens.vocabulary import PART_OF
from jambot.training.batches import IGNORED, Windows
from jambot.training.team import Team

_PART_NAMES = ("timing", "pitch", "duration", "velocity")
_PART_OF = torch.tensor(
    [
        _PART_NAMES.index(PART_OF[VOCABULARY.field(i)]) if VOCABULARY.field(i) in PART_OF else -1
        for i in range(VOCABULARY.size)
    ]
)
TRITONE = 6


@dataclass(frozen=True, slots=True)
class Bits:
    """Held-out bits per note: the parts add up to `all`; `notes` were counted.

    `gap` is pitch under the same chords a tritone away, less pitch under the right ones.
    """

    timing: float
    pitch: float
    duration: float
    velocity: float
    gap: float
    notes: int

    @property
    def all(self) -> float:
        """All parts together."""
        return self.timing + self.pitch + self.duration + self.velocity


def validate(model: nn.Module, windows: Windows, rows: int = 16, team: Team | None = None) -> Bits:
    """Bits per note of every window, twice: as it is, and with the harmony a tritone away.

    A `team` shares the work, and each of it gets the same answer.
    """
    was_training = model.training
    model.eval()
    right, notes = _nats(model, windows, rows, 0, team)
    wrong, _ = _nats(model, windows, rows, TRITONE, team)
    model.train(was_training)
    scale = 1.0 / (max(notes, 1) * np.log(2.0))
    timing, pitch, duration, velocity = (float(part) * scale for part in right)
    gap = float(wrong[_PART_NAMES.index("pitch")]) * scale - pitch
    return Bits(timing, pitch, duration, velocity, gap, notes)


@torch.inference_mode()
def _nats(
    model: nn.Module, windows: Windows, rows: int, semitones: int, team: Team | None
) -> tuple[torch.Tensor, int]:
    device = next(model.parameters()).device
    sums = torch.zeros(len(_PART_NAMES) + 1, dtype=torch.float64)
    for number, batch in enumerate(windows.every_window(rows, semitones)):
        if team and number % team.size != team.rank:
            continue
        ids = torch.from_numpy(batch.ids).to(device)
        labels = torch.from_numpy(batch.labels)
        with torch.autocast(device.type, torch.bfloat16):
            logits = model(input_ids=ids).logits
        loss = functional.cross_entropy(
            logits.float().flatten(0, 1).cpu(),
            labels.flatten(),
            ignore_index=IGNORED,
            reduction="none",
        )
        counted = labels.flatten() != IGNORED
        parts = _PART_OF[labels.flatten()[counted]]
        sums.index_add_(0, parts, loss[counted].double())
        sums[-1] += (parts == _PART_NAMES.index("velocity")).sum()
    if team:
        sums = team.total(sums)
    return sums[:-1], int(sums[-1])
