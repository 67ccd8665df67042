"""Near-duplicates: found in every key, and not seen where there are none."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Note
from jambot.roles.twins import ALIKE, groups, likeness, side_of, signature_of


def melody(seed, notes=200):
    random = Random(seed)
    return [Note(i * 0.5, 0.5, random.randrange(55, 80)) for i in range(notes)]


@given(st.lists(st.integers(40, 80), max_size=60), st.integers(-12, 12))
def test_a_melody_has_the_same_signature_in_every_key(pitches, semitones):
    notes = [Note(float(i), 1.0, pitch) for i, pitch in enumerate(pitches)]
    assert signature_of(notes) == signature_of([n.transposed(semitones) for n in notes])


def test_a_melody_with_some_notes_changed_is_still_its_twin():
    notes = melody(1)
    changed = [n.transposed(1) if i % 100 == 50 else n for i, n in enumerate(notes)]
    assert likeness(signature_of(notes), signature_of(changed)) >= ALIKE


def test_strangers_are_no_twins():
    signatures = [(i, signature_of(melody(i))) for i in range(60)]
    assert list(groups(signatures)) == []


def test_twins_are_grouped_through_a_common_twin():
    a, b = melody(1), melody(2)
    both = signature_of(a), signature_of([n.transposed(5) for n in a]), signature_of(b)
    assert list(groups(enumerate([*both, signature_of(a)]))) == [[0, 1, 3]]


def test_melodies_too_short_to_tell_are_left_alone():
    short = signature_of(melody(1, notes=5))
    assert short == ()
    assert list(groups([(0, short), (1, short)])) == []
    assert likeness(short, short) == 0.0


def test_about_one_composition_in_ten_is_held_out():
    sides = [side_of(signature_of(melody(seed, 40))) for seed in range(600)]
    assert 30 < sides.count("val") < 95
