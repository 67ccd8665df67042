"""Chords and keys found in what is played: by tones, bass, key and what stands around them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.music import Meter, Note, parse_chord
from jambot.music.chord_finder import find_chords, listen


def played(*bars, beats=4.0):
    """A bar of held keys for each tuple of pitches."""
    return [
        Note(i * beats, beats * 0.95, pitch) for i, pitches in enumerate(bars) for pitch in pitches
    ]


def symbols(notes, meter=None):
    return [span.chord.symbol for span in find_chords(listen(notes, meter or Meter()))]


II_V_I = [(38, 53, 57, 60), (43, 53, 59, 64), (36, 52, 59, 62), (36, 52, 57, 62)]


def test_two_five_one_with_a_bass_is_named():
    found = symbols(played(*II_V_I[:3]))
    assert [parse_chord(symbol).root for symbol in found] == [2, 7, 0]
    assert found[0] == "Dm7"
    assert found[1] == "G7"


def test_f_a_c_e_is_fmaj7_over_its_root_and_a_rootless_dm9_where_hands_leave_roots_out():
    with_bass = find_chords(listen(played((36, 52, 55, 58), (41, 57, 60, 64)), Meter()))
    assert with_bass[-1].chord.symbol == "Fmaj7"
    around = [(49, 55, 59, 66), (53, 57, 60, 64), (53, 57, 59, 64), (52, 55, 59, 62)]
    roots = [span.chord.root for span in find_chords(listen(played(*around * 2), Meter()))]
    assert roots == [9, 2, 7, 0] * 2


def test_an_inversion_stands_over_its_bass():
    assert symbols(played((40, 55, 60, 64), (41, 57, 60, 65)))[0] == "C/E"


def test_an_arpeggio_is_one_chord():
    notes = [Note(i * 0.5, 0.5, p) for i, p in enumerate([45, 52, 57, 60, 64, 60, 57, 52] * 2)]
    assert symbols(notes) == ["Am"]


def test_nothing_changes_where_nothing_is_struck():
    notes = [Note(0.0, 0.3, p) for p in (48, 52, 55)] + [Note(12.0, 0.3, p) for p in (48, 52, 55)]
    (span,) = find_chords(listen(notes, Meter()))
    assert (span.onset_beats, span.end_beats, span.chord.symbol) == (0.0, 13.0, "C")


def test_an_anticipated_chord_belongs_to_the_bar_it_anticipates():
    notes = played((36, 52, 55, 60)) + [Note(3.5, 4.0, p) for p in (41, 53, 57, 60)]
    assert [span.onset_beats for span in find_chords(listen(notes, Meter()))] == [0.0, 4.0]


def test_no_notes_give_no_chords_and_no_key():
    heard = listen([], Meter())
    assert find_chords(heard) == ()
    assert heard.key is None


@pytest.mark.parametrize("up", range(12))
def test_the_key_and_the_chords_move_with_the_music(up):
    names = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
    bars = [(36, 52, 55, 60), (41, 53, 57, 60), (43, 55, 59, 62), (36, 52, 55, 60)]
    heard = listen([note.transposed(up) for note in played(*bars)], Meter())
    assert heard.key == f"{names[up]}-maj"
    roots = [span.chord.root for span in find_chords(heard)]
    assert roots == [(root + up) % 12 for root in (0, 5, 7, 0)]


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Note, st.floats(-2, 90), st.floats(0, 50), st.integers(0, 127), st.integers(1, 127)
        ),
        max_size=60,
    ),
    st.integers(1, 12),
)
def test_whatever_is_played_the_chords_follow_each_other_without_gaps(notes, beats_per_bar):
    spans = find_chords(listen(notes, Meter(beats_per_bar)))
    assert bool(spans) == bool(notes)
    for a, b in itertools.pairwise(spans):
        assert a.end_beats == b.onset_beats
        assert a.chord != b.chord or a.onset_beats < b.onset_beats
    for span in spans:
        assert span.end_beats > span.onset_beats
        assert span.chord.bass in span.chord.pitch_classes
