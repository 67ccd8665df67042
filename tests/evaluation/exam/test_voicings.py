"""What is quoted of chords."""

import doctest

from jambot.evaluation.exam import voicings
from jambot.evaluation.exam.copying import KnownLines, beside, copy_rates
from jambot.evaluation.exam.voicings import KnownVoicings, quoted_voicings, voicings_of
from jambot.music import Note


def chords(*shapes, line=()):
    return [
        Note(float(i), 0.5, pitch)
        for i, shape in enumerate([*shapes, *((top,) for top in line)])
        for pitch in shape
    ]


C7, F7, SHELL = (72, 67, 64), (74, 69, 65), (72, 64)


def test_the_worked_examples_hold():
    assert doctest.testmod(voicings).failed == 0


def test_two_notes_are_no_voicing_and_part_a_pair():
    found, pairs = voicings_of(chords(C7, SHELL, F7, C7))
    assert found == [(5, 8), (5, 9), (5, 8)]
    assert pairs == [((5, 9), -2, (5, 8))]


def test_pianists_against_their_own_notes_have_copied_everything():
    solo = chords(C7, F7, SHELL, C7)
    found = quoted_voicings([("tune", solo)], KnownVoicings([solo]))
    assert found["voicings"] == found["voicing_pairs"] == 1.0
    assert (found["voicings_n"], found["voicing_pairs_n"]) == (3, 1)


def test_a_voicing_is_known_in_any_key_and_a_pair_by_its_step_too():
    known = KnownVoicings([chords(C7, F7)])
    up = [note.transposed(7) for note in chords(C7, F7)]
    assert known.counts(up) == ((2, 2), (1, 1))
    elsewhere = chords(C7, (80, 75, 71))
    assert known.counts(elsewhere) == ((2, 2), (0, 1))


def test_a_line_has_no_voicings_to_quote():
    found = quoted_voicings([("tune", chords(line=(60, 62, 64)))], KnownVoicings([chords(C7)]))
    assert found["voicings"] is None
    assert found["voicings_n"] == 0


def test_a_models_chords_stand_beside_peoples():
    line = (60, 62, 64, 65, 67, 69, 71, 72)
    known = chords(C7, F7, line=line), chords(C7, C7, line=line)
    lines, voiced = KnownLines(known[:1]), KnownVoicings(known[:1])
    model, people = (copy_rates([("tune", solo)], lines, voiced) for solo in known)
    found = beside(model, people)
    assert found["voicings_excess"] == 0.0
    assert (found["voicing_pairs"], found["pairs_people"], found["pairs_excess"]) == (1.0, 0.0, 1.0)
