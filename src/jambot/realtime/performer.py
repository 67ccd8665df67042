"""Hands for when there are none: a MIDI file played into the input, in time, round and round."""

from jambot.music import MidiSong, Note
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.ports import TimedMessage


class Performer:
    """An input port on which the notes of `song` arrive when `line`, which has begun, says.

    Drums are no chords and stay silent. The song repeats after whole bars; a note that would ring
    beyond them ends there. Threads: the stage's own; nothing is played unless polled.
    """

    alive = True

    def __init__(self, song: MidiSong, clock: Clock, line: BeatLine) -> None:
        bar = song.meter.beats_per_bar
        notes = [note for track in song.tracks if not track.is_drum for note in track.notes]
        last = max((note.onset_beats for note in notes), default=0.0)
        bars = max(int(-(-(song.end_beats - 0.25) // bar)), song.meter.bar_at(last) + 1)
        self._loop_beats = float(bars * bar)
        self._messages = _messages(notes, self._loop_beats)
        self._clock, self._line = clock, line
        self._next = 0
        self._round = 0

    def poll(self) -> list[TimedMessage]:
        """The messages due by now, stamped with the very time they were due."""
        now = self._clock.now()
        self._skip_rounds(now)
        due: list[TimedMessage] = []
        while self._messages and (seconds := self._seconds_of_next()) <= now:
            due.append(TimedMessage(seconds, self._messages[self._next][1]))
            self._next += 1
            if self._next == len(self._messages):
                self._next, self._round = 0, self._round + 1
        return due

    def close(self) -> None:
        """Nothing to let go of."""

    def _skip_rounds(self, now: float) -> None:
        """After a sleep the rounds that were slept through are not played after all."""
        if self._messages:
            behind = self._line.beat_at(now) - self._messages[self._next][0]
            self._round = max(self._round, int(behind // self._loop_beats))

    def _seconds_of_next(self) -> float:
        beat = self._messages[self._next][0] + self._round * self._loop_beats
        return self._line.seconds_at(beat)


def _messages(notes: list[Note], loop_beats: float) -> list[tuple[float, bytes]]:
    """Note-offs before note-ons of the same moment."""
    messages: list[tuple[float, int, bytes]] = []
    for note in notes:
        end = min(note.end_beats, loop_beats)
        messages.append((note.onset_beats, 1, bytes((0x90, note.pitch, note.velocity))))
        messages.append((end, 0, bytes((0x80, note.pitch, 0))))
    return [(beat, data) for beat, _, data in sorted(messages)]
