"""The musical figures: worked examples, identities, and the empty case of each."""

import doctest

import mir_eval.chord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.evaluation import metrics
from jambot.evaluation.metrics import ChordLine, chord_tone_ratio, dead_air, measure
from jambot.music import ChordSpan, Note, TempoMap, harmony_changes, parse_chord

TWO_FIVE_ONE = [
    ChordSpan(0.0, 4.0, parse_chord("Dm7")),
    ChordSpan(4.0, 8.0, parse_chord("G7")),
    ChordSpan(8.0, 12.0, parse_chord("Cmaj7")),
]
BLOCK_DM7_THEN_G7 = [
    *(Note(0.0, 3.5, pitch) for pitch in (50, 57, 60, 65)),
    *(Note(4.0, 3.5, pitch) for pitch in (43, 53, 59, 62)),
]

lines = st.lists(
    st.builds(
        Note,
        st.floats(0, 64, allow_nan=False),
        st.floats(0.01, 4, allow_nan=False),
        st.integers(21, 108),
    ),
    max_size=40,
)


def test_every_worked_example_in_the_docstrings_holds():
    result = doctest.testmod(metrics)
    assert result.attempted >= 9
    assert result.failed == 0


def test_an_arpeggio_of_its_chords_is_all_chord_tones():
    arpeggio = [Note(0.0, 1.0, 62), Note(1.0, 1.0, 65), Note(4.0, 1.0, 67), Note(8.0, 1.0, 71)]
    assert chord_tone_ratio(arpeggio, TWO_FIVE_ONE) == 1.0


@pytest.mark.parametrize(
    ("ours", "harte"),
    [
        ("D", "D:maj"), ("F#m", "F#:min"), ("Bb7", "Bb:7"), ("Ebmaj7", "Eb:maj7"),
        ("Am7", "A:min7"), ("Bm7b5", "B:hdim7"), ("C#dim7", "C#:dim7"), ("Gdim", "G:dim"),
        ("Abaug", "Ab:aug"), ("E6", "E:maj6"), ("Dm6", "D:min6"), ("Fmmaj7", "F:minmaj7"),
        ("Csus4", "C:sus4"),
    ],
)  # fmt: skip
def test_chord_tones_are_those_of_mir_eval(ours, harte):
    root, bitmap, _ = mir_eval.chord.encode(harte)
    scale = [Note(float(i), 1.0, 50 + i) for i in range(24)]
    span = [ChordSpan(0.0, 24.0, parse_chord(ours))]
    for note in scale:
        assert chord_tone_ratio([note], span) == bitmap[(note.pitch - root) % 12]
    assert chord_tone_ratio(scale, span) == bitmap.sum() / 12


def test_notes_before_the_first_chord_and_under_no_chord_are_left_out():
    chords = [ChordSpan(2.0, 4.0, parse_chord("C")), ChordSpan(4.0, 6.0, None)]
    notes = [Note(0.0, 1.0, 61), Note(2.0, 1.0, 60), Note(4.0, 1.0, 61), Note(7.0, 1.0, 61)]
    assert chord_tone_ratio(notes, chords) == 1.0


def test_a_note_struck_together_with_a_played_chord_is_judged_by_that_chord():
    heard = harmony_changes(BLOCK_DM7_THEN_G7)
    just_ahead_of_the_new_chord = Note(3.95, 0.5, 71)
    assert chord_tone_ratio([just_ahead_of_the_new_chord], heard) == 1.0
    assert chord_tone_ratio([Note(3.5, 0.4, 71)], heard) == 0.0


def test_a_played_chord_counts_with_the_classes_the_hands_play():
    heard = harmony_changes(BLOCK_DM7_THEN_G7)
    assert ChordLine.of(heard).at(4.0) == {7, 5, 11, 2}


def test_a_chromatic_line_hears_no_key_and_equals_its_transposed_baseline():
    chromatic = [Note(i / 3, 0.3, 60 + i) for i in range(12)]
    figures = measure(chromatic, TempoMap.constant(120), [ChordSpan(0.0, 8.0, parse_chord("C7"))])
    assert figures.chord_tone_ratio is not None
    assert figures.chord_tone_ratio.all == pytest.approx(4 / 12)
    assert figures.chord_tone_ratio.transposed == pytest.approx(4 / 12)


def test_the_same_rest_is_dead_air_at_a_slow_tempo_only():
    eighth_rest = [Note(0.0, 0.5, 60), Note(1.0, 1.0, 62)]
    assert dead_air(eighth_rest, TempoMap.constant(120)).gaps == 1
    assert dead_air(eighth_rest, TempoMap.constant(200)).gaps == 0


def test_a_held_note_under_a_short_one_leaves_no_gap():
    held = [Note(0.0, 4.0, 60), Note(0.5, 0.1, 72), Note(4.0, 1.0, 62)]
    assert dead_air(held, TempoMap.constant(60)).gaps == 0


def test_dead_air_follows_a_change_of_tempo():
    slowing = TempoMap.of([(0.0, 120.0), (1.0, 30.0)])
    rest_of_one_slow_beat = [Note(0.0, 1.0, 60), Note(2.0, 1.0, 62)]
    assert dead_air(rest_of_one_slow_beat, slowing).longest_ms == pytest.approx(2000.0)


def test_silence_measures_zero_everywhere():
    figures = measure([], TempoMap.constant(120), TWO_FIVE_ONE)
    assert figures.chord_tone_ratio is None
    assert figures.notes == figures.range == 0
    assert figures.note_density == figures.notes_per_second == figures.repetition_rate == 0.0
    assert figures.dead_air == metrics.DeadAir()


@given(lines, st.integers(-6, 6))
def test_melodic_figures_do_not_depend_on_the_key(notes, semitones):
    moved = [note.transposed(semitones) for note in notes]
    here, there = (measure(n, TempoMap.constant(140)) for n in (notes, moved))
    assert (here.repetition_rate, here.step_share, here.range, here.dead_air) == (
        there.repetition_rate, there.step_share, there.range, there.dead_air
    )  # fmt: skip


@given(lines)
def test_shares_stay_between_nothing_and_all(notes):
    figures = measure(notes, TempoMap.constant(140), TWO_FIVE_ONE)
    shares = [
        figures.repetition_rate, figures.step_share, figures.repeated_pitch_share,
        figures.dead_air.ratio,
    ]  # fmt: skip
    if figures.chord_tone_ratio is not None:
        tones = figures.chord_tone_ratio
        shares += [tones.all, tones.on_beat, tones.transposed]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert figures.repeated_pitch_share <= figures.step_share
