"""What the synth heard, judged: hanging notes, silences, and notes that came late."""

from jambot.evaluation.bench.hands import Stamped
from lab.soak.ear import GAP_SECONDS, RINGING_SECONDS, Ear, lateness


def on(seconds, pitch=60):
    return Stamped(0.0, bytes((0x90, pitch, 80)), seconds)


def off(seconds, pitch=60):
    return Stamped(0.0, bytes((0x80, pitch, 0)), seconds)


def test_a_note_that_is_ended_neither_sounds_nor_rang():
    ear = Ear()
    ear.hear([on(1.0), off(1.5), Stamped(1.6, b"\xf8")])
    ear.look(100.0, comped=True)
    assert (ear.notes, ear.sounding, ear.rang) == (1, {}, [])


def test_a_note_that_sounds_too_long_is_taken_down_once_with_its_time():
    ear = Ear()
    ear.hear([on(1.0, 64)])
    ear.look(RINGING_SECONDS, comped=True)
    assert ear.rang == []
    ear.look(1.1 + RINGING_SECONDS, comped=True)
    ear.look(2.0 + RINGING_SECONDS, comped=True)
    assert ear.rang == [(1.0, 64)]


def test_a_frozen_stage_is_excused_for_as_long_as_it_was_frozen():
    ear = Ear()
    ear.hear([on(1.0)])
    ear.excuse(3.0)
    ear.look(1.1 + RINGING_SECONDS, comped=True)
    assert ear.rang == []


def test_a_silence_is_a_gap_only_while_somebody_comps():
    ear = Ear()
    ear.hear([on(1.0), off(1.5), on(2.0 + GAP_SECONDS), off(3.0 + GAP_SECONDS)])
    assert ear.gaps == [(1.5, 2.0 + GAP_SECONDS)]
    ear.look(20.0, comped=False)
    ear.hear([on(21.0)])
    assert len(ear.gaps) == 1


def test_a_pitch_that_is_struck_while_it_sounds_is_counted():
    ear = Ear()
    ear.hear([on(1.0), on(1.2), off(1.4)])
    assert (ear.doubled, ear.sounding) == (1, {})


def line(count):
    return [(i * 0.3, 60 + i * 7 % 12) for i in range(count)]


def test_notes_are_found_again_by_pitch_and_time_and_late_ones_counted():
    due = line(100)
    heard = [(seconds + 1234.5, pitch) for seconds, pitch in due]
    heard[40] = (heard[40][0] + 0.025, heard[40][1])
    del heard[70]
    found = lateness(due, heard)
    assert (found.matched, found.late, found.missing) == (99, 1, 1)
    assert abs(found.worst_ms - 25.0) < 0.2


def test_where_nothing_was_heard_everything_is_missing():
    assert lateness(line(5), []).missing == 5
    assert lateness([], []).matched == 0
