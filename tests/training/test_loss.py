"""The loss counts each part of a note by its weight, and nothing that was not asked."""

import math

import pytest
import torch

from jambot.tokens import VOCABULARY
from jambot.training.batches import IGNORED
from jambot.training.loss import LossWeights, hinge, weighted_loss
from jambot.training.validation import Bits

POS, PITCH = VOCABULARY.id("POS", 0), VOCABULARY.id("PITCH", 60)


def loss_of(weights: LossWeights, labels: list[int], sure_of: int) -> float:
    """Of a model that gives one token odds of e**2 to 1 against each other, everywhere."""
    logits = torch.zeros(1, len(labels), VOCABULARY.size)
    logits[..., sure_of] = 2.0
    return float(weighted_loss(logits, torch.tensor([labels]), weights.of_tokens()))


def test_even_weights_are_plain_cross_entropy() -> None:
    all_but_one = math.exp(2.0) + VOCABULARY.size - 1
    hit, miss = math.log(all_but_one) - 2.0, math.log(all_but_one)
    assert loss_of(LossWeights(), [POS, PITCH, IGNORED], POS) == pytest.approx((hit + miss) / 2)


def test_a_part_counts_by_its_weight() -> None:
    all_but_one = math.exp(2.0) + VOCABULARY.size - 1
    hit, miss = math.log(all_but_one) - 2.0, math.log(all_but_one)
    weights = LossWeights(timing=1.0, pitch=3.0)
    assert loss_of(weights, [POS, PITCH], POS) == pytest.approx((hit + 3 * miss) / 4)
    assert loss_of(LossWeights(timing=0.0), [POS, PITCH], POS) == pytest.approx(miss)


def test_what_is_given_to_the_model_weighs_nothing() -> None:
    weights = LossWeights().of_tokens()
    assert weights[VOCABULARY.id("BASS", 3)] == weights[VOCABULARY.id("TEMPO", 127)] == 0.0
    assert weights[VOCABULARY.id("BAR")] == weights[VOCABULARY.id("VEL", 80)] == 1.0


def test_the_best_is_what_the_loss_asks_for() -> None:
    bits = Bits(timing=3.0, pitch=2.0, duration=1.0, velocity=0.5, colour=0.0, gap=0.2, notes=9)
    assert LossWeights().of_bits(bits) == bits.all
    assert LossWeights(0.5, 2.0, 0.0, 1.0).of_bits(bits) == pytest.approx(1.5 + 4.0 + 0.5)


def test_a_top_note_must_cost_more_under_another_harmony_by_the_margin() -> None:
    labels = torch.tensor([[POS, PITCH, IGNORED]])
    right, other = torch.zeros(2, 1, 3, VOCABULARY.size).unbind()
    assert float(hinge(right, other, labels, 0.7)) == pytest.approx(0.7)
    right[0, 1, PITCH] = 0.5
    assert 0.0 < float(hinge(right, other, labels, 0.7)) < 0.7
    right[0, 1, PITCH] = 2.0
    assert float(hinge(right, other, labels, 0.7)) == 0.0
    assert float(hinge(other, right, labels, 0.7)) > 2.0


def test_places_and_what_is_not_asked_know_no_harmony() -> None:
    right, other = torch.zeros(2, 1, 2, VOCABULARY.size).unbind()
    other[..., POS] = 9.0
    assert float(hinge(right, other, torch.tensor([[POS, IGNORED]]), 0.7)) == 0.0
