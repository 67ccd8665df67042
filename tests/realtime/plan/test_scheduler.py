from dataclasses import replace

import pytest

from jambot.music import Note
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import ManualClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.plan.scheduler import (
    DROP_SECONDS,
    LATE_SECONDS,
    RECENT,
    SEND_AHEAD_SECONDS,
    SHORTEST_SECONDS,
    Scheduler,
)
from jambot.realtime.ports import RecordingOutput

ON, OFF = 0x90, 0x80


class Desk:
    """A scheduler at 60 bpm: a beat is a second."""

    def __init__(self, schedules_ahead=True, early_seconds=0.0):
        self.clock = ManualClock()
        self.port = RecordingOutput(self.clock, schedules_ahead)
        self.log = SessionLog()
        line = BeatLine(60.0, 0.0)
        self.scheduler = Scheduler(self.port, line, self.log, early_seconds=early_seconds)

    def promise(self, *notes, at_once=False):
        planned = [PlannedNote(note, prompt=1, at_once=at_once) for note in notes]
        self.scheduler.accept(planned, self.clock.now())

    def run_until(self, seconds, step=0.001):
        while self.clock.now() < seconds:
            self.clock.sleep_until(min(seconds, self.clock.now() + step))
            self.scheduler.send_due(self.clock.now())
            self.scheduler.note_what_left()

    @property
    def left(self):
        return [(round(m.seconds, 4), m.data[0], m.data[1]) for m in self.port.messages]

    def events(self, kind):
        return [event for event in self.log.events if event["event"] == kind]


@pytest.fixture
def desk():
    return Desk()


def test_notes_leave_when_due_and_end_when_due(desk):
    desk.promise(Note(0.5, 0.25, 60), Note(1.0, 0.5, 62))
    desk.run_until(2.0)
    assert desk.left == [(0.5, ON, 60), (0.75, OFF, 60), (1.0, ON, 62), (1.5, OFF, 62)]
    assert desk.scheduler.late_notes == desk.scheduler.dropped_notes == 0
    assert [event["sent_seconds"] for event in desk.events("played")] == [0.5, 1.0]
    assert [event["beat"] for event in desk.events("ended")] == [0.75, 1.5]


def test_a_port_without_a_clock_gets_its_notes_at_their_time():
    desk = Desk(schedules_ahead=False)
    desk.promise(Note(0.5, 0.25, 60))
    desk.run_until(1.0)
    assert desk.left == [(0.5, ON, 60), (0.75, OFF, 60)]


def test_notes_leave_early_by_what_their_sound_takes_where_they_are_promised_in_time():
    desk = Desk(early_seconds=0.04)
    desk.promise(Note(0.02, 0.1, 60), Note(0.5, 0.25, 62))
    desk.run_until(1.0)
    assert [left[0] for left in desk.left if left[1] == ON] == [0.001, 0.46]  # the first tick
    assert desk.scheduler.late_notes == 0
    assert desk.left[-1] == (0.71, OFF, 62)


def test_the_next_note_ends_the_one_that_still_sounds(desk):
    desk.promise(Note(0.1, 5.0, 60), Note(0.6, 0.2, 64))
    desk.run_until(1.0)
    assert desk.left == [(0.1, ON, 60), (0.6, OFF, 60), (0.6, ON, 64), (0.8, OFF, 64)]


def test_the_same_pitch_again_is_ended_first(desk):
    desk.promise(Note(0.1, 5.0, 60), Note(0.6, 0.2, 60))
    desk.run_until(1.0)
    assert [status for _, status, _ in desk.left] == [ON, OFF, ON, OFF]


def test_a_note_of_no_length_sounds_for_a_moment(desk):
    desk.promise(Note(0.1, 0.0, 60))
    desk.run_until(0.5)
    assert desk.left == [(0.1, ON, 60), (pytest.approx(0.1 + SHORTEST_SECONDS), OFF, 60)]


def test_a_late_note_is_played_and_counted(desk):
    desk.promise(Note(0.5, 0.25, 60))
    desk.clock.sleep_until(0.5 + 2 * LATE_SECONDS)
    desk.run_until(1.0)
    assert desk.scheduler.late_notes == 1
    assert [status for _, status, _ in desk.left] == [ON, OFF]
    assert desk.events("late")[0]["late_ms"] == pytest.approx(21, abs=0.5)


def test_a_note_beyond_the_limit_is_dropped_and_counted(desk):
    desk.promise(Note(0.5, 0.25, 60))
    desk.clock.sleep_until(0.5 + DROP_SECONDS + 0.01)
    desk.run_until(1.0)
    assert desk.left == []
    assert desk.scheduler.dropped_notes == len(desk.events("dropped")) == 1


