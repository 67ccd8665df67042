"""One note, in beats."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import zip_longest

STRIKE_S = 0.04
"""Keys of one hand that a pianist strikes so close together are one strike: of 42,000 intervals
between strikes of trio pianists told apart so, one in a hundred is shorter than 58 ms."""
TOGETHER_BEATS = 1e-3
"""Closer onsets than this (half a tick of our files) begin together."""
SHORTEST_BEATS = 0.01
"""What a key lasts at the least that goes up as it goes down."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A sounded pitch.

    `onset_beats` and `duration_beats` are quarter-note beats from the start of the piece and keep
    their micro-timing; `pitch` is a MIDI number 0–127; `velocity` is 1–127. `rings_beats` says for
    how long the pedal holds it after the key is up, where that is known; it is not compared.
    Notes sort by onset, then duration, then pitch.
    """

    onset_beats: float
    duration_beats: float
    pitch: int
    velocity: int = 80
    rings_beats: float = field(default=0.0, compare=False)

    @property
    def end_beats(self) -> float:
        """Where the note stops sounding, in beats."""
        return self.onset_beats + self.duration_beats

    def shifted(self, beats: float) -> "Note":
        """The same note, `beats` later."""
        if not beats:
            return self
        return replace(self, onset_beats=self.onset_beats + beats)

    def transposed(self, semitones: int) -> "Note":
        """The same note, `semitones` higher."""
        return replace(self, pitch=self.pitch + semitones)


def by_onset(notes: Iterable[Note]) -> list[Note]:
    """The notes in playing order: by onset, then from the lowest pitch up."""
    return sorted(notes, key=lambda note: (note.onset_beats, note.pitch))


def notes_of_keys(keys: Iterable[tuple[float, int, int]]) -> list[Note]:
    """The notes that keys going down and up made, each key as (beat, pitch, velocity or 0 for up).

    A key struck again without having gone up ends there; one still down at the end sounds until
    the last key, and a beat at the least.
    """
    notes: list[Note] = []
    down: dict[int, tuple[float, int]] = {}
    last = 0.0
    for beat, pitch, velocity in keys:
        last = max(last, beat)
        if pitch in down:
            onset, struck = down.pop(pitch)
            notes.append(Note(onset, max(beat - onset, SHORTEST_BEATS), pitch, struck))
        if velocity:
            down[pitch] = (beat, velocity)
    for pitch, (onset, struck) in down.items():
        notes.append(Note(onset, max(last - onset, 1.0), pitch, struck))
    return sorted(notes)


def strikes(notes: Iterable[Note], within_beats: float = TOGETHER_BEATS) -> list[list[Note]]:
    """Keys that go down together, in order of time, each strike from its top note downward.

    A strike holds what begins less than `within_beats` after its first key, each key once.
    """
    found: list[list[Note]] = []
    began = float("-inf")
    for note in by_onset(notes):
        if note.onset_beats - began >= within_beats:
            found.append([])
            began = note.onset_beats
        if all(note.pitch != other.pitch for other in found[-1]):
            found[-1].append(note)
    return [sorted(strike, key=lambda note: -note.pitch) for strike in found]


def one_hand(notes: Iterable[Note]) -> list[Note]:
    """What one hand plays, in playing order: strikes, each ended by the next."""
    played: list[Note] = []
    struck = strikes(notes)
    for strike, following in zip_longest(struck, struck[1:]):
        ends = float("inf") if following is None else min(n.onset_beats for n in following)
        played += [
            note
            if note.end_beats <= ends
            else replace(note, duration_beats=max(ends - note.onset_beats, SHORTEST_BEATS))
            for note in strike
        ]
    return by_onset(played)


def one_line(notes: Iterable[Note]) -> list[Note]:
    """A monophonic line: the top of each strike, ended by the next."""
    return one_hand(strike[0] for strike in strikes(notes))
