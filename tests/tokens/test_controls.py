"""Knobs and what they are measured by: one scale from 0 to 4 on both sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.tokens import UNSTEERED, VOCABULARY, Controls
from jambot.tokens.controls import LEVEL_EDGES, LINE_EDGES, measured_levels
from jambot.tokens.vocabulary import CONTROLS, FREE, PLAYERS

ORDER = ("density", "register", "intensity", "inside_outside", "swing", "texture")


def levels_of(
    *,
    beats: float = 32.0,
    notes: int = 40,
    phase: float = 0.0,
    pitch: float = 66.0,
    velocity: float = 79.0,
    outside: float = 0.5,
    colours: int = 0,
    player: str = "horn",
) -> dict[str, int]:
    """The measured levels of a window of equal notes, by name."""
    marks = np.arange(notes) < outside * notes
    levels = measured_levels(
        player,
        beats,
        np.full(notes, phase),
        np.full(notes, pitch),
        np.full(notes, velocity),
        marks,
        colours,
    )
    return dict(zip(ORDER, levels, strict=True))


def test_the_order_is_that_of_the_tokens_and_of_the_edges() -> None:
    assert tuple(Controls.__slots__) == ORDER
    assert all(tuple(edges) == ORDER for edges in LEVEL_EDGES.values())
    assert tuple(LEVEL_EDGES) == PLAYERS
    assert tuple(name.upper() for name in ORDER) == CONTROLS


def test_unsteered_leaves_everything_free() -> None:
    assert UNSTEERED.levels() == (FREE,) * len(CONTROLS)


def test_a_knob_reaches_every_level_from_end_to_end() -> None:
    assert [Controls(density=k).levels()[0] for k in (0, 0.2, 0.4, 0.6, 0.8)] == [0, 1, 2, 3, 4]
    assert Controls(density=1.0).levels()[0] == 4
    assert Controls(swing=0.0).levels() == (FREE, FREE, FREE, FREE, 0, FREE)


@given(st.lists(st.none() | st.floats(0, 1), min_size=6, max_size=6))
def test_every_setting_of_the_knobs_has_its_tokens(knobs: list[float | None]) -> None:
    levels = Controls(*knobs).levels()
    tokens = [VOCABULARY.id(name, level) for name, level in zip(CONTROLS, levels, strict=True)]
    assert len(set(tokens)) == len(CONTROLS)
    assert [level == FREE for level in levels] == [knob is None for knob in knobs]


@pytest.mark.parametrize("name", ORDER)
def test_a_measure_on_an_edge_belongs_to_the_level_above_it(name: str) -> None:
    edges = LINE_EDGES[name]
    assert list(edges) == sorted(edges)
    for level, edge in enumerate(edges, start=1):
        if name == "density":
            found = [levels_of(beats=b)[name] for b in (40 / edge, 40 / edge + 0.1)]
        elif name == "texture":
            found = [levels_of(notes=100, colours=round(100 * edge) - i)[name] for i in (100, 101)]
        elif name == "inside_outside":
            found = [levels_of(notes=100, outside=s)[name] for s in (edge, edge - 0.015)]
        else:
            argument = {"register": "pitch", "intensity": "velocity", "swing": "phase"}[name]
            found = [levels_of(**{argument: value})[name] for value in (edge, edge - 0.01)]
        assert found == [level, level - 1]


def test_swing_needs_notes_off_the_beat() -> None:
    assert levels_of(phase=0.0)["swing"] == FREE
    assert levels_of(notes=3, phase=0.5)["swing"] == FREE
    assert levels_of(notes=4, phase=0.5)["swing"] == 0
    assert levels_of(notes=4, phase=2 / 3)["swing"] == 4


def test_an_empty_window_is_as_sparse_as_can_be_and_says_nothing_else() -> None:
    assert list(levels_of(notes=0).values()) == [0, FREE, FREE, FREE, FREE, FREE]
    assert list(levels_of(beats=0.0).values()) == [0, FREE, FREE, FREE, FREE, FREE]


def test_a_pianist_is_measured_among_pianists() -> None:
    assert levels_of(pitch=72.0)["register"] == 4
    assert levels_of(pitch=72.0, player="pianist")["register"] == 1


def test_a_single_line_is_a_level_of_its_own() -> None:
    assert [levels_of(notes=100, colours=c)["texture"] for c in (0, 2, 3)] == [0, 0, 1]
