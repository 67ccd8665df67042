"""Played to the file's own beat, or not."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Meter, MidiSong, Note, TempoMap, Track
from jambot.roles.piece import RefusedError
from jambot.roles.sources.click import grid_fit, refuse_without_click, with_its_own_beats

STEADY = TempoMap.constant(120.0)


def playing(place, spread=0.0, bars=32, seed=1):
    """Eighth notes over chords; `place` moves a beat, `spread` is a person's, in beats."""
    random = Random(seed)
    onsets = [i * 0.5 for i in range(8 * bars) if random.random() < 0.8]
    onsets += [4.0 * bar for bar in range(bars) for _ in range(3)]
    return [Note(max(0.0, place(b) + random.gauss(0, spread)), 0.4, 60) for b in onsets]


def swung(beat):
    return beat + (0.17 if beat % 1 else 0.0)


@pytest.mark.parametrize("spread", [0.0, 0.03, 0.06])
@pytest.mark.parametrize("place", [lambda b: b, swung, lambda b: swung(b) + 0.11])
def test_playing_to_a_click_is_heard_straight_swung_or_laid_back(place, spread):
    notes = playing(place, spread)
    assert grid_fit(notes) > 0.3
    refuse_without_click("mine", notes, STEADY)


@pytest.mark.parametrize("own", [61.0, 83.0, 107.0, 141.0])
def test_a_free_recording_at_the_tempo_nobody_set_is_recognised(own):
    """The player's tempo breathes by five per cent; the file says 120."""

    def free(beat):
        return (beat + 0.6 * ((beat / 16) % 1) ** 2) * 120.0 / own

    with pytest.raises(RefusedError, match=r"mine: recorded without a click.*metronome"):
        refuse_without_click("mine", playing(free, 0.03, bars=64), STEADY)


def test_what_somebody_aligned_or_what_is_short_is_let_through():
    free = [Note(i * 0.437 + (i % 7) * 0.05, 0.2, 60) for i in range(400)]
    with pytest.raises(RefusedError):
        refuse_without_click("mine", free, STEADY)
    refuse_without_click("mine", free, TempoMap.of([(0.0, 120.0), (8.0, 117.0)]))
    refuse_without_click("mine", free[:90], STEADY)


@given(st.lists(st.floats(0, 1000), max_size=50), st.floats(0, 1))
def test_the_fit_is_a_share_and_playing_late_throughout_changes_nothing(onsets, late):
    notes = [Note(onset, 1.0, 60) for onset in onsets]
    fit = grid_fit(notes)
    assert 0.0 <= fit <= 1.0 + 1e-9
    assert grid_fit([note.shifted(late) for note in notes]) == pytest.approx(fit, abs=1e-6)


def test_notes_on_the_grid_fit_it_wholly():
    assert grid_fit([Note(i / 4, 0.25, 60) for i in range(64)]) == pytest.approx(1.0)
    assert grid_fit([Note(i / 6, 0.1, 60) for i in range(96)]) == pytest.approx(1.0)
    assert grid_fit([]) == 1.0


def song_of(notes):
    return MidiSong((Track("Piano", tuple(notes)),), STEADY, Meter(4))


def test_a_song_without_a_click_is_laid_on_the_beats_that_its_notes_tell():
    random = Random(3)
    patterns = ((0, 1, 1.64, 3), (0.64, 2, 3.64), (0, 1, 2, 2.64, 3), (1.64, 2, 3))
    places = [4 * bar + place for bar in range(40) for place in patterns[bar % 4]]
    own = 167.0 / 120.0  # the player's tempo by the file's
    free = [
        Note((place / own) * (1 + 0.0003 * place) + random.gauss(0, 0.01), 0.3, pitch)
        for place in places
        for pitch in (48, 55, 64)
    ]
    laid = with_its_own_beats("mine", song_of(sorted(free)))
    assert laid.tempo_map.median_bpm == pytest.approx(167.0, rel=0.08)
    assert grid_fit(laid.tracks[0].notes) > 0.4
    assert len(laid.tracks[0].notes) == len(free)


def test_beats_that_are_unsure_are_refused_with_how_sure_they_are():
    random = Random(5)
    onsets, at = [], 0.0
    for _ in range(300):
        at += random.expovariate(1.3)
        onsets.append(at)
    with pytest.raises(RefusedError, match=r"mine: recorded without a click.*0\.\d\d sure"):
        with_its_own_beats("mine", song_of([Note(b, 0.3, 60) for b in onsets]))


def test_a_song_with_a_click_stays_as_it_is():
    song = song_of(playing(lambda b: b))
    assert with_its_own_beats("mine", song) is song
