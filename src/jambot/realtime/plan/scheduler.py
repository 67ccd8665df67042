"""Committed notes to the output port: on time, counted when late, always ended."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from jambot.music import Note
from jambot.music.midi import NOTE_ON, note_off, note_on
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.ports import OutputPort, SoundingNotes
from jambot.realtime.ports.guard import OwnNotes

SEND_AHEAD_SECONDS = 0.025
"""How early a port that keeps time itself is given its messages: a JACK period of 1,024 frames."""
BLOCK_SECONDS = 0.01
"""... and of a plugin in a host so much earlier than the host's block is long."""
LATE_SECONDS = 0.010
"""From here on a note counts as late (design: jitter p99 <= 10 ms)."""
SHORTEST_SECONDS = 0.02
"""No note is shorter: some instruments swallow a note-off that follows at once."""
DROP_SECONDS = 0.120
"""A note this late is not played at all: on the beat it would be a wrong note."""
SILENCE_SECONDS = 0.001
"""What follows a silence waits until the port's own note-offs have been handed over."""
RECENT = 256
"""Messages that the jitter is taken over: about half a minute of playing."""
KEPT_NOTES = 256
"""Notes handed to the port and not yet said to have left; a lost port never says so."""


class PlayedLog(Protocol):
    """Where it is written what left, and when."""

    def write(self, event: str, **fields: Any) -> None:
        """Note down an event."""

    def played(self, note: Note, due: float, sent: float, **origin: Any) -> None:
        """A note-on left; `origin` is where the note came from."""

    def ended(self, pitch: int, due: float, sent: float, beat: float) -> None:
        """A note-off left; it was due on `beat`."""


@dataclass(slots=True)
class _Due:
    """A promised note; it is due by the line, `not_before` aside."""

    planned: PlannedNote
    not_before: float
    on_seconds: float = 0.0


@dataclass(slots=True)
class _Sounding:
    pitch: int
    onset_beats: float
    off_seconds: float


