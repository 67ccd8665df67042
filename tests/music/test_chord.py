"""Chord symbols read, spelled and recognised."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jambot.music import chord_of, parse_chord, recognise
from jambot.music.chord import QUALITIES

any_chord = st.builds(
    chord_of, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.integers(0, 11)
)


@given(any_chord)
def test_what_we_print_we_can_read(chord):
    assert parse_chord(chord.symbol) == chord


@given(any_chord, st.integers(-11, 11))
def test_transposing_there_and_back_changes_nothing(chord, semitones):
    assert chord.transposed(semitones).transposed(-semitones) == chord


@pytest.mark.parametrize(
    ("symbol", "spelled"),
    [
        ("Cm7b5", "Cm7b5"),
        ("F#-7", "Gbm7"),
        ("Bbj7/D", "Bbmaj7/D"),
        ("C6/9", "C69"),
        ("Gsus", "Gsus4"),
    ],
)
def test_other_spellings_are_read(symbol, spelled):
    assert parse_chord(symbol).symbol == spelled


@pytest.mark.parametrize("symbol", ["", "H7", "Cfoo", "C/", "7"])
def test_what_is_no_chord_is_named(symbol):
    with pytest.raises(ValueError, match="chord"):
        parse_chord(symbol)


@pytest.mark.parametrize("quality", ["", "m", "7", "maj7", "m7", "m7b5", "7sus4", "mmaj7", "dim"])
@pytest.mark.parametrize("root", range(12))
def test_a_chord_in_root_position_is_recognised(root, quality):
    pitches = [48 + root + interval for interval in QUALITIES[quality]]
    assert recognise(pitches) == chord_of(root, quality)


@given(st.sets(st.integers(36, 84), max_size=8), st.integers(-12, 12))
@example({36, 37}, -1)
def test_recognition_is_the_same_in_every_key(pitches, semitones):
    chord, moved = recognise(pitches), recognise(p + semitones for p in pitches)
    assert (chord is None) == (moved is None)
    if chord is not None and moved is not None:
        assert len(moved.pitch_classes) == len(chord.pitch_classes)


def test_one_note_is_no_chord():
    assert recognise([60, 72]) is None


def test_rootless_dm9_is_heard_after_a_chord_that_leads_there():
    assert recognise([53, 57, 60, 64], parse_chord("A7")).root in (2, 5)
