"""Beats, bars and seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Meter, TempoMap

tempo_maps = st.lists(
    st.tuples(st.floats(0, 500), st.floats(20, 400)), min_size=1, max_size=12
).map(lambda changes: TempoMap.of(sorted(changes)))


@given(tempo_maps, st.floats(-50, 1000), st.floats(0.001, 50))
def test_time_never_runs_backwards(tempo_map, beats, later):
    assert tempo_map.seconds_at(beats + later) > tempo_map.seconds_at(beats)


def test_a_tempo_change_counts_from_its_beat():
    tempo_map = TempoMap.of([(0.0, 120.0), (4.0, 60.0)])
    assert tempo_map.seconds_at(4.0) == 2.0
    assert tempo_map.seconds_at(6.0) == 4.0
    assert (tempo_map.bpm_at(3.999), tempo_map.bpm_at(4.0)) == (120.0, 60.0)


@pytest.mark.parametrize("changes", [[], [(0.0, 0.0)], [(0.0, -3.0)]])
def test_a_tempo_map_without_a_tempo_is_refused(changes):
    with pytest.raises(ValueError, match="positive tempi"):
        TempoMap.of(changes)


@given(st.integers(1, 12), st.floats(0, 10_000))
def test_the_next_bar_line_is_ahead_and_at_most_a_bar_away(beats_per_bar, beats):
    meter = Meter(beats_per_bar)
    assert beats < meter.next_bar_start(beats) <= beats + beats_per_bar + 1e-6
    assert meter.bar_start(meter.bar_at(beats)) <= beats
