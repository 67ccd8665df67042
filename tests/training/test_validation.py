"""Held-out bits: of a model that knows nothing, exactly what its ignorance costs."""

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from jambot.tokens import VOCABULARY
from jambot.training.batches import Windows
from jambot.training.shard import build_shard
from jambot.training.validation import Bits, validate


class Listener(nn.Module):
    """Certain of two things: nothing, or that a note lies in the chord that was stated last."""

    def __init__(self, hears: bool) -> None:
        super().__init__()
        self.hears, self.weight = hears, nn.Parameter(torch.zeros(1))

    def forward(self, input_ids: torch.Tensor) -> SimpleNamespace:
        logits = torch.zeros(*input_ids.shape, VOCABULARY.size)
        if self.hears:
            for row, ids in enumerate(input_ids.tolist()):
                heard: set[int] = set()
                for i, token in enumerate(ids):
                    field, value = VOCABULARY.field(token), VOCABULARY.value(token)
                    if field == "BASS":
                        heard = set()
                    if field in ("BASS", "HARM"):
                        heard.add(value)
                    for pitch in range(21, 109) if field == "POS" else ():
                        logits[row, i, VOCABULARY.id("PITCH", pitch)] = 4.0 * (pitch % 12 in heard)
        return SimpleNamespace(logits=logits)


@pytest.fixture
def windows(roles: Path, tmp_path: Path) -> Windows:
    return Windows(build_shard(roles, tmp_path / "shard", "val"), 96)


def notes_in(windows: Windows) -> int:
    return sum(VOCABULARY.field(int(token)) == "VEL" for token in windows.shard.tokens)


def test_a_model_that_knows_nothing_pays_the_same_for_every_token(windows: Windows) -> None:
    bits = validate(Listener(hears=False), windows)
    even = math.log2(VOCABULARY.size)
    assert bits.notes == notes_in(windows)
    assert (bits.pitch, bits.duration, bits.velocity) == pytest.approx((even, even, even))
    assert bits.timing > even
    assert bits.gap == 0.0


def test_one_that_hears_the_chord_loses_when_it_is_swapped(windows: Windows) -> None:
    bits = validate(Listener(hears=True), windows)
    assert bits.gap > 1.0
    assert bits.pitch < math.log2(VOCABULARY.size) - 1.0


def test_validation_leaves_a_model_in_training_as_it_was(windows: Windows) -> None:
    model = Listener(hears=False)
    model.train()
    validate(model, windows)
    assert model.training


def test_all_is_the_sum_of_the_parts() -> None:
    assert Bits(1.0, 2.0, 3.0, 0.5, 0.25, 0.1, 9).all == 6.75
