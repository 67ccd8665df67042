"""Where the bar lines fall."""

from dataclasses import replace

import pytest

from jambot.music import ChordSpan, Meter, MidiSong, Note, TempoMap, Track, chord_of
from jambot.roles.metre import cut_chords, cut_notes, has_own_beats, in_one_metre, pickup

SONG = MidiSong((Track("a", (Note(0, 100, 60),)),), TempoMap.constant(100), Meter(4))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), (0.0, 100, Meter(4))),
        (((0.0, 3.0),), (0.0, 100, Meter(3))),
        (((0.0, 4.0), (20.0, 3.0)), (20.0, 100, Meter(3))),
        (((0.0, 4.0), (60.0, 3.0), (63.0, 4.0)), (0.0, 60.0, Meter(4))),
        (((0.0, 1.5), (30.0, 1.5)), (0.0, 100, Meter(3))),
    ],
)
def test_the_longest_part_in_one_metre_is_found(changes, expected):
    assert in_one_metre(replace(SONG, meter_changes=changes)) == expected


def stride(first_beat, beats_per_bar=4):
    """Bass on one, chords on the other beats, the first bar line at `first_beat`."""
    notes = []
    for bar in range(8):
        start = first_beat + bar * beats_per_bar
        notes.append(Note(start, 0.9, 36))
        for beat in range(1, beats_per_bar):
            notes += [Note(start + beat, 0.5, p) for p in (60, 64)]
    return notes


@pytest.mark.parametrize("first_beat", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("beats_per_bar", [3, 4])
def test_basses_tell_where_the_bar_begins(first_beat, beats_per_bar):
    shift = pickup(stride(first_beat, beats_per_bar), (), Meter(beats_per_bar))
    assert (first_beat + shift) % beats_per_bar == 0
    assert 0 <= shift < beats_per_bar


def anticipated(bars=16, spread=0.0):
    """Chords an eighth before each bar, the first on the first bar line; a bass that walks."""
    notes = [Note(0.0, 1.5, p) for p in (40, 46, 52)]
    for bar in range(1, bars):
        late = spread * (bar % 3 - 1)
        notes += [Note(4.0 * bar - 0.5 + late, 2.0, p) for p in (40, 46, 52)]
        notes.append(Note(4.0 * bar + 2.0 - late, 0.5, 50))
    return notes


@pytest.mark.parametrize("spread", [0.0, 0.03])
def test_hands_that_anticipate_do_not_move_the_bar_line(spread):
    assert pickup(anticipated(spread=spread), (), Meter(4)) == 0.0


def test_played_hands_are_moved_by_whole_beats_only():
    late = [replace(n, onset_beats=n.onset_beats + 0.51) for n in stride(0.0)]
    assert pickup(late, (), Meter(4)) == 0.0
    late = [replace(n, onset_beats=n.onset_beats + 1.02) for n in stride(0.0)]
    assert pickup(late, (), Meter(4)) == 3.0


def test_a_place_that_many_bars_leave_out_is_no_bar_line():
    steady = [Note(4.0 * bar + 1.0, 2.0, 45) for bar in range(16)]
    other = [Note(4.0 * bar + 2.5, 0.5, 52) for bar in range(16)]
    assert pickup([*steady, *other], (), Meter(4)) == 3.0
    assert pickup([*steady[:4], *steady[8:], *other], (), Meter(4)) == 0.0


def test_chord_changes_tell_it_too():
    chords = [ChordSpan(2.0 + 4 * i, 6.0 + 4 * i, chord_of(i, "7")) for i in range(8)]
    even = [Note(float(i), 1.0, 50) for i in range(32)]
    assert pickup(even, chords, Meter(4)) == 2.0


def test_when_nothing_tells_the_written_bar_line_stands():
    assert pickup([Note(float(i), 1.0, 50) for i in range(32)], (), Meter(4)) == 0.0
    assert pickup([], (), Meter(4)) == 0.0


def test_notes_and_chords_are_cut_and_moved_alike():
    notes = [Note(float(i), 1.0, 60 + i) for i in range(8)]
    spans = [ChordSpan(0.0, 3.0, None), ChordSpan(3.0, 8.0, None)]
    assert [n.onset_beats for n in cut_notes(notes, 2.0, 5.0, 1.0)] == [1.0, 2.0, 3.0]
    assert [(s.onset_beats, s.end_beats) for s in cut_chords(spans, 2.0, 5.0, 1.0)] == [
        (1.0, 2.0),
        (2.0, 4.0),
    ]


def test_beats_laid_under_the_playing_are_its_own():
    followed = TempoMap.of([(float(beat), 100.0 + beat % 7) for beat in range(100)])
    assert has_own_beats(replace(SONG, tempo_map=followed))
    assert not has_own_beats(SONG)
