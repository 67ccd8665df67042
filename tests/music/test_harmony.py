"""What a listener hears in comping: the one rule shared by training, offline and stage."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jambot.music import (
    SILENCE,
    Harmony,
    HarmonyTracker,
    Note,
    by_onset,
    harmony_at,
    harmony_changes,
)
from jambot.music.harmony import MAX_CLASSES, ROLL_BEATS

C_MAJOR = Harmony(0, (0, 4, 7))
notes = st.builds(
    Note,
    onset_beats=st.integers(0, 400).map(lambda tick: tick / 24),
    duration_beats=st.integers(0, 96).map(lambda tick: tick / 24),
    pitch=st.integers(24, 96),
)
comping = st.lists(notes, max_size=40)
chords = st.sets(st.integers(36, 84), min_size=3, max_size=8).filter(
    lambda pitches: len({p % 12 for p in pitches}) >= 3
)


def struck(pitches, beat=0.0, length=1.0):
    return [Note(beat, length, pitch) for pitch in pitches]


def test_nothing_played_is_silence():
    assert harmony_changes([]) == []
    assert harmony_at([], 3.0) == SILENCE


def test_the_lowest_note_is_the_bass_and_the_rest_stands_above_it():
    assert Harmony.of([52, 60, 67]) == Harmony(4, (4, 7, 0))


@given(chords)
def test_a_block_chord_is_heard_as_it_stands(pitches):
    (change,) = harmony_changes(struck(pitches))
    assert change.harmony == Harmony.of(pitches)


@given(
    chords, st.lists(st.floats(0.0, 0.99 * ROLL_BEATS), min_size=8, max_size=8), st.floats(0, 100)
)
def test_a_rolled_chord_is_heard_like_a_block_chord(pitches, delays, beat):
    ordered = sorted(pitches)
    delays = sorted(delays)[: len(ordered)]
    rolled = [
        Note(beat + delay - delays[0], 1.0, p) for delay, p in zip(delays, ordered, strict=True)
    ]
    changes = harmony_changes(rolled)
    assert changes[-1].harmony == Harmony.of(pitches)
    assert changes[-1].beat == rolled[0].onset_beats


@given(comping)
def test_changes_come_in_order_and_each_one_changes_something(played):
    changes = harmony_changes(played)
    assert all(a.beat < b.beat for a, b in itertools.pairwise(changes))
    assert all(a.harmony != b.harmony for a, b in itertools.pairwise(changes))


@given(comping)
def test_a_harmony_is_well_formed(played):
    for change in harmony_changes(played):
        classes = change.harmony.pitch_classes
        assert 1 <= len(classes) <= MAX_CLASSES
        assert classes[0] == change.harmony.bass
        above = [(pc - classes[0]) % 12 for pc in classes]
        assert above == sorted(set(above))


@given(comping)
def test_a_harmony_holds_only_what_was_struck_until_then(played):
    for change in harmony_changes(played):
        struck_so_far = {n.pitch % 12 for n in played if n.onset_beats <= change.beat + ROLL_BEATS}
        assert set(change.harmony.pitch_classes) <= struck_so_far


@given(comping, st.integers(-11, 11))
def test_transposing_the_hands_transposes_what_is_heard(played, semitones):
    moved = harmony_changes([note.transposed(semitones) for note in played])
    expected = [(c.beat, c.harmony.transposed(semitones)) for c in harmony_changes(played)]
    assert [(c.beat, c.harmony) for c in moved] == expected


@given(comping, st.integers(1, 64))
def test_the_same_comping_later_is_heard_the_same(played, beats):
    shifted = harmony_changes([note.shifted(beats) for note in played])
    original = harmony_changes(played)
    assert [c.harmony for c in shifted] == [c.harmony for c in original]


@given(comping, st.integers(0, 400))
def test_the_future_does_not_change_what_was_heard(played, tick):
    """Causality: changes well before a moment are the same without the notes after it."""
    now = tick / 24
    past = [note for note in played if note.onset_beats <= now]
    heard_then = [c for c in harmony_changes(past) if c.beat < now - ROLL_BEATS]
    assert heard_then == [c for c in harmony_changes(played) if c.beat < now - ROLL_BEATS]


@given(comping)
def test_note_by_note_on_stage_and_all_at_once_offline_end_on_the_same_harmony(played):
    tracker = HarmonyTracker()
    events = [(n.onset_beats, 1, n.pitch) for n in by_onset(played)]
    events += [(max(n.end_beats, n.onset_beats + 1e-6), 0, n.pitch) for n in played]
    down: dict[int, int] = {}
    for beat, on, pitch in sorted(events):
        down[pitch] = down.get(pitch, 0) + (1 if on else -1)
        if on:
            tracker.note_on(beat, pitch)
        elif down[pitch] == 0:
            tracker.note_off(pitch)
    assert tracker.harmony == harmony_at(harmony_changes(played), 1e6)


def test_releasing_the_keys_keeps_the_harmony():
    changes = harmony_changes(struck([60, 64, 67], 0.0, 0.25))
    assert harmony_at(changes, 40.0) == C_MAJOR


def test_a_melody_note_of_the_chord_changes_nothing():
    changes = harmony_changes([*struck([48, 52, 55], 0.0, 4.0), Note(2.0, 1.0, 76)])
    assert [c.harmony for c in changes] == [C_MAJOR]


def test_a_broken_chord_is_heard_once_its_third_note_sounds():
    arpeggio = [Note(0.0, 0.4, 48), Note(0.5, 0.4, 52), Note(0.9, 0.4, 55)]
    assert harmony_at(harmony_changes(arpeggio), 1.0) == C_MAJOR


def test_bass_then_chord_is_heard_over_the_held_bass():
    stride = [Note(0.0, 2.0, 36), *struck([52, 55], 1.0, 1.0)]
    assert harmony_at(harmony_changes(stride), 1.5) == C_MAJOR


def test_a_shell_just_after_another_chord_is_not_mixed_with_it():
    """Dm7 (F A C E) on four-and, released; then the G7 shell B–F on one."""
    played = struck([53, 57, 60, 64], 3.5, 0.3) + struck([59, 65], 4.0, 1.0)
    assert harmony_at(harmony_changes(played), 4.5) == Harmony(11, (11, 5))


def test_a_new_chord_replaces_one_that_is_still_held():
    played = struck([48, 52, 55], 0.0, 8.0) + struck([50, 53, 57], 4.0, 1.0)
    assert harmony_at(harmony_changes(played), 4.0) == Harmony(2, (2, 5, 9))


def test_a_note_of_no_length_does_not_stay_down():
    played = [Note(0.0, 0.0, 48), Note(8.0, 1.0, 50), Note(8.5, 0.4, 53)]
    assert 0 not in harmony_at(harmony_changes(played), 9.0).pitch_classes
