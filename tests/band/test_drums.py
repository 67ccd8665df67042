"""The drummer: time in every metre, fills where sections end, and the hands' loudness."""

from collections import Counter

import pytest

from jambot.band import Drummer, DrumScene, Feel
from jambot.band.arrangement import FormLayout
from jambot.band.kit import CRASH, FOOT, KICK, RIDE, SNARE
from jambot.music import Meter


def bars(drummer, scene, count=16):
    beats = drummer.meter.beats_per_bar
    return [note for beat in range(count * beats) for note in drummer.beat(beat, scene)]


def test_the_ride_is_on_every_beat_and_the_foot_on_two_and_four():
    notes = bars(Drummer(Meter(), 1), DrumScene(Feel.swing, 140.0))
    rides = Counter(
        round(n.onset_beats)
        for n in notes
        if (n.pitch == RIDE and n.onset_beats % 1 < 0.3) or n.onset_beats % 1 > 0.9
    )
    assert set(rides) >= set(range(64))
    assert {round(n.onset_beats) % 4 for n in notes if n.pitch == FOOT} == {1, 3}


@pytest.mark.parametrize("feel", [feel for feel in Feel if feel is not Feel.auto])
@pytest.mark.parametrize("beats", range(1, 13))
def test_every_beat_of_every_metre_and_feel_is_marked_by_something(beats, feel):
    drummer = Drummer(Meter(beats), 1)
    for bpm in (40.0, 140.0, 320.0):
        for fills in (0, 1, 2, 4):
            scene = DrumScene(feel, bpm, fill_beats=fills, lands=True)
            for beat in range(4 * beats):
                notes = drummer.beat(beat, scene)
                assert fills or notes
                assert all(-0.2 < n.onset_beats - beat < 1.2 for n in notes)
                assert all(1 <= n.velocity <= 127 for n in notes)


def test_soft_hands_are_played_under_and_loud_ones_too():
    drummer = Drummer(Meter(), 1)
    means = [
        sum(n.velocity for n in notes) / len(notes)
        for loud in (0.0, 0.5, 1.0)
        for notes in [bars(drummer, DrumScene(Feel.swing, 140.0, loud))]
    ]
    assert means[0] + 10 < means[1] < means[2] - 10


def test_where_the_solo_rests_the_left_hand_has_more_to_say():
    drummer = Drummer(Meter(), 1)
    said = [
        sum(n.pitch in (SNARE, KICK) and n.velocity > 29 for n in bars(drummer, scene, 64))
        for scene in (DrumScene(Feel.swing, 140.0), DrumScene(Feel.swing, 140.0, solo_rests=True))
    ]
    assert said[1] > 1.3 * said[0]


def test_a_fill_leads_into_a_section_and_lands_on_its_first_beat():
    form = FormLayout.of(0, 32)
    assert [bar for bar in range(32) if form.fill_beats(bar, 4, 1) >= 2] == [7, 15, 23, 31]
    assert form.fill_beats(31, 4, 1) == 4
    drummer = Drummer(Meter(), 1)
    filled = [
        n for b in (30, 31) for n in drummer.beat(b, DrumScene(Feel.swing, 140.0, fill_beats=2))
    ]
    assert not any(n.pitch == RIDE for n in filled)
    assert len([n for n in filled if n.pitch != FOOT]) >= 3
    landing = drummer.beat(32, DrumScene(Feel.swing, 140.0, lands=True))
    assert {CRASH, KICK} <= {n.pitch for n in landing}


def test_the_end_is_a_landing_and_nothing_else():
    scene = DrumScene(Feel.swing, 140.0, lands=True, ends=True)
    assert sorted(n.pitch for n in Drummer(Meter(), 1).beat(8, scene)) == [KICK, CRASH]


def test_before_another_turn_the_whole_bar_leads_there():
    assert FormLayout().fill_beats(2, 4, 1, turn=True) == 4


def test_the_same_seed_plays_the_same_and_another_does_not():
    scene = DrumScene(Feel.swing, 140.0)
    one, again, other = (bars(Drummer(Meter(), seed), scene) for seed in (1, 1, 2))
    assert one == again != other


def test_strokes_stray_from_their_place_by_milliseconds():
    """At 120 bpm, the ride on the beat: mean 0, standard deviation 3 ms."""
    notes = bars(Drummer(Meter(), 1), DrumScene(Feel.swing, 120.0), 256)
    off = [n.onset_beats - round(n.onset_beats) for n in notes if n.pitch == RIDE]
    ms = [500 * o for o in off if abs(o) < 0.1]
    mean = sum(ms) / len(ms)
    spread = (sum((m - mean) ** 2 for m in ms) / len(ms)) ** 0.5
    assert abs(mean) < 0.5
    assert 2.5 < spread < 3.5
