"""The chain that knows which interval follows which, and nothing else."""

from dataclasses import replace
from itertools import pairwise

import pytest

from jambot.errors import DatasetError
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.pitch_markov import HIGHEST, LOWEST, PitchMarkov
from jambot.music import ChordSpan, Meter, Note, parse_chord
from jambot.roles.sample import RoleSample, SampleMeta

BARS = 16


def one_chord(name: str) -> tuple[ChordSpan, ...]:
    return (ChordSpan(0.0, BARS * 4.0, parse_chord(name)),)


def arpeggios() -> RoleSample:
    """Up and down the triad of C in swung eighths, for sixteen bars."""
    notes = [
        Note(bar * 4.0 + i * 0.5 + (i % 2) * 0.125, 0.375, 60 + step, 70 + i)
        for bar in range(BARS)
        for i, step in enumerate((0, 4, 7, 12, 7, 4))
    ]
    meta = SampleMeta("wjd", "A", "train", 120.0, chords=one_chord("C"))
    return RoleSample("a", (), tuple(notes), meta)


@pytest.fixture
def excerpt() -> Excerpt:
    return Excerpt("x", "x", (), (), one_chord("F"), Meter(), 120.0, 0.0, BARS)


def test_the_same_seed_plays_the_same_and_another_does_not(excerpt):
    chain = arpeggios_chain()
    assert chain.solo(excerpt, 1) == chain.solo(excerpt, 1)
    assert chain.solo(excerpt, 1) != chain.solo(excerpt, 2)


def test_over_another_root_it_plays_the_same_degrees(excerpt):
    solo = arpeggios_chain().solo(excerpt, 1)
    assert {(n.pitch - 65) % 12 for n in solo} == {0, 4, 7}


def test_a_degree_that_was_never_left_is_left_as_people_move_at_all(excerpt):
    solo = arpeggios_chain().solo(replace(excerpt, chords=one_chord("Gb")), 1)
    assert len({n.pitch for n in solo}) > 4


def arpeggios_chain() -> PitchMarkov:
    return PitchMarkov.trained([arpeggios()])


def test_its_rhythm_is_quoted_to_the_last_detail(excerpt):
    places = {(n.onset_beats % 4.0, n.duration_beats, n.velocity) for n in arpeggios().target}
    solo = arpeggios_chain().solo(excerpt, 3)
    assert {(n.onset_beats % 4.0, n.duration_beats, n.velocity) for n in solo} <= places


def test_it_stays_on_the_instrument_and_inside_the_excerpt(excerpt):
    chain = arpeggios_chain()
    short = replace(excerpt, start_beats=8.0, bars=6)
    for seed in range(5):
        solo = chain.solo(short, seed)
        assert all(LOWEST <= n.pitch <= HIGHEST for n in solo)
        assert all(8.0 <= n.onset_beats < 32.0 for n in solo)
        assert all(a.end_beats <= b.onset_beats + 1e-9 for a, b in pairwise(solo))


def test_an_unknown_metre_takes_what_there_is(excerpt):
    waltz = replace(excerpt, meter=Meter(3), chords=())
    assert arpeggios_chain().solo(waltz, 1)


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(DatasetError, match="no training solo"):
        PitchMarkov.trained([])
