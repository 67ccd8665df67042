"""Knobs, turned by numbers made up, and by the rule, which obeys those that need no model."""

import json

import numpy as np
import pytest

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.soloists import trained
from jambot.generation import ChordToneModel, SamplingSettings
from jambot.music import ChordSpan, Meter, Note, parse_chord
from lab.exams.steering import SETTINGS, Steered, measure_steering
from lab.exams.steering_page import steering_sheet, write_steering

MEASURES = {
    "density": 1.5, "register": 66.0, "intensity": 80.0, "inside_outside": 0.5, "swing": 0.6,
    "texture": 1.0,
}  # fmt: skip


def steered(control="density", values=(1.0, 1.2, 1.4, 1.6, 1.8), **others) -> Steered:
    found = tuple(
        MEASURES | {control: value} | {name: moved[i] for name, moved in others.items()}
        for i, value in enumerate(values)
    )
    return Steered(control, SETTINGS[: len(values)], found, MEASURES)


@pytest.fixture
def excerpt() -> Excerpt:
    hands = tuple(Note(bar * 4.0, 3.5, pitch) for bar in range(4) for pitch in (48, 52, 55, 59))
    chords = (ChordSpan(0.0, 16.0, parse_chord("Cmaj7")),)
    return Excerpt("x", "x", hands, (), chords, Meter(), 120.0, 0.0, 4)


def test_a_knob_that_moves_its_own_measure_alone_steers():
    assert steered().steers
    assert steered().rises == 4


def test_three_settings_in_a_row_are_enough_and_two_are_not():
    assert steered(values=(1.0, 1.2, 1.4, 1.3, 1.3)).steers
    assert not steered(values=(1.0, 1.2, 1.1, 1.3, 1.2)).steers


def test_a_knob_that_turns_the_wrong_way_does_not_steer():
    assert not steered(values=(1.8, 1.2, 1.4, 1.6, 1.7)).steers


def test_another_measure_that_strays_fails_the_knob_and_is_named():
    found = steered(inside_outside=(0.5, 0.5, 0.5, 0.5, 0.58))
    assert found.strays["inside_outside"] == pytest.approx(0.16)
    assert "density" not in found.strays
    assert not found.steers


def test_a_measure_that_could_not_be_taken_is_no_rise():
    assert steered(values=(1.0, None, 1.4, 1.6, 1.8)).rises == 2


def test_the_rule_is_as_loud_as_asked_and_no_denser_and_chance_moves_nothing(excerpt, tmp_path):
    sampling = SamplingSettings(temperature=0.0, guidance=0.0)
    found = {
        one.control: one
        for one in measure_steering(trained("it", ChordToneModel(), sampling), [excerpt])
    }
    assert set(found) == {*MEASURES, "guidance", "chance"}
    assert found["intensity"].steers
    assert found["intensity"].rises == 4
    assert not found["density"].steers
    assert np.allclose(list(found["intensity"].strays.values()), 0.0)
    assert np.allclose(list(found["chance"].strays.values()), 0.0)
    assert not found["chance"].steers
    content = json.loads(write_steering({"it": list(found.values())}, tmp_path).read_text())
    assert content["it"]["intensity"]["steers"] is True
    rows = dict(steering_sheet("it", list(found.values())).rows)
    assert rows["intensity"][-1].said == "steers"
    assert rows["chance"][-1].said == "–"
    assert len({len(cells) for cells in rows.values()}) == 1
