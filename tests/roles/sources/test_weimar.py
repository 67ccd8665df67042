"""Annotated solos: bar lines, micro-timing, velocities, chords, and what is refused."""

import itertools

import pytest

from jambot.roles.piece import RefusedError
from jambot.roles.sources.weimar import longest_stretch, read_solos, solo_piece


def test_a_solo_keeps_its_micro_timing_and_its_velocities(solos):
    first = solo_piece(next(read_solos(solos)))
    assert [round(n.onset_beats, 2) for n in first.target[:3]] == [2.01, 2.54, 3.01]
    assert [n.velocity for n in first.target[:3]] == [70, 71, 72]
    assert (first.split, first.performer, first.key, first.tempo_bpm) == (
        "train", "Me", "Bb-maj", 120.0,
    )  # fmt: skip


def test_without_the_supplement_every_note_has_one_velocity(solos):
    second = solo_piece(list(read_solos(solos))[1])
    assert {n.velocity for n in second.target} == {80}
    assert (second.unknown, solo_piece(next(read_solos(solos))).unknown) == (("velocity",), ())
    assert second.beats_per_bar == 3


def test_a_pickup_is_moved_so_that_bar_lines_fall_on_multiples_of_the_metre(make_solo):
    piece = solo_piece(make_solo(first_beat=3))
    assert piece.chords[0].onset_beats == 2.0
    assert round(piece.target[0].onset_beats, 2) == 4.01


def test_the_line_is_monophonic_and_ends_where_the_next_note_begins(make_solo):
    target = solo_piece(make_solo()).target
    for a, b in itertools.pairwise(target):
        assert a.end_beats <= b.onset_beats + 1e-9


def test_chords_become_spans_up_to_the_last_beat_and_nc_is_none(make_solo):
    piece = solo_piece(make_solo(bars=9))
    assert [s.chord.symbol if s.chord else None for s in piece.chords[:4]] == [
        "Cm7", "F7", "Bbmaj7", None,
    ]  # fmt: skip
    assert piece.chords[-1].end_beats == 36.0


def test_tensions_belong_to_the_chord(make_solo):
    solo = make_solo()
    solo["chords"][1] = [4, "F79b", 5, 5, [5, 9, 0, 3], [6], "dom7"]
    chord = solo_piece(solo).chords[1].chord
    assert chord.symbol == "F7b9"
    assert set(chord.pitch_classes) == {5, 9, 0, 3, 6}


def test_a_slash_chord_keeps_its_bass(make_solo):
    solo = make_solo()
    solo["chords"][1] = [4, "F7/Eb", 5, 3, [5, 9, 0, 3], [], "dom7"]
    chord = solo_piece(solo).chords[1].chord
    assert (chord.symbol, chord.bass) == ("F7/Eb", 3)


def test_the_longest_stretch_in_one_metre_is_taken():
    period = [4] * 8 + [5] * 5 + [4] * 20
    beat = [1, 2, 3, 4] * 2 + [1, 2, 3, 4, 5] + [1, 2, 3, 4] * 5
    stretch = longest_stretch(beat, period)
    assert (stretch.first, stretch.last, stretch.beats_per_bar, stretch.offset) == (13, 33, 4, 0)


def test_a_skipped_beat_ends_a_stretch():
    beat = [1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4]
    stretch = longest_stretch(beat, [4] * 11)
    assert (stretch.first, stretch.last) == (3, 11)


def test_notes_outside_the_stretch_are_left_out_and_the_choice_says_so(make_solo):
    solo = make_solo(bars=16)
    solo["beats"]["beat"][8:] = [(i - 8) % 4 + 1 for i in range(8, 64)]
    solo["beats"]["period"][:8] = [5] * 8
    solo["beats"]["beat"][:8] = [1, 2, 3, 4, 5, 1, 2, 3]
    piece = solo_piece(solo)
    assert piece.target[0].onset_beats < 1.0
    assert piece.target[-1].end_beats <= 57.0
    assert "beats 8–64" in piece.choice


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"chords": []}, "no chords"),
        ({"chords": [[0, "NC", None, None, [], [], "NC"]]}, "no chords"),
        ({"notes": {"pitch": [], "pos": [], "pos_dur": []}}, "no notes"),
        ({"beats": {"t": [], "beat": [], "period": []}}, "no 32 beats"),
        ({"beats": None}, "not an annotated solo"),
        ({"notes": {"pitch": [60], "pos": [], "pos_dur": []}}, "not an annotated solo"),
        ({"chords": [["x", "C", 0, 0, [0], [], "maj"]]}, "not an annotated solo"),
    ],
)
def test_what_is_missing_is_named(make_solo, change, reason):
    with pytest.raises(RefusedError, match=reason):
        solo_piece(make_solo(**change))


@pytest.mark.parametrize(
    ("instrument", "player"), [("ts", "horn"), ("vib", "horn"), ("p", "pianist"), ("voc", "voice")]
)
def test_what_plays_says_what_kind_of_player_it_is(make_solo, instrument, player):
    assert solo_piece(make_solo(instrument=instrument)).player == player
