"""What knobs do besides telling the model: each its own thing, and nothing where it is free."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.generation.knobs import (
    EIGHTHS_TICK,
    OFFBEAT_TICKS,
    centre_of,
    guidance_of,
    swung,
    told,
)
from jambot.tokens import UNSTEERED, Controls
from jambot.tokens.controls import OFFBEAT
from jambot.tokens.vocabulary import TICKS_PER_BEAT

NONE_YET = -TICKS_PER_BEAT
logits_of = st.lists(st.floats(-8, 8, width=32), min_size=24, max_size=24)


def chances(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits.astype(np.float64))
    return weights / weights.sum()


def test_off_beats_are_what_the_measure_of_swing_counts() -> None:
    counted = [t for t in range(24) if OFFBEAT[0] < t / TICKS_PER_BEAT < OFFBEAT[1]]
    assert counted == list(OFFBEAT_TICKS)


@given(logits_of, st.floats(0, 1), st.integers(0, 23))
def test_swing_moves_off_beats_and_leaves_their_chance_and_all_else(
    logits: list[float], knob: float, first: int
) -> None:
    before = np.array(logits, np.float32)[first:]
    after = swung(before, first, NONE_YET, knob)
    inside = np.isin(np.arange(first, 24), OFFBEAT_TICKS)
    assert (after[~inside] == before[~inside]).all()
    assert chances(after)[inside].sum() == pytest.approx(chances(before)[inside].sum(), abs=1e-4)


def test_more_swing_puts_off_beats_later() -> None:
    flat = np.zeros(24, np.float32)
    inside = list(OFFBEAT_TICKS)
    means = [
        float(np.average(inside, weights=chances(swung(flat, 0, NONE_YET, knob))[inside]))
        for knob in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert means == sorted(means)
    assert means[0] < 12.5
    assert means[-1] > 15.0


def test_triplets_and_sixteenths_stay_where_they_are() -> None:
    flat = np.zeros(24, np.float32)
    assert (swung(flat[9:], 9, 8, 0.0) == 0).all()
    assert (swung(flat[7:], 7, 6, 1.0) == 0).all()
    assert (swung(flat[1:], 1, EIGHTHS_TICK - 1, 1.0) != 0).any()


def test_a_free_knob_changes_nothing() -> None:
    flat = np.zeros(24, np.float32)
    assert swung(flat, 0, NONE_YET, None) is flat
    assert centre_of(66.0, None) == 66.0
    assert guidance_of(0.75, None) == 0.75
    assert told(UNSTEERED) == UNSTEERED


def test_knobs_lean_further_the_further_they_are_turned() -> None:
    knobs = np.linspace(0, 1, 21)
    assert (np.diff([centre_of(66.0, k) for k in knobs]) > 0).all()
    assert (np.diff([guidance_of(0.75, k) for k in knobs]) < 0).all()
    assert guidance_of(0.75, 0.5) == 0.75
    assert centre_of(66.0, 0.5) == 66.0


def test_the_model_is_told_of_what_no_lean_does_alone() -> None:
    assert told(Controls(0.1, 0.2, 0.3, 0.4, 0.5)) == Controls(0.1, 0.2, None, 0.4, None)
