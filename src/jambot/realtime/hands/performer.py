"""Hands for when there are none: a part played into the input, in time, bar after bar."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import inf
from typing import Protocol

from jambot.music import MidiSong, Note
from jambot.music.midi import note_off, note_on
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.ports import By, TimedMessage

AHEAD_BEATS = 1.0
"""A bar is made so long before it begins: its first chord may anticipate it."""


class PianoPart(Protocol):
    """What is played, from a top on: a `Pianist` over a chart, or a `RoundSong`."""

    @property
    def beats_per_bar(self) -> int:
        """The metre it is written in."""
        ...

    def bar(self, number: int, bpm: float) -> Sequence[Note]:
        """The notes that begin in bar `number`, from 0, in beats from the top."""
        ...


class RoundSong:
    """A MIDI file played round and round, in whole bars; drums are no chords and stay silent.

    A note that would ring beyond the last bar ends there.
    """

    def __init__(self, song: MidiSong) -> None:
        self.beats_per_bar = song.meter.beats_per_bar
        notes = [note for track in song.tracks if not track.is_drum for note in track.notes]
        last = max((note.onset_beats for note in notes), default=0.0)
        bars = -(-(song.end_beats - 0.25) // self.beats_per_bar)
        self.bars = max(int(bars), song.meter.bar_at(last) + 1)
        self._bars: list[list[Note]] = [[] for _ in range(self.bars)]
        end = float(self.bars * self.beats_per_bar)
        for note in notes:
            length = min(note.duration_beats, end - note.onset_beats)
            kept = Note(note.onset_beats, length, note.pitch, note.velocity)
            self._bars[song.meter.bar_at(note.onset_beats)].append(kept)

    def bar(self, number: int, bpm: float) -> list[Note]:
        """The notes of a bar of some round."""
        rounds, place = divmod(number, self.bars)
        return [note.shifted(rounds * self.bars * self.beats_per_bar) for note in self._bars[place]]


class Performer:
    """Plays `part` while it is asked to: the messages arrive when `line`, which has begun, says.

    Threads: the stage's own; nothing is played unless polled.
    """

    def __init__(self, part: PianoPart, clock: Clock, line: BeatLine) -> None:
        self.playing = False
        self._part, self._clock, self._line = part, clock, line
        self._top = 0.0
        self._bar = 0
        self._due: list[tuple[float, int, int, int, float]] = []
        """A heap: beat, 0 for a key that goes up and 1 for one that goes down, pitch, velocity, and
        the beat on which its note begins."""

    def play(self, from_beat: float, top_beat: float) -> None:
        """Play from the bar line `from_beat` on; the part's first bar begins on `top_beat`."""
        self.playing, self._top = True, top_beat
        self._bar = round((from_beat - top_beat) / self._part.beats_per_bar)

    def follow(self, part: PianoPart, top_beat: float) -> None:
        """From the bar line `top_beat` on play another part, from its top."""
        self._part = part
        self._drop_notes(top_beat)
        if self.playing:
            self.play(top_beat, top_beat)

    def leave(self) -> None:
        """Play nothing more; whoever heard the keys lets them go."""
        self.playing = False
        self._due.clear()

    def poll(self) -> list[TimedMessage]:
        """The messages due by now, stamped with the very time they were due."""
        now = self._clock.now()
        if not self.playing or not self._line.begun:
            return []
        beat = self._line.beat_at(now)
        self._make_bars(beat)
        due: list[TimedMessage] = []
        while self._due and self._line.seconds_at(self._due[0][0]) <= now:
            at, down, pitch, velocity, _ = heappop(self._due)
            data = note_on(pitch, velocity) if down else note_off(pitch)
            due.append(TimedMessage(self._line.seconds_at(at), data, By.pianist))
        return due

    def _make_bars(self, beat: float) -> None:
        """Have what begins by `beat`, and a little more; bars that were slept through are not."""
        length = self._part.beats_per_bar
        behind = int((beat - self._top) // length) - self._bar
        if behind > 1:
            self._bar += behind
            self._drop_notes()
        while self._top + self._bar * length - AHEAD_BEATS <= beat:
            for note in self._part.bar(self._bar, self._line.bpm):
                onset, end = self._top + note.onset_beats, self._top + note.end_beats
                heappush(self._due, (onset, 1, note.pitch, note.velocity, onset))
                heappush(self._due, (end, 0, note.pitch, 0, onset))
            self._bar += 1

    def _drop_notes(self, from_beat: float = -inf) -> None:
        """Forget the notes from `from_beat` on that have not begun; what sounds still ends."""
        dropped = {
            (onset, pitch) for _, down, pitch, _, onset in self._due if down and onset >= from_beat
        }
        self._due = [due for due in self._due if (due[4], due[2]) not in dropped]
        heapify(self._due)
