"""What leans on the model's choices leans the right way, and forgets what is long past."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.generation.leans import Leans
from jambot.generation.phrasing import (
    EDGE_SEMITONES,
    HASTE_NOTES,
    HASTE_S,
    LONG_HASTE_S,
    LONGEST_BEATS,
    MOST_NOTES,
    SILENCE_BEATS,
    haste_lean,
    register_lean,
    section_lean,
    silence_lean,
    struck_lean,
    taken_up,
)
from jambot.generation.sampling import PHRASING, SamplingSettings
from jambot.model.folder import Manner
from jambot.music import Note
from jambot.tokens import Prompt
from jambot.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

FREE_SEMITONES = 10.0


def line(*pitches: int) -> list[Note]:
    return [Note(float(i), 1.0, pitch) for i, pitch in enumerate(pitches)]


def lean_of(pitch: int, centre: float) -> float:
    return float(register_lean(centre, FREE_SEMITONES)[pitch - LOWEST_PITCH])


def test_nothing_leans_near_the_centre_and_more_and_more_does_beyond() -> None:
    assert lean_of(66, 66.0) == lean_of(66 + int(FREE_SEMITONES), 66.0) == 0.0
    edge = int(FREE_SEMITONES + EDGE_SEMITONES)
    assert lean_of(66 + edge, 66.0) == lean_of(66 - edge, 66.0) == -1.0
    beyond = [lean_of(pitch, 66.0) for pitch in range(66 + int(FREE_SEMITONES), HIGHEST_PITCH)]
    assert all(low > high for low, high in itertools.pairwise(beyond))
    assert np.isfinite(register_lean(66.0, FREE_SEMITONES)).all()


def test_the_centre_moves_the_whole_lean() -> None:
    assert (
        register_lean(60.0, FREE_SEMITONES)[:-5] == register_lean(65.0, FREE_SEMITONES)[5:]
    ).all()


def test_a_rest_leans_to_the_next_phrase_only_when_it_is_long() -> None:
    leans = [silence_lean(rest) for rest in np.arange(-3.0, 40.0, 0.5)]
    assert leans == sorted(leans, reverse=True)
    assert silence_lean(SILENCE_BEATS) == 0.0
    assert silence_lean(SILENCE_BEATS + 2) == pytest.approx(-2.0)
    assert silence_lean(40.0) == silence_lean(float("inf")) == SILENCE_BEATS - LONGEST_BEATS


def test_haste_leans_against_one_more_note_and_forgets_old_ones() -> None:
    free = [i * HASTE_S / HASTE_NOTES for i in range(HASTE_NOTES)]
    soon, later = HASTE_S * 0.999, HASTE_S * 1.5
    assert haste_lean([], np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
    assert haste_lean(free, np.array([soon, later])).tolist() == [0.0, 0.0]
    hasty = sorted([*free, *(place + 0.01 for place in free)])
    leans = haste_lean(hasty, np.array([soon, later, 2.5 * HASTE_S])).tolist()
    assert leans == [-HASTE_NOTES, 0.0, 0.0]


def test_no_more_than_a_person_plays_in_four_seconds() -> None:
    line = [i * LONG_HASTE_S / MOST_NOTES for i in range(MOST_NOTES)]
    end = LONG_HASTE_S
    assert np.isinf(haste_lean(line, np.array([end - 0.01]))).all()
    assert np.isfinite(haste_lean(line, np.array([end + 0.01]))).all()
    assert np.isfinite(haste_lean(line[1:], np.array([end - 0.01]))).all()


def test_a_figure_is_taken_up_in_any_key() -> None:
    lick = [60, 62, 64, 59]
    for up in (0, 5, -7):
        moved = [pitch + up for pitch in lick]
        assert taken_up(line(*lick, 72, *moved[:-1])) == set()
        assert taken_up(line(*lick, 67, *lick, 72, *moved)) == {67 + up, 72 + up}


@pytest.mark.parametrize("pitches", [(), (60,), (60, 62, 64), (60, 62, 64, 65)])
def test_a_line_too_short_for_a_figure_takes_nothing_up(pitches: tuple[int, ...]) -> None:
    assert taken_up(line(*pitches)) == set()


@given(st.lists(st.integers(58, 62), min_size=5, max_size=60))
def test_what_is_taken_up_repeats_four_intervals(pitches: list[int]) -> None:
    """The figure that reports count, `repetition_rate`: so it cannot lean past what it is for."""

    def grams(notes: list[int]) -> list[tuple[int, ...]]:
        steps = [b - a for a, b in itertools.pairwise(notes)]
        return [tuple(steps[i : i + 4]) for i in range(len(steps) - 3)]

    known = set(grams(pitches))
    found = taken_up(line(*pitches))
    for pitch in range(min(pitches) - 4, max(pitches) + 5):
        gram = grams([*pitches, pitch])[-1]
        in_turn = gram[0] == -gram[1] == gram[2]
        assert (pitch in found) == (gram in known and not in_turn)


def test_one_key_over_and_over_is_leant_against_and_only_at_the_end_of_the_line() -> None:
    assert struck_lean(line(*[60] * 20, 62)) == 0.0
    leans = [struck_lean(line(62, *[60] * strikes)) for strikes in (1, 8, 9, 16, 24)]
    assert leans == [0.0, 0.0, -0.25, -2.0, -4.0]


def test_a_note_struck_over_and_over_is_no_figure_nor_is_a_trill() -> None:
    assert taken_up(line(*[60] * 12)) == set()
    assert taken_up(line(*[60, 62] * 6)) == set()


@pytest.mark.parametrize("bars", [8, 12, 16, 32])
@pytest.mark.parametrize("beats_per_bar", [3, 4, 5])
def test_a_section_ends_in_a_rest_after_a_busy_bar(bars: int, beats_per_bar: int) -> None:
    beats = bars * beats_per_bar
    leans = [section_lean(beat, 0.0, bars, beats_per_bar) for beat in range(beats)]
    assert min(leans[-beats_per_bar:]) > 0
    assert min(leans) < 0
    assert leans[0] == leans[beats // 2 + 1] == 0.0
    moved = [section_lean(beat + 7, 7.0 - beats, bars, beats_per_bar) for beat in range(beats)]
    assert moved == leans


def test_a_vamp_has_no_sections() -> None:
    assert {section_lean(beat, 0.0, 4, 4) for beat in range(32)} == {0.0}


@pytest.mark.parametrize(
    ("asked", "of_the_model", "taken"),
    [(None, None, PHRASING["pianist"].chord_bias), (None, 0.5, 0.5), (-1.0, 0.5, -1.0)],
)
def test_chords_are_struck_as_asked_else_as_the_model_says_else_as_usual(
    asked: float | None, of_the_model: float | None, taken: float
) -> None:
    leans = Leans(SamplingSettings(chord_bias=asked), Prompt(), Manner(chord_bias=of_the_model))
    nothing = np.zeros(HIGHEST_PITCH - LOWEST_PITCH + 1, np.float32)
    below = leans.colours(nothing, [Note(0.0, 1.0, 70)])
    assert below[64 - LOWEST_PITCH] == pytest.approx(taken)
