"""Committed notes to the output port: on time, counted when late, always ended."""

from dataclasses import dataclass

from jambot.music import TempoMap
from jambot.realtime.plan import PlannedNote
from jambot.realtime.ports import OutputPort
from jambot.realtime.session_log import SessionLog

NOTE_ON, NOTE_OFF = 0x90, 0x80
SEND_AHEAD_SECONDS = 0.012
"""How early a port that keeps time itself is given its messages: a dozen polls of the stage."""
LATE_SECONDS = 0.010
"""From here on a note counts as late (design: jitter p99 <= 10 ms)."""
SHORTEST_SECONDS = 0.02
"""No note is shorter: some instruments swallow a note-off that follows at once."""
DROP_SECONDS = 0.120
"""A note this late is not played at all: on the beat it would be a wrong note."""


@dataclass(slots=True)
class _Due:
    planned: PlannedNote
    on_seconds: float
    off_seconds: float


@dataclass(slots=True)
class _Sounding:
    pitch: int
    off_seconds: float


class Scheduler:
    """Sends one line: a note-on ends what still sounds, and every note-on gets its note-off.

    Times are seconds of the session's clock. Nothing raises; lateness is counted.

    Threads: used by the stage's thread alone.
    """

    def __init__(
        self,
        port: OutputPort,
        tempo_map: TempoMap,
        origin: float,
        log: SessionLog,
        channel: int = 0,
    ) -> None:
        self.port, self.log, self.channel = port, log, channel
        self.tempo_map, self.origin = tempo_map, origin
        self.late_notes = self.dropped_notes = self.played_notes = 0
        self._waiting: list[_Due] = []
        self._leaving: list[_Due] = []
        self._sounding: list[_Sounding] = []
        self._ahead = SEND_AHEAD_SECONDS if port.schedules_ahead else 0.0

    @property
    def sounding(self) -> int:
        """How many notes have been started and not ended."""
        return len(self._sounding)

    def accept(self, promised: list[PlannedNote], now: float) -> None:
        """Take committed notes over; they will be sent when due, or at once when due is past."""
        for planned in promised:
            note = planned.note
            due = self.seconds_at(note.onset_beats)
            if planned.at_once:
                due = max(due, now)
            length = self.seconds_at(note.end_beats) - self.seconds_at(note.onset_beats)
            self._waiting.append(_Due(planned, due, due + length))
        self._waiting.sort(key=lambda due: due.on_seconds)

    def send_due(self, now: float) -> None:
        """Send what is due by `now` (or a little later, to a port that keeps time itself)."""
        horizon = now + self._ahead
        while self._waiting and self._waiting[0].on_seconds <= horizon:
            due = self._waiting.pop(0)
            self._end_before(due.on_seconds)
            self._start(due, now)
        self._end_before(horizon)

    def note_what_left(self) -> None:
        """Write down what the port has sent, at the times it says."""
        for sent in self.port.sent():
            kind, pitch = sent.data[0] & 0xF0, sent.data[1]
            if kind == NOTE_OFF:
                beat = self.tempo_map.beats_at(sent.due_seconds - self.origin)
                self.log.ended(pitch, sent.due_seconds, sent.actual_seconds, beat)
            elif kind == NOTE_ON:
                due = next((d for d in self._leaving if d.planned.note.pitch == pitch), None)
                if due is not None:
                    self._leaving.remove(due)
                    self.played_notes += 1
                    self.log.played(due.planned, due.on_seconds, sent.actual_seconds)

    def next_due(self) -> float | None:
        """When `send_due` next has something to do, or None."""
        times = [due.on_seconds for due in self._waiting[:1]]
        times += [sounding.off_seconds for sounding in self._sounding]
        return min(times) - self._ahead if times else None

    def silence(self, now: float) -> None:
        """Forget what waits and end what sounds."""
        self._waiting.clear()
        for sounding in self._sounding:
            sounding.off_seconds = min(sounding.off_seconds, now)
        self._end_before(now)

    def seconds_at(self, beats: float) -> float:
        """The clock time of `beats`."""
        return self.origin + self.tempo_map.seconds_at(beats)

    def _start(self, due: _Due, now: float) -> None:
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
        for sounding in self._sounding:
            sounding.off_seconds = min(sounding.off_seconds, due.on_seconds)
        self._end_before(due.on_seconds)
        message = bytes((NOTE_ON | self.channel, note.pitch, note.velocity))
        self.port.send(message, due.on_seconds)
        self._leaving.append(due)
        off = max(due.off_seconds, due.on_seconds + SHORTEST_SECONDS, now + SHORTEST_SECONDS)
        self._sounding.append(_Sounding(note.pitch, off))

    def _end_before(self, horizon: float) -> None:
        ending = [s for s in self._sounding if s.off_seconds <= horizon]
        for sounding in sorted(ending, key=lambda s: s.off_seconds):
            self._sounding.remove(sounding)
            message = bytes((NOTE_OFF | self.channel, sounding.pitch, 0))
            self.port.send(message, sounding.off_seconds)
