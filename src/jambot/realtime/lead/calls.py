"""A phrase in the right hand: when it begins, when it is over, and what it was."""

from dataclasses import dataclass, field

from jambot.music import Note
from jambot.music.harmony import ROLL_BEATS
from jambot.realtime.hands.midi_input import KeyHeard

FEWEST_NOTES = 3
"""So many single notes in a row are a phrase; one or two may be part of a chord."""
PAUSE_BEATS = 1.0
"""A phrase is over when its last key has been up for so long ..."""
HELD_BEATS = 4.0
"""... or its last note has been held for so long."""
SHORTEST_BEATS = 1 / 24


@dataclass(slots=True)
class CallListener:
    """Hears single notes from `split_pitch` on as a melody; chords there stay harmony.

    A note is single when no other key is struck within the time of a rolled chord. Three of them in
    a row, of two pitches at least, are a call. `None` for `split_pitch` hears none.

    Threads: the stage's alone.
    """

    split_pitch: int | None
    calling: bool = False
    notes: list[Note] = field(default_factory=list)
    """The call so far; a note still held lasts to the next."""
    _down: dict[int, float] = field(default_factory=dict)
    _strike_beat: float = float("-inf")
    _strike_keys: int = 0
    _last_beat: float = float("-inf")

    def hear(self, key: KeyHeard) -> bool:
        """Follow one key; True where with it a call has begun."""
        if self.split_pitch is None:
            return False
        if not key.on:
            self._end(key.pitch, key.beat)
            return False
        goes_on = key.beat - self._strike_beat <= ROLL_BEATS
        self._strike_keys = self._strike_keys + 1 if goes_on else 1
        if not goes_on:
            self._strike_beat = key.beat
        if self._strike_keys > 1 and not self.calling:
            self._take_back()
            return False
        if key.pitch < self.split_pitch or self._strike_keys > 1:
            return False
        self._sing(key)
        if self.calling or len(self.notes) < FEWEST_NOTES:
            return False
        self.calling = len({note.pitch for note in self.notes}) > 1
        return self.calling

    def over(self, beat: float) -> bool:
        """Whether the call has ended by now; `notes` keep it until `forget`."""
        if not self.calling:
            return False
        pause = HELD_BEATS if self._down else PAUSE_BEATS
        return beat - self._last_beat >= pause

    def forget(self) -> None:
        """The call has been answered, or everything has stopped."""
        self.calling = False
        self.notes.clear()
        self._down.clear()
        self._last_beat = float("-inf")

    def _sing(self, key: KeyHeard) -> None:
        if key.beat - self._last_beat > PAUSE_BEATS and not self.calling:
            self.notes.clear()
            self._down.clear()
        if self.notes:
            self._end(self.notes[-1].pitch, key.beat)
        self.notes.append(Note(key.beat, PAUSE_BEATS, key.pitch, key.velocity))
        self._down[key.pitch] = key.beat
        self._last_beat = key.beat

    def _end(self, pitch: int, beat: float) -> None:
        if self._down.pop(pitch, None) is None or not self.notes:
            return
        last = self.notes[-1]
        if last.pitch == pitch:
            length = max(beat - last.onset_beats, SHORTEST_BEATS)
            self.notes[-1] = Note(last.onset_beats, length, pitch, last.velocity)
            self._last_beat = max(self._last_beat, beat)

    def _take_back(self) -> None:
        """The last note turns out to be part of a chord: no phrase goes on through it."""
        if self.notes and self.notes[-1].onset_beats >= self._strike_beat:
            self.notes.clear()
            self._down.clear()
