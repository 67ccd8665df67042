"""The table of tokens: complete, contiguous, and named by its fingerprint."""

from dataclasses import replace

import numpy as np
import pytest

from jambot.tokens.vocabulary import (
    ANSWERED,
    DURATION_TICKS,
    FIELDS,
    TEMPO_BPMS,
    VELOCITIES,
    VOCABULARY,
    Field,
    Vocabulary,
    nearest,
)


def test_the_fields_lie_side_by_side_and_fill_the_table() -> None:
    end = 0
    for field in FIELDS:
        span = VOCABULARY.ids(field.name)
        assert span.start == end
        assert span.stop - span.start == len(field.values)
        end = span.stop
    assert end == VOCABULARY.size == len(VOCABULARY.names)


def test_every_id_is_a_field_and_a_value_and_back() -> None:
    for token in range(VOCABULARY.size):
        field, value = VOCABULARY.field(token), VOCABULARY.value(token)
        assert VOCABULARY.id(field, value) == token
        assert VOCABULARY.names[token] == f"{field}_{value}"
    assert len(set(VOCABULARY.names)) == VOCABULARY.size


@pytest.mark.parametrize("values", [TEMPO_BPMS, DURATION_TICKS, VELOCITIES])
def test_values_go_upward_so_that_each_has_one_nearest(values: tuple[int, ...]) -> None:
    assert list(values) == sorted(set(values))
    assert [nearest(values, value) for value in values] == list(values)
    assert nearest(values, -1e9) == values[0]
    assert nearest(values, 1e9) == values[-1]


def test_a_value_that_a_field_does_not_hold_is_refused() -> None:
    with pytest.raises(KeyError):
        VOCABULARY.id("PITCH", 109)
    with pytest.raises(KeyError):
        VOCABULARY.id("LOUDNESS", 0)


def test_the_same_table_has_the_same_fingerprint() -> None:
    assert Vocabulary(FIELDS).fingerprint == VOCABULARY.fingerprint


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS[:-1],
        (*FIELDS, Field("PEDAL", (0,))),
        (FIELDS[1], FIELDS[0], *FIELDS[2:]),
        (*FIELDS[:-1], Field("VEL", (*VELOCITIES[:-1], 107))),
        (replace(FIELDS[0], name="EMPTY"), *FIELDS[1:]),
    ],
    ids=["one fewer", "one more", "another order", "another value", "another name"],
)
def test_any_other_table_has_another_fingerprint(fields: tuple[Field, ...]) -> None:
    assert Vocabulary(fields).fingerprint != VOCABULARY.fingerprint


def test_what_is_answered_is_what_a_solo_is_made_of() -> None:
    answered = {name for name in ANSWERED if VOCABULARY.ids(name)}
    assert answered == {"BAR", "BEAT", "POS", "PITCH", "DUR", "VEL", "COLOUR"}


def test_features_tie_a_chord_tone_to_the_note_of_its_pitch_class() -> None:
    features = VOCABULARY.features()
    assert features.shape[0] == VOCABULARY.size
    assert set(np.unique(features)) == {0.0, 1.0}
    assert features.any(axis=1).all()
    shared = features @ features.T
    note, same, other = (VOCABULARY.id(*t) for t in (("PITCH", 67), ("HARM", 7), ("HARM", 8)))
    assert shared[note, same] == 1
    assert shared[note, other] == 0
