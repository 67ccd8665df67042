"""Hands for when there are none: a MIDI file played into the input, in time, round and round."""

from jambot.music import MidiSong
from jambot.realtime.clock import Clock
from jambot.realtime.ports import TimedMessage


class Performer:
    """An input port on which the notes of `song` arrive at `bpm`, from `start_seconds` on.

    The song repeats after whole bars. Threads: the stage's own; nothing is played unless polled.
    """

    alive = True

    def __init__(self, song: MidiSong, bpm: float, clock: Clock, start_seconds: float) -> None:
        bar = song.meter.beats_per_bar
        bars = int(-(-(song.end_beats - 0.25) // bar))
        self._messages = _messages(song)
        self._loop_beats = float(max(bars, 1) * bar)
        self._seconds_per_beat = 60.0 / bpm
        self._clock, self._start = clock, start_seconds
        self._next = 0
        self._round = 0

    def poll(self) -> list[TimedMessage]:
        """The messages due by now, stamped with the very time they were due."""
        now = self._clock.now()
        due: list[TimedMessage] = []
        while (seconds := self._seconds_of_next()) <= now:
            due.append(TimedMessage(seconds, self._messages[self._next][1]))
            self._next += 1
            if self._next == len(self._messages):
                self._next, self._round = 0, self._round + 1
        return due

    def close(self) -> None:
        """Nothing to let go of."""

    def _seconds_of_next(self) -> float:
        beat = self._messages[self._next][0] + self._round * self._loop_beats
        return self._start + beat * self._seconds_per_beat


def _messages(song: MidiSong) -> list[tuple[float, bytes]]:
    """Note-offs before note-ons of the same moment."""
    messages: list[tuple[float, int, bytes]] = []
    for track in song.tracks:
        for note in track.notes:
            messages.append((note.onset_beats, 1, bytes((0x90, note.pitch, note.velocity))))
            messages.append((note.end_beats, 0, bytes((0x80, note.pitch, 0))))
    return [(beat, data) for beat, _, data in sorted(messages)]
