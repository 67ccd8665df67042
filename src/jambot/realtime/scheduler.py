"""Committed notes to the output port: on time, counted when late, always ended."""

from collections import deque
from dataclasses import dataclass

from jambot.realtime.beat_line import BeatLine
from jambot.realtime.guard import OwnNotes
from jambot.realtime.meters import Meters
from jambot.realtime.plan import PlannedNote
from jambot.realtime.ports import OutputPort, SoundingNotes
from jambot.realtime.session_log import SessionLog

NOTE_ON, NOTE_OFF = 0x90, 0x80
SEND_AHEAD_SECONDS = 0.025
"""How early a port that keeps time itself is given its messages: a JACK period of 1,024 frames."""
LATE_SECONDS = 0.010
"""From here on a note counts as late (design: jitter p99 <= 10 ms)."""
SHORTEST_SECONDS = 0.02
"""No note is shorter: some instruments swallow a note-off that follows at once."""
DROP_SECONDS = 0.120
"""A note this late is not played at all: on the beat it would be a wrong note."""
SILENCE_SECONDS = 0.001
"""What follows a silence waits until the port's own note-offs have been handed over."""
KEPT_NOTES = 256
"""Notes handed to the port and not yet said to have left; a lost port never says so."""


@dataclass(slots=True)
class _Due:
    """A promised note; it is due by the line, `not_before` aside."""

    planned: PlannedNote
    not_before: float
    on_seconds: float = 0.0


@dataclass(slots=True)
class _Sounding:
    pitch: int
    off_seconds: float


