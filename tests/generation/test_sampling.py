"""From logits to one token: the edges of temperature, top-p, guidance and chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.errors import UsageError
from jambot.generation.sampling import SamplingSettings, chance, choose, guided

LOGITS = np.log(np.array([0.1, 0.4, 0.2, 0.3], np.float32))
EVENLY = [i / 1000 for i in range(1000)]


def shares(logits: np.ndarray, temperature: float = 1.0, top_p: float = 1.0) -> list[float]:
    """How often each token is drawn when chance takes every value."""
    drawn = [choose(logits, temperature, top_p, luck) for luck in EVENLY]
    return [drawn.count(token) / len(EVENLY) for token in range(len(logits))]


def test_tokens_are_drawn_as_often_as_the_model_says() -> None:
    assert shares(LOGITS) == pytest.approx([0.1, 0.4, 0.2, 0.3], abs=0.002)


def test_temperature_sharpens_and_flattens() -> None:
    assert shares(LOGITS, 0.5) == pytest.approx([1 / 30, 16 / 30, 4 / 30, 9 / 30], abs=0.002)
    assert shares(LOGITS, 1e6) == pytest.approx([0.25] * 4, abs=0.002)


@pytest.mark.parametrize(("temperature", "top_p"), [(0.0, 1.0), (1.0, 0.0)])
def test_no_temperature_or_no_top_p_leaves_the_likeliest(temperature: float, top_p: float) -> None:
    assert shares(LOGITS, temperature, top_p) == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.39, {1}), (0.41, {1, 3}), (0.69, {1, 3}), (0.71, {1, 2, 3})]
)
def test_top_p_keeps_the_smallest_set_with_that_much(top_p: float, kept: set[int]) -> None:
    found = shares(LOGITS, top_p=top_p)
    assert {token for token, share in enumerate(found) if share} == kept


@given(
    st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=80),
    st.floats(0.01, 3),
    st.floats(0.01, 1),
    st.floats(0, 1, exclude_max=True),
    st.data(),
)
def test_what_is_forbidden_is_never_drawn(
    logits: list[float], temperature: float, top_p: float, luck: float, data: st.DataObject
) -> None:
    allowed = data.draw(st.integers(0, len(logits) - 1))
    masked = np.array(logits, np.float32)
    forbidden = data.draw(st.sets(st.integers(0, len(logits) - 1)).map(lambda s: s - {allowed}))
    masked[list(forbidden)] = -np.inf
    drawn = choose(masked, temperature, top_p, luck)
    assert drawn not in forbidden
    assert 0 <= drawn < len(logits)


def test_a_token_that_is_all_but_impossible_is_not_drawn_by_the_last_bit_of_chance() -> None:
    logits = np.array([0.0, -200.0, -np.inf], np.float32)
    assert choose(logits, 1.0, 1.0, 1 - 2**-53) == 0
    assert choose(logits, 1.0, 1.0, 0.0) == 0


def test_guidance_goes_where_the_harmony_points() -> None:
    heard, unheard = LOGITS, np.log(np.full(4, 0.25, np.float32))
    weights = [np.exp(guided(heard, unheard, w)) for w in (0.0, 1.0)]
    assert weights[0] == pytest.approx(np.exp(LOGITS))
    assert weights[1] / weights[1].sum() == pytest.approx(np.exp(LOGITS * 2) / 0.3)
    assert guided(heard, heard, 5.0) == pytest.approx(LOGITS)


def test_guidance_reads_logits_of_any_height() -> None:
    moved = guided(LOGITS + 40, LOGITS[::-1] - 7, 0.5)
    assert moved == pytest.approx(guided(LOGITS, LOGITS[::-1], 0.5), abs=1e-4)


def test_chance_is_spread_evenly_along_every_part_of_its_place() -> None:
    for place in (lambda i: (i, 3), lambda i: (3, i), lambda i: (i // 50, i % 50)):
        drawn = np.array([chance(1, *place(i)) for i in range(2500)])
        found = np.histogram(drawn, 10, (0, 1))[0]
        assert ((found - 250) ** 2 / 250).sum() < 30
        assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.08


@given(st.integers(-(2**70), 2**70), st.lists(st.integers(-1000, 2**40), min_size=1, max_size=5))
def test_chance_can_be_repeated(seed: int, place: list[int]) -> None:
    assert 0 <= chance(seed, *place) < 1
    assert chance(seed, *place) == chance(seed, *place)


def test_neighbouring_seeds_have_nothing_in_common() -> None:
    one, other = ([chance(seed, i // 4, 6 * i, 94) for i in range(500)] for seed in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15
    assert len({*one, *other}) == 1000


@pytest.mark.parametrize(
    "wrong",
    [
        {"lowest": 80, "highest": 60},
        {"lowest": 10},
        {"highest": 120},
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"top_p": -0.1},
        {"top_p": 1.5},
        {"guidance": float("inf")},
        {"rhythm_top_p": 1.01},
        {"breath": -0.1},
        {"centre": 12.0},
        {"centre": float("nan")},
        {"figures": -1.0},
        {"primer_max_tokens": -4},
    ],
)
def test_settings_that_cannot_be_played_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        SamplingSettings(**wrong)
