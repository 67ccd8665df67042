"""Voicings: every chord can be laid, in reach, with the tones that make it what it is."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import parse_chord
from jambot.music.chord import QUALITIES, chord_of
from jambot.roles.voicing import (
    BASS,
    FAMILIES,
    LEFT_HAND,
    TWO_HANDS,
    bass_pitch,
    chord_parts,
    lay,
    shapes,
    voice,
)

WRITTEN = "C5 Cadd9 Cmadd9 C(b5) Cm#5 Cmaj13 Cm13 C13b9 C7b9b13 C7sus4b9 C13sus4 C7sus4add3 C9#5"
any_chord = st.builds(
    chord_of, st.integers(0, 11), st.sampled_from(sorted(QUALITIES))
) | st.sampled_from([parse_chord(symbol) for symbol in WRITTEN.split()])


@given(any_chord, st.sampled_from(FAMILIES), st.integers(0, 10_000))
def test_every_chord_can_be_laid_in_every_family(chord, family, seed):
    reach = TWO_HANDS if family == "spread" else LEFT_HAND
    voicing = voice(chord, family, reach, None, Random(seed))
    assert 2 <= len(voicing) <= 6
    assert list(voicing) == sorted(set(voicing))
    assert reach[0] <= voicing[0]
    assert voicing[-1] <= reach[1] + 5


@given(any_chord, st.sampled_from(FAMILIES))
def test_a_seventh_chord_keeps_its_third_and_seventh(chord, family):
    parts = chord_parts(chord)
    if parts.seventh is None or family == "quartal":
        return
    for shape in shapes(chord, family):
        assert {parts.third, parts.seventh} <= {interval % 12 for interval in shape}


@given(any_chord, st.sampled_from(("shell", "block")))
def test_shells_and_blocks_add_no_strangers(chord, family):
    tones = {(pc - chord.root) % 12 for pc in chord.pitch_classes} | {0, chord_parts(chord).fifth}
    for shape in shapes(chord, family):
        assert {interval % 12 for interval in shape} <= tones


def test_rootless_voicings_are_the_ones_in_the_books():
    """Dm7 A: F A C E; G7 B: F A B E (7 9 3 13)."""
    assert (53, 57, 60, 64) in lay(
        parse_chord("Dm7"), shapes(parse_chord("Dm7"), "rootless")[0], 45, 67
    )
    assert (53, 57, 59, 64) in lay(
        parse_chord("G7"), shapes(parse_chord("G7"), "rootless")[1], 45, 67
    )


def test_a_two_five_one_moves_by_step():
    random, previous, moves = Random(4), None, []
    for symbol in ("Dm7", "G7", "Cmaj7"):
        voicing = voice(parse_chord(symbol), "rootless", LEFT_HAND, previous, random)
        if previous:
            moves.append(abs(voicing[-1] - previous[-1]))
        previous = voicing
    assert max(moves) <= 3


@pytest.mark.parametrize("symbol", ["C7", "Cmaj7", "Cm7"])
def test_pianists_colours_are_added_to_plain_sevenths_only(symbol):
    assert chord_parts(parse_chord(symbol)).ninth == 2


@pytest.mark.parametrize("symbol", ["C", "Cm", "Cm7b5", "Cdim7", "C7b5"])
def test_triads_and_diminished_chords_get_no_colours(symbol):
    assert chord_parts(parse_chord(symbol)).ninth is None


@given(any_chord, st.one_of(st.none(), st.integers(*BASS)), st.integers(0, 99))
def test_the_bass_is_the_chords_and_low(chord, previous, seed):
    pitch = bass_pitch(chord, previous, Random(seed))
    assert pitch % 12 == chord.bass
    assert BASS[0] <= pitch <= BASS[1]