def test_the_answer_to_a_trigger_is_never_dropped(desk):
    desk.clock.sleep_until(1.0)
    desk.promise(Note(0.5, 0.25, 60), at_once=True)
    desk.run_until(2.0)
    assert desk.left[0] == (pytest.approx(1.001, abs=0.001), ON, 60)


def test_silence_ends_what_sounds_and_forgets_what_waits(desk):
    desk.promise(Note(0.1, 5.0, 60), Note(0.9, 0.2, 64))
    desk.run_until(0.5)
    desk.scheduler.silence(desk.clock.now())
    desk.run_until(2.0)
    assert desk.left == [(0.1, ON, 60), (0.5, OFF, 60)]
    assert desk.scheduler.sounding == desk.scheduler.promised == 0


def test_silence_takes_back_a_note_the_port_has_not_sent_yet(desk):
    desk.promise(Note(0.1, 0.5, 60))
    desk.run_until(0.1 - SEND_AHEAD_SECONDS / 2)  # handed over, not yet due
    desk.scheduler.silence(desk.clock.now())
    desk.run_until(2.0)
    assert desk.left == []


def test_a_note_that_comes_between_waits_for_what_was_handed_over(desk):
    desk.promise(Note(0.1, 0.5, 60))
    desk.run_until(0.1 - SEND_AHEAD_SECONDS / 2)
    desk.promise(Note(0.0, 0.2, 64), at_once=True)
    desk.run_until(2.0)
    assert [(status, pitch) for _, status, pitch in desk.left] == [
        (ON, 60), (OFF, 60), (ON, 64), (OFF, 64)
    ]  # fmt: skip


def test_a_port_that_is_gone_fills_no_memory(desk):
    desk.port.alive = False
    for beat in range(1000):
        desk.promise(Note(float(beat), 0.5, 60))
        desk.run_until(beat + 1.0, step=0.5)
    assert desk.left == []
    assert len(desk.scheduler._leaving) <= 256


def test_what_a_lost_port_cannot_send_is_not_played_and_counted(desk):
    desk.port.alive = False
    desk.promise(Note(0.5, 0.25, 60), Note(1.0, 0.5, 62))
    desk.run_until(2.0)
    assert (desk.scheduler.played_notes, desk.scheduler.notes_to_nobody) == (0, 2)
    assert [event["pitch"] for event in desk.events("unsent")] == [60, 62]


def test_notes_to_nobody_are_counted_as_such(desk, monkeypatch):
    desk.promise(Note(0.5, 0.25, 60), Note(1.0, 0.5, 62))
    sent = desk.port.sent
    monkeypatch.setattr(
        desk.port, "sent", lambda: [replace(s, heard=s.due_seconds < 0.9) for s in sent()]
    )
    desk.run_until(2.0)
    assert (desk.scheduler.played_notes, desk.scheduler.notes_to_nobody) == (2, 1)


def test_a_strike_leaves_together_and_ends_with_the_next(desk):
    desk.promise(Note(0.5, 2.0, 60), Note(0.5, 2.0, 64), Note(0.5, 0.25, 67), Note(1.0, 0.5, 62))
    desk.run_until(2.0)
    assert desk.left[:3] == [(0.5, ON, 60), (0.5, ON, 64), (0.5, ON, 67)]
    assert sorted(desk.left[3:6]) == [(0.75, OFF, 67), (1.0, OFF, 60), (1.0, OFF, 64)]
    assert desk.left[6:] == [(1.0, ON, 62), (1.5, OFF, 62)]
    assert desk.scheduler.sounding == 0


def test_the_rest_of_a_strike_that_came_at_once_follows_and_ends_nothing(desk):
    desk.run_until(0.5)
    desk.promise(Note(0.5, 1.0, 67), at_once=True)
    desk.run_until(0.503)
    desk.promise(Note(0.5, 1.0, 60), at_once=True)
    desk.run_until(2.0)
    assert [(kind, pitch) for _, kind, pitch in desk.left][:2] == [(ON, 67), (ON, 60)]
    assert [at for at, kind, _ in desk.left if kind == OFF] == pytest.approx([1.5, 1.5], abs=0.01)
    assert desk.scheduler.late_notes == desk.scheduler.dropped_notes == 0


def test_jitter_is_near_the_worst_of_late_and_forgets(desk):
    assert desk.scheduler.jitter_ms is None
    desk = Desk(schedules_ahead=False)
    desk.promise(Note(0.1, 0.05, 60))
    desk.clock.sleep_until(0.13)
    desk.run_until(0.14)
    assert desk.scheduler.jitter_ms == pytest.approx(31)
    desk.promise(*(Note(0.2 + i / 50, 0.01, 60) for i in range(RECENT)))
    desk.run_until(6.0)
    assert desk.scheduler.jitter_ms == pytest.approx(0, abs=1.1)
