"""What two hands do, in figures."""

import pytest

from jambot.evaluation.dataset.hands import hand_figures
from jambot.music import Note
from jambot.roles.sample import RoleSample, SampleMeta

META = SampleMeta("mine", "x", "train", tempo_bpm=120.0)


def chord(beat, *pitches, late=0.0):
    """Keys that go down one after another, `late` beats apart."""
    return [Note(beat + i * late, 1.0, pitch) for i, pitch in enumerate(pitches)]


def figures(conditioning=(), target=(), bpm=120.0):
    meta = SampleMeta("mine", "x", "train", tempo_bpm=bpm)
    return hand_figures(RoleSample("x", tuple(conditioning), tuple(target), meta))


def test_strikes_are_counted_by_size():
    target = [*chord(0, 60), *chord(1, 60, 72), *chord(2, 60, 64, 67), *chord(3, 60)]
    found = figures(target=target)
    assert found["Target: notes a strike"] == 7 / 4
    assert found["Target: strikes of two notes or more"] == 0.5
    assert found["Target: strikes of three notes or more"] == 0.25


@pytest.mark.parametrize(("bpm", "size"), [(60.0, 1), (240.0, 2)])
def test_keys_of_one_strike_are_told_by_the_clock_and_not_by_the_beat(bpm, size):
    found = figures(target=chord(0, 60, 72, late=0.1), bpm=bpm)
    assert found["Target: notes a strike"] == size


def test_the_hand_below_has_sizes_spans_and_changes_a_bar():
    given = [*chord(0, 48, 52, 58), *chord(4, 41, 51, 57), *chord(12, 48), *chord(13, 48)]
    found = figures(conditioning=given)
    assert found["Given: notes a strike"] == 2.0
    assert found["Given: semitones a chord spans"] == 13.0
    assert 2 / 4 <= found["Given: changes of harmony a bar"] <= 4 / 4


def test_a_hand_that_rests_has_no_figures():
    assert figures() == {}
    assert set(figures(target=chord(0, 60))) == {
        "Target: notes a strike",
        "Target: strikes of two notes or more",
        "Target: strikes of three notes or more",
    }


def test_changes_are_counted_in_the_middle_of_a_long_piece():
    still = [note for bar in range(100) for note in chord(4.0 * bar, 48, 52, 55)]
    moves = [
        note
        for bar in range(100)
        for note in chord(4.0 * bar, *(48 + bar % 5 + i for i in (0, 4, 7)))
    ]
    assert figures(conditioning=moves)["Given: changes of harmony a bar"] == pytest.approx(
        1, abs=0.1
    )
    assert figures(conditioning=still)["Given: changes of harmony a bar"] == pytest.approx(1 / 32)
