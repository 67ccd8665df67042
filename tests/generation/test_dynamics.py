"""How hard notes are struck: by no steps, and as the knob says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.generation.dynamics import (
    LOUDEST,
    SOFTEST,
    SPREAD,
    USUAL,
    loudness,
    struck,
    within_step,
)
from jambot.music import Note
from jambot.tokens import UNSTEERED, Controls
from jambot.tokens.vocabulary import VELOCITIES, nearest

NOTE = Note(1.0, 0.5, 64, 80)


@given(st.sampled_from(VELOCITIES), st.floats(0, 1, exclude_max=True))
def test_a_velocity_between_the_steps_is_heard_as_the_same_token(step: int, chance: float) -> None:
    assert nearest(VELOCITIES, within_step(step, chance)) == step


def test_every_velocity_from_the_softest_to_the_loudest_is_played() -> None:
    found = {within_step(step, chance) for step in VELOCITIES for chance in np.arange(0, 1, 0.02)}
    assert found == set(range(SOFTEST, LOUDEST + 1))


@pytest.mark.parametrize("velocity", [40, 80, 108])
def test_intensity_is_heard_over_tens_of_velocities_and_stays_midi(velocity: int) -> None:
    found = [loudness(velocity, knob) for knob in np.linspace(0, 1, 11)]
    assert found == sorted(found)
    assert found[-1] - found[0] >= 40
    assert all(1 <= one <= 127 for one in found)


def test_a_free_knob_and_one_in_the_middle_strike_as_the_model_says() -> None:
    assert struck(NOTE, UNSTEERED) is NOTE
    assert struck(NOTE, Controls(intensity=0.5)) is NOTE
    assert struck(NOTE, Controls(density=1.0)) is NOTE


def test_soft_notes_sound_softer_and_loud_ones_louder_than_drawn() -> None:
    drawn = np.arange(SOFTEST, LOUDEST + 1)
    sounding = np.array([loudness(int(one), None) for one in drawn])
    assert loudness(round(USUAL), None) == round(USUAL)
    assert (np.diff(sounding) >= 1).all()
    assert np.polyfit(drawn, sounding, 1)[0] == pytest.approx(SPREAD, abs=0.01)


def test_only_the_velocity_changes() -> None:
    assert struck(NOTE, Controls(intensity=1.0)) == Note(1.0, 0.5, 64, 110)