class Scheduler:
    """Sends what one hand plays: a strike ends what still sounds, each note-on gets its note-off.

    What has been handed to the port cannot be taken back, so nothing is handed over that is due
    before it: a note that comes in between is moved behind it, by `SEND_AHEAD_SECONDS` at most.
    Notes leave `early_seconds` before their beat where they are promised in time: so long whatever
    sounds them takes. Times are seconds of the session's clock. Nothing raises; lateness is
    counted. `notes_to_nobody` left while nobody was joined to the port, as far as it can tell, or
    could not leave a lost one. Drums are `several` voices at once: there a strike ends only its own
    drum. Whoever shares the port is told of a silence by being in `on_silence`.

    Threads: used by the stage's thread alone.
    """

    def __init__(
        self,
        port: OutputPort,
        line: BeatLine,
        log: PlayedLog,
        channel: int = 0,
        own: OwnNotes | None = None,
        early_seconds: float = 0.0,
        several: bool = False,
    ) -> None:
        self._early_seconds, self._several = early_seconds, several
        self.on_silence: list[Callable[[float], None]] = []
        self.port, self.line, self.log, self.channel = port, line, log, channel
        self._own = own or OwnNotes()
        self.late_notes = self.dropped_notes = self.played_notes = self.notes_to_nobody = 0
        self.last_played_seconds = float("-inf")
        self._off_ms: deque[float] = deque(maxlen=RECENT)
        self._waiting: list[_Due] = []
        self._leaving: deque[_Due] = deque(maxlen=KEPT_NOTES)
        self._left_sounding = SoundingNotes()
        self._sounding: list[_Sounding] = []
        self.block_seconds = 0.0
        """How long the blocks of a host are in which our plugin plays; 0 where there is none."""
        self._handed_until = float("-inf")

    @property
    def sounding(self) -> int:
        """How many notes have left the port and not been ended there."""
        return len(self._left_sounding.note_offs())

    @property
    def jitter_ms(self) -> float | None:
        """p99 of the difference between due and sent, of late; None before the first message.

        It is for views; the log is the evidence.
        """
        ordered = sorted(self._off_ms)
        return ordered[int(0.99 * (len(ordered) - 1))] if ordered else None

    @property
    def promised(self) -> int:
        """How many notes wait to be sent."""
        return len(self._waiting)

    @property
    def _ahead(self) -> float:
        """How early a message is handed over: before the block in which it is due begins."""
        if not self.port.schedules_ahead:
            return 0.0
        return max(SEND_AHEAD_SECONDS, self.block_seconds + BLOCK_SECONDS)

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
            if not sent.midi.of_note:
                continue
            pitch, at = sent.midi.number, sent.actual_seconds
            self._off_ms.append(abs(at - sent.due_seconds) * 1e3)
            self._left_sounding.follow(sent.midi)
            if sent.midi.kind != NOTE_ON:
                beat = self.line.beat_at(sent.due_seconds)
                self.log.ended(pitch, sent.due_seconds, at, beat)
                continue
            due = self._handed_over(pitch, sent.due_seconds)
            if due is not None:
                self._leaving.remove(due)
                self.played_notes += 1
                self.notes_to_nobody += not sent.heard
                self.last_played_seconds = at
                self.log.played(due.planned.note, due.on_seconds, at, **due.planned.origin)

    def next_due(self) -> float | None:
        """When `send_due` next has something to do, or None."""
        times = [self._due_seconds(due) for due in self._waiting[:1]]
        times += [sounding.off_seconds for sounding in self._sounding]
        return min(times) - self._ahead if times else None

    def end_left_over(self, now: float) -> None:
        """End what a port that was lost had left sounding, now that it is back."""
        for message in self._left_sounding.note_offs():
            self._sounding = [s for s in self._sounding if s.pitch != message[1]]
            self._send(message, now)

    def withdraw(self) -> None:
        """Take back what waits; what sounds ends when it was to end."""
        self._waiting.clear()

    def silence(self, now: float) -> None:
        """Forget what waits, here and in the port, and end what sounds, whoever plays it."""
        self.forget(now)
        self.port.silence()
        for told in self.on_silence:
            told(now)

    def forget(self, now: float) -> None:
        """The port forgets what waits in it and ends what sounds: nothing of it is ours to end."""
        self.withdraw()
        self._sounding.clear()
        self._own.taken_back(now)
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
            same = sounding.pitch == note.pitch, sounding.onset_beats == note.onset_beats
            if same[0] if self._several else not same[1]:
                sounding.off_seconds = min(sounding.off_seconds, due.on_seconds)
        self._end_before(due.on_seconds)
        self._send(note_on(note.pitch, note.velocity, self.channel), due.on_seconds)
        self._own.sent(note.pitch, self.channel, self._handed_until)
        self._leaving.append(due)
        length = self.line.seconds_at(note.end_beats) - self.line.seconds_at(note.onset_beats)
        off = max(due.on_seconds + length, max(due.on_seconds, now) + SHORTEST_SECONDS)
        self._sounding.append(_Sounding(note.pitch, note.onset_beats, off))

    def _end_before(self, horizon: float) -> None:
        ending = [s for s in self._sounding if s.off_seconds <= horizon]
        for sounding in sorted(ending, key=lambda s: s.off_seconds):
            self._sounding.remove(sounding)
            self._send(note_off(sounding.pitch, self.channel), sounding.off_seconds)

    def _send(self, message: bytes, at_seconds: float) -> None:
        self._handed_until = max(at_seconds, self._handed_until)
        self.port.send(message, self._handed_until)

    def _handed_over(self, pitch: int, due_seconds: float) -> _Due | None:
        """The note that the port says has left, by its pitch and the time it was due."""
        for due in self._leaving:
            if due.planned.note.pitch == pitch and due.on_seconds == due_seconds:
                return due
        return None
