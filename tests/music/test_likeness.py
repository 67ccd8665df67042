"""Voicings of one chord are known as one; other chords are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import SILENCE, Harmony, chord_in, is_change, likeness
from jambot.music.likeness import SAME

SHELL, ROOTED, NINTH = (50, 60, 65), (50, 57, 60, 65), (38, 53, 57, 60, 64)

harmonies = st.builds(Harmony.of, st.sets(st.integers(36, 84), max_size=6))


@pytest.mark.parametrize("hands", [SHELL, ROOTED, NINTH, (53, 57, 60)])
def test_voicings_of_d_minor_seventh_are_one_chord(hands):
    assert likeness(Harmony.of(ROOTED), Harmony.of(hands)) >= SAME
    assert not is_change(Harmony.of(hands), Harmony.of(ROOTED))


@pytest.mark.parametrize("hands", [(43, 53, 59, 62), (48, 52, 59, 64), (49, 53, 59, 63)])
def test_another_chord_is_a_change(hands):
    assert is_change(Harmony.of(ROOTED), Harmony.of(hands))


def test_a_harmony_is_called_by_its_chord():
    assert chord_in(Harmony.of(ROOTED)).symbol == "Dm7"
    assert chord_in(SILENCE) is None


@given(harmonies, harmonies)
def test_likeness_has_no_direction(one, other):
    assert likeness(one, other) == likeness(other, one)


@given(harmonies, harmonies, st.integers(-12, 12))
def test_likeness_is_the_same_in_every_key(one, other, semitones):
    moved = likeness(one.transposed(semitones), other.transposed(semitones))
    assert moved == likeness(one, other)
