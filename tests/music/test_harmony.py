"""What a listener hears in comping: the one rule shared by training, offline and stage."""

import itertools

import pytest
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
    # A key that goes up as another goes down is up by then, the last bit of a float aside.
    for beat, on, pitch in sorted((round(beat, 6), on, pitch) for beat, on, pitch in events):
        tracker.wait(beat)
        down[pitch] = down.get(pitch, 0) + (1 if on else -1)
        if on:
            tracker.note_on(beat, pitch)
        elif down[pitch] == 0:
            tracker.note_off(pitch)
    tracker.wait(1e6)
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


def one_by_one(pitches, step, start=0.0, length=0.4):
    return [Note(start + step * i, length, pitch) for i, pitch in enumerate(pitches)]


@pytest.mark.parametrize(
    ("bass", "chord", "heard"),
    [
        (38, (53, 57, 60), Harmony(2, (2, 5, 9, 0))),
        (36, (52, 55, 59), Harmony(0, (0, 4, 7, 11))),
        (45, (48, 52, 55), Harmony(9, (9, 0, 4, 7))),
        (31, (53, 59, 64), Harmony(7, (7, 11, 4, 5))),
    ],
)
@pytest.mark.parametrize("gap", [0.1, 0.25, 0.5, 1.0, 2.0, 7.0])
def test_a_bass_that_is_held_belongs_to_the_chord_above_it(bass, chord, heard, gap):
    played = [Note(0.0, gap + 1.0, bass), *struck(chord, gap)]
    assert harmony_at(harmony_changes(played), gap) == heard


def test_a_bass_let_go_belongs_to_a_chord_within_a_beat_and_to_none_later():
    dm7 = Harmony(2, (2, 5, 9, 0))
    assert (
        harmony_changes([Note(0.0, 0.2, 38), *struck([53, 57, 60], 1.0)])[-1].harmony,
        harmony_changes([Note(0.0, 0.2, 38), *struck([53, 57, 60], 2.0)])[-1].harmony,
    ) == (dm7, Harmony(5, (5, 9, 0)))


@pytest.mark.parametrize("fingers", [True, False])
def test_under_a_second_chord_a_bass_belongs_that_fingers_hold_not_one_that_the_pedal_holds(
    fingers,
):
    tracker = HarmonyTracker()
    tracker.note_on(0.0, 36)
    if not fingers:
        tracker.rings_on(36)
    for beat, chord in ((2.0, (52, 55, 59)), (4.0, (53, 57, 60))):
        for pitch in chord:
            tracker.note_on(beat, pitch)
        for pitch in chord:
            tracker.note_off(pitch)
        if beat == 2.0:
            assert tracker.harmony == Harmony(0, (0, 4, 7, 11))
    assert tracker.harmony == (Harmony(0, (0, 5, 9)) if fingers else Harmony(5, (5, 9, 0)))


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 2, 1, 0, 1), (0, 2, 1, 2, 0, 2, 1, 2)])
def test_sixteen_bars_of_broken_triads_are_heard_as_some_sixteen_chords(order):
    roots = [50, 43, 48, 45] * 4
    played = [
        note
        for bar, root in enumerate(roots)
        for note in one_by_one(
            [(root, root + 4, root + 7, root + 12)[i] for i in order], 0.5, 4 * bar
        )
    ]
    assert 16 <= len(harmony_changes(played)) <= 20


def test_a_passing_note_is_no_chord():
    walk = [*struck([53, 57, 60, 64], 0.0, 0.5), Note(1.0, 0.5, 62), Note(1.5, 0.5, 64)]
    assert len(harmony_changes(walk)) == 1


def test_a_bass_that_nothing_follows_stands_alone_after_a_beat():
    played = [*struck([53, 57, 60], 0.0), Note(4.0, 3.0, 31)]
    assert [(c.beat, c.harmony) for c in harmony_changes(played)][1:] == [
        (4.0 + 1.0 + ROLL_BEATS, Harmony(7, (7,)))
    ]


def test_a_bass_line_without_chords_is_followed():
    line = one_by_one([43, 45, 47, 48], 1.0, 4.0, 0.9)
    heard = harmony_changes([*struck([53, 57, 60], 0.0), *line])
    assert heard[-1].harmony.bass == 0


def test_a_chord_laid_anew_soon_is_the_same_and_a_bar_later_another():
    am7, c6 = [45, 48, 52, 55], [48, 52, 55, 57]
    assert len(harmony_changes(struck(am7) + struck(c6, 1.5))) == 1
    assert len(harmony_changes(struck(am7) + struck(c6, 4.0))) == 2


def test_what_is_believed_from_outside_holds_until_a_chord_is_struck():
    tracker = HarmonyTracker()
    tracker.believe(C_MAJOR)
    assert tracker.note_on(1.0, 64) is None
    assert tracker.harmony == C_MAJOR


def test_a_single_key_that_changes_nothing_is_told_apart():
    tracker = HarmonyTracker()
    for pitch in (48, 52, 55):
        tracker.note_on(0.0, pitch)
        tracker.note_off(pitch)
    assert tracker.alone == SILENCE
    tracker.note_on(4.0, 41)
    assert tracker.alone == Harmony(5, (5,))