class Scheduler:
    """Sends one line: a note-on ends what still sounds, and every note-on gets its note-off.

    What has been handed to the port cannot be taken back, so nothing is handed over that is due
    before it: a note that comes in between is moved behind it, by `SEND_AHEAD_SECONDS` at most.
    Notes leave `early_seconds` before their beat where they are promised in time: so long whatever
    sounds them takes. Times are seconds of the session's clock. Nothing raises; lateness is
    counted. `notes_to_nobody` left while nobody was joined to the port, as far as it can tell, or
    could not leave a lost one.

    Threads: used by the stage's thread alone.
    """

    def __init__(
        self,
        port: OutputPort,
        line: BeatLine,
        log: SessionLog,
        channel: int = 0,
        own: OwnNotes | None = None,
        early_seconds: float = 0.0,
    ) -> None:
        self._early_seconds = early_seconds
        self.port, self.line, self.log, self.channel = port, line, log, channel
        self._own = own or OwnNotes()
        self.late_notes = self.dropped_notes = self.played_notes = self.notes_to_nobody = 0
        self.last_played_seconds = float("-inf")
        self.meters = Meters()
        self._waiting: list[_Due] = []
        self._leaving: deque[_Due] = deque(maxlen=KEPT_NOTES)
        self._left_sounding = SoundingNotes()
        self._sounding: list[_Sounding] = []
        self._ahead = SEND_AHEAD_SECONDS if port.schedules_ahead else 0.0
        self._handed_until = float("-inf")

    @property
    def sounding(self) -> int:
        """How many notes have left the port and not been ended there."""
        return len(self._left_sounding.note_offs())

    @property
    def promised(self) -> int:
        """How many notes wait to be sent."""
        return len(self._waiting)

    def accept(self, promised: list[PlannedNote], now: float) -> None:
        """Take committed notes over; they will be sent when due, or at once when due is past."""
        for planned in promised:
            on_beat = self.line.seconds_at(planned.note.onset_beats)
            self._waiting.append(_Due(planned, now if planned.at_once else min(now, on_beat)))
        self._waiting.sort(key=self._due_seconds)

    def send_due(self, now: float) -> None:
        """Send what is due by `now` (or a little later, to a port that keeps time itself)."""
        horizon = now + self._ahead
        while self._waiting and self._due_seconds(self._waiting[0]) <= horizon:
            self._start(self._waiting.pop(0), now)
        self._end_before(horizon)

    def note_what_left(self) -> None:
        """Write down what the port has sent, at the times it says."""
        for sent in self.port.sent():
            if len(sent.data) != 3:
                continue
            self.meters.left(sent.due_seconds, sent.actual_seconds)
            self._left_sounding.follow(sent.data)
            kind, pitch = sent.data[0] & 0xF0, sent.data[1]
            if kind == NOTE_OFF:
                beat = self.line.beat_at(sent.due_seconds)
                self.log.ended(pitch, sent.due_seconds, sent.actual_seconds, beat)
            elif kind == NOTE_ON:
                due = self._handed_over(pitch, sent.due_seconds)
                if due is not None:
                    self._leaving.remove(due)
                    self.played_notes += 1
                    self.notes_to_nobody += not sent.heard
                    self.last_played_seconds = sent.actual_seconds
                    self.log.played(due.planned, due.on_seconds, sent.actual_seconds)

    def next_due(self) -> float | None:
        """When `send_due` next has something to do, or None."""
        times = [self._due_seconds(due) for due in self._waiting[:1]]
        times += [sounding.off_seconds for sounding in self._sounding]
        return min(times) - self._ahead if times else None

    def end_left_over(self, now: float) -> None:
        """End what a port that was lost had left sounding, now that it is back."""
        for note_off in self._left_sounding.note_offs():
            self._sounding = [s for s in self._sounding if s.pitch != note_off[1]]
            self._send(note_off, now)

    def withdraw(self) -> None:
        """Take back what waits; what sounds ends when it was to end."""
        self._waiting.clear()

    def silence(self, now: float) -> None:
        """Forget what waits, here and in the port, and end what sounds."""
        self.withdraw()
        self._sounding.clear()
        self._own.taken_back(now)
        self.port.silence()
        self._handed_until = now + SILENCE_SECONDS

    def _due_seconds(self, due: _Due) -> float:
        on_beat = self.line.seconds_at(due.planned.note.onset_beats)
        return max(on_beat - self._early_seconds, due.not_before)

    def _start(self, due: _Due, now: float) -> None:
        due.on_seconds = self._due_seconds(due)
        lateness = now - due.on_seconds
        note = due.planned.note
        if lateness > DROP_SECONDS and not due.planned.at_once:
            self.dropped_notes += 1
            self.log.write(
                "dropped", pitch=note.pitch, beat=note.onset_beats, late_ms=lateness * 1e3
            )
            return
        if lateness > LATE_SECONDS:
            self.late_notes += 1
            self.log.write("late", pitch=note.pitch, beat=note.onset_beats, late_ms=lateness * 1e3)
        if not self.port.alive:
            self.notes_to_nobody += 1
            self.log.write("unsent", pitch=note.pitch, beat=note.onset_beats)
        due.on_seconds = max(due.on_seconds, self._handed_until)
        for sounding in self._sounding:
            sounding.off_seconds = min(sounding.off_seconds, due.on_seconds)
        self._end_before(due.on_seconds)
        self._send(bytes((NOTE_ON | self.channel, note.pitch, note.velocity)), due.on_seconds)
        self._leaving.append(due)
        length = self.line.seconds_at(note.end_beats) - self.line.seconds_at(note.onset_beats)
        off = max(due.on_seconds + length, max(due.on_seconds, now) + SHORTEST_SECONDS)
        self._sounding.append(_Sounding(note.pitch, off))

    def _end_before(self, horizon: float) -> None:
        ending = [s for s in self._sounding if s.off_seconds <= horizon]
        for sounding in sorted(ending, key=lambda s: s.off_seconds):
            self._sounding.remove(sounding)
            message = bytes((NOTE_OFF | self.channel, sounding.pitch, 0))
            self._send(message, sounding.off_seconds)

    def _send(self, message: bytes, at_seconds: float) -> None:
        self._handed_until = max(at_seconds, self._handed_until)
        self._own.sent(message, self._handed_until)
        self.port.send(message, self._handed_until)

    def _handed_over(self, pitch: int, due_seconds: float) -> _Due | None:
        """The note that the port says has left, by its pitch and the time it was due."""
        for due in self._leaving:
            if due.planned.note.pitch == pitch and due.on_seconds == due_seconds:
                return due
        return None
