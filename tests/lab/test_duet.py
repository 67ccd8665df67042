"""Simulated pianists and the stage follow each other, and neither runs away."""

import numpy as np
import pytest

from lab.duet import RHYTHMS, play

STEADY = [132.0] * 1320


SLACK = {"and of two and four": (20.0, 2)}
"""Who never strikes the beat is followed a little less well: drift in ms, false tempi."""


@pytest.mark.parametrize("rhythm", list(RHYTHMS))
def test_ten_minutes_of_a_steady_pianist_drift_by_less_than_10_ms_without_a_false_tempo(rhythm):
    duet = play(STEADY, rhythm)
    drift_ms, false_changes = SLACK.get(rhythm, (10.0, 0))
    assert duet.drift_ms <= drift_ms
    assert duet.false_changes <= false_changes


@pytest.mark.parametrize("correction", [0.25, 0.5])
def test_a_pianist_who_follows_the_stage_is_not_chased(correction):
    duet = play(STEADY[:660], "comping", correction)
    assert duet.false_changes == 0
    assert duet.pulled < 0.04
    halves = np.abs(duet.off_s[:300]).mean(), np.abs(duet.off_s[300:]).mean()
    assert halves[1] < 1.5 * halves[0]


@pytest.mark.parametrize("correction", [0.0, 0.25, 0.5])
def test_a_tempo_that_wanders_is_followed_whoever_else_follows(correction):
    wanders = 150.0 * (1.0 + 0.05 * np.sin(np.arange(400) / 30.0))
    duet = play(wanders, "comping", correction)
    assert np.percentile(np.abs(duet.off_s), 95) < 0.175 * 60.0 / 150.0
