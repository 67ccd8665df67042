"""Comping from chord symbols: playable, in time, faithful to the chords, alike for a seed."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.errors import UsageError
from jambot.music import ChordSpan, Meter, harmony_at, harmony_changes, parse_chord
from jambot.music.chord import QUALITIES, chord_of
from jambot.roles.comping import STYLES, comp
from jambot.roles.comping_rhythm import FIGURES, folded
from jambot.roles.voicing import BASS, TWO_HANDS

TWO_FIVE_ONE = "Dm7 G7 Cmaj7 A7b9 Dm7 G13 C6 C6 Fmaj7 F#dim7 Em7b5 A7alt Dm9 G7sus4 C69 C/G"


def changes(symbols, beats=4.0, start=0.0):
    return [
        ChordSpan(start + i * beats, start + (i + 1) * beats, parse_chord(symbol))
        for i, symbol in enumerate(symbols.split())
    ]


chord_spans = st.lists(
    st.tuples(
        st.sampled_from(sorted(QUALITIES)),
        st.integers(0, 11),
        st.sampled_from([1.0, 1.5, 2.0, 4.0, 8.0]),
    ),
    min_size=1,
    max_size=24,
).map(
    lambda rows: [
        ChordSpan(start, start + length, chord_of(root, quality))
        for (quality, root, length), start in zip(
            rows, itertools.accumulate((row[2] for row in rows), initial=0.0), strict=False
        )
    ]
)


def test_the_same_seed_plays_the_same_notes_and_another_plays_others():
    spans = changes(TWO_FIVE_ONE)
    assert comp(spans, Meter(), 140, 1) == comp(spans, Meter(), 140, 1)
    assert comp(spans, Meter(), 140, 1) != comp(spans, Meter(), 140, 2)


def test_no_chords_give_no_notes():
    assert comp([], Meter(), 120, 0) == []
    assert comp([ChordSpan(0.0, 8.0, None)], Meter(), 120, 0) == []


def test_an_unknown_style_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="ballad"):
        comp(changes("C"), Meter(), 120, 0, style="polka")


@settings(max_examples=60)
@given(
    chord_spans,
    st.sampled_from([2, 3, 4, 5, 6, 7]),
    st.floats(36, 360),
    st.integers(0, 999),
    st.sampled_from([None, *STYLES]),
)
def test_every_note_can_be_played_by_two_hands(spans, beats_per_bar, bpm, seed, style):
    notes = comp(spans, Meter(beats_per_bar), bpm, seed, style)
    assert notes == sorted(notes, key=lambda n: (n.onset_beats, n.pitch))
    for note in notes:
        assert BASS[0] <= note.pitch <= TWO_HANDS[1] + 8
        assert 20 <= note.velocity <= 120
        assert note.duration_beats > 0
        assert 0.0 <= note.onset_beats <= spans[-1].end_beats + 0.2
    by_pitch = sorted(notes, key=lambda n: (n.pitch, n.onset_beats))
    for a, b in itertools.pairwise(by_pitch):
        assert a.pitch != b.pitch or a.end_beats <= b.onset_beats
    for note in notes:
        together = [n for n in notes if abs(n.onset_beats - note.onset_beats) < 1e-9]
        assert len(together) <= 10


def test_the_chords_are_heard():
    """A listener knows the chord (most tones, no strangers but colours) for nearly every change."""
    spans = changes(TWO_FIVE_ONE)
    right = total = 0
    for seed in range(40):
        heard = harmony_changes(comp(spans, Meter(), 120, seed))
        for span in spans:
            harmony = harmony_at(heard, span.onset_beats + 2.0)
            tones = set(span.chord.pitch_classes)
            right += len(tones & set(harmony.pitch_classes)) >= 0.6 * len(harmony.pitch_classes) > 0
            total += 1
    assert right / total > 0.9


def test_two_chords_in_a_bar_are_both_played():
    spans = changes("Dm7 G7 Cmaj7 A7 " * 4, beats=2.0)
    missed = 0
    for seed in range(20):
        notes = comp(spans, Meter(), 140, seed)
        for span in spans:
            around = (span.onset_beats - 0.6, span.end_beats - 0.3)
            missed += not any(around[0] <= note.onset_beats < around[1] for note in notes)
    assert missed / (20 * len(spans)) < 0.1


def test_voicings_move_little_from_chord_to_chord():
    """Voice leading: the top voice mostly steps, whatever the family."""
    spans = changes("Dm7 G7 Cmaj7 Fmaj7 Bm7b5 E7 Am7 Am7")
    leaps = []
    for seed in range(30):
        notes = comp(spans, Meter(), 120, seed, "ballad")
        tops = []
        for span in spans:
            strike = [
                n.pitch
                for n in notes
                if span.onset_beats - 0.6 <= n.onset_beats < span.end_beats - 0.6
            ]
            if strike:
                tops.append(max(strike))
        leaps += [abs(b - a) for a, b in itertools.pairwise(tops)]
    assert sorted(leaps)[len(leaps) // 2] <= 3


def test_the_playing_changes_from_section_to_section():
    spans = changes("Cmaj7 " * 64)
    ranges = set()
    for seed in range(6):
        notes = comp(spans, Meter(), 120, seed)
        for first in range(0, 64, 16):
            here = [n.pitch for n in notes if first * 4 <= n.onset_beats < (first + 8) * 4]
            ranges.add((min(here), max(here)))
    assert len(ranges) >= 8


def test_hands_do_not_strike_on_the_grid():
    notes = comp(changes(TWO_FIVE_ONE), Meter(), 120, 3)
    off = [abs(n.onset_beats * 12 - round(n.onset_beats * 12)) / 12 for n in notes]
    assert 0.001 < sum(off) / len(off) < 0.05


@given(st.sampled_from(sorted(FIGURES)), st.integers(1, 12))
def test_a_figure_stays_within_the_bar(family, beats_per_bar):
    for figure in FIGURES[family]:
        assert all(0 <= beat < beats_per_bar for beat, _ in folded(figure, beats_per_bar))
