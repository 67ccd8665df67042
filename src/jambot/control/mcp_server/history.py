"""What has been played, put together from the pictures that a live view sends."""

from dataclasses import dataclass, field
from itertools import islice, pairwise, takewhile
from typing import Any

PROMISED = 0
MOST_NOTES = 20_000
"""Hours of playing; beyond them the oldest are forgotten, of notes and of chords alike."""

Key = tuple[float, int]


@dataclass(frozen=True, slots=True)
class HeardNote:
    """One note: beats from the session's start, MIDI pitch and velocity.

    `end_beats` is None while a key is down; `fallback` marks the rule-based player's notes.
    """

    onset_beats: float
    end_beats: float | None
    pitch: int
    velocity: int
    fallback: bool = False


@dataclass(slots=True)
class History:
    """The solo, the hands and the chords of one session, as far as they were looked at.

    A picture tells the last 24 beats; take one every few seconds and nothing is missed.
    """

    beats_per_bar: int = 4
    beat: float = 0.0
    _solo: dict[Key, HeardNote] = field(default_factory=dict)
    _ahead: dict[Key, HeardNote] = field(default_factory=dict)
    _tentative: list[HeardNote] = field(default_factory=list)
    _hands: dict[Key, HeardNote] = field(default_factory=dict)
    _chords: dict[float, str] = field(default_factory=dict)
    coming: list[tuple[float, str]] = field(default_factory=list)
    """The chords that a form makes the bot expect."""

    def take(self, picture: dict[str, Any]) -> None:
        """Remember what a picture shows; an earlier beat than before is a new session."""
        beat = float(picture["beat"])
        if beat < self.beat:
            for past in (self._solo, self._hands, self._chords):
                past.clear()
        self.beat, self.beats_per_bar = beat, int(picture["meter"])
        rows = [(row[4], _solo_note(row)) for row in picture["solo"]]
        promised = {_key(note): note for promise, note in rows if promise == PROMISED}
        self._solo |= {key: note for key, note in promised.items() if note.onset_beats <= beat}
        self._ahead = {key: note for key, note in promised.items() if note.onset_beats > beat}
        self._tentative = [note for promise, note in rows if promise != PROMISED]
        for onset, end, pitch, velocity, *_ in picture["hands"]:
            self._hands[(onset, pitch)] = HeardNote(onset, end, pitch, velocity)
        told = {row[0]: row[1] for row in picture["chords"]}
        if told:
            for at in list(takewhile(min(told).__le__, reversed(self._chords))):
                del self._chords[at]
            self._chords |= told
        self.coming = [(row[0], row[1]) for row in picture["coming"]]
        for memory in (self._solo, self._hands, self._chords):
            _forget(memory)

    def solo(self, start: float, end: float) -> list[HeardNote]:
        """What the bot played from `start` up to `end`, in order."""
        return _between(self._solo.values(), start, end)

    def hands(self, start: float, end: float) -> list[HeardNote]:
        """What the hands played from `start` up to `end`, in order."""
        return _between(self._hands.values(), start, end)

    def promised(self) -> list[HeardNote]:
        """What will sound whatever happens, a panic aside."""
        return sorted(self._ahead.values(), key=_order)

    def tentative(self) -> list[HeardNote]:
        """What is planned and may be replaced."""
        return sorted(self._tentative, key=_order)

    def chords(self, start: float, end: float) -> list[tuple[float, str]]:
        """(beat, name) of the chord that holds at `start`, and of each change before `end`."""
        known = sorted((at, name) for at, name in self._chords.items() if at < end)
        holding = [(max(at, start), name) for at, name in known if at <= start][-1:]
        told = holding + [(at, name) for at, name in known if at > start]
        return told[:1] + [b for a, b in pairwise(told) if a[1] != b[1]]


def _solo_note(row: list[Any]) -> HeardNote:
    onset, duration, pitch, velocity, _, fallback, *_ = row
    return HeardNote(onset, round(onset + duration, 3), pitch, velocity, bool(fallback))


def _key(note: HeardNote) -> Key:
    return (note.onset_beats, note.pitch)


def _order(note: HeardNote) -> Key:
    return _key(note)


def _between(notes: Any, start: float, end: float) -> list[HeardNote]:
    return sorted((note for note in notes if start <= note.onset_beats < end), key=_order)


def _forget(memory: dict[Any, Any]) -> None:
    for key in list(islice(memory, max(0, len(memory) - MOST_NOTES))):
        del memory[key]
