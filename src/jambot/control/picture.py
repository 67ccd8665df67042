"""What a view draws: the newest status, and the little past that a scrolling roll shows.

`SessionStatus` tells the moment; this remembers what sounded, which keys were struck and which
chords they made. Onsets of the hands are read off between two looks at the keys, so they are known
to about half of a look's distance (50 ms).
"""

import math
from dataclasses import dataclass, field
from typing import Any

from jambot.music import SILENCE, Chord, Harmony, Note, recognise
from jambot.realtime.plan import PlannedNote
from jambot.realtime.status import SessionStatus

PAST_BEATS = 24.0
"""How much of the past views can draw."""
STRIKE_BEATS = 0.3
"""A harmony that changes again this soon is the same strike, completed."""
PROMISED, TENTATIVE = 0, 1

NoteKey = tuple[float, int]


@dataclass(slots=True)
class _Key:
    """A key of the hands: `end_beats` is None while it is down."""

    onset_beats: float
    pitch: int
    end_beats: float | None = None


@dataclass(frozen=True, slots=True)
class _NamedChord:
    beat: float
    name: str
    pitch_classes: tuple[int, ...]


@dataclass(slots=True)
class Picture:
    """The jam as views draw it; `take` each status in turn, then read `message` and `chord`.

    Threads: for a single thread.
    """

    _status: SessionStatus | None = None
    _solo: dict[NoteKey, Note] = field(default_factory=dict)
    _fallback: set[NoteKey] = field(default_factory=set)
    _keys: list[_Key] = field(default_factory=list)
    _chords: list[_NamedChord] = field(default_factory=list)
    _harmony: Harmony = SILENCE
    _named: Chord | None = None

    @property
    def chord(self) -> str:
        """The name of the harmony that holds; empty where none was heard or it has no name."""
        return self._chords[-1].name if self._chords else ""

    def take(self, status: SessionStatus) -> None:
        """Remember what the next status shows; an earlier beat than before is a new session."""
        if self._status is not None and status.beat < self._status.beat:
            self._solo, self._fallback, self._keys, self._chords = {}, set(), [], []
            self._harmony, self._named = SILENCE, None
            self._status = None
        since = status.beat if self._status is None else self._status.beat
        self._follow_solo(status)
        self._follow_keys(status, since)
        self._follow_harmony(status, since)
        self._status = status

    def message(self) -> dict[str, Any]:
        """The picture in plain JSON values; empty before the first status.

        `solo`: [onset, duration, pitch, velocity, 0 promised | 1 tentative, 1 if a fallback
        phrase]; `hands`: [onset, end or null, pitch]; `chords`: [beat, name, pitch classes]; all
        in beats, oldest first.
        """
        status = self._status
        if status is None:
            return {}
        return {
            "type": "jam",
            "playing": status.playing,
            "ready": status.player_ready,
            "bpm": status.bpm,
            "meter": status.beats_per_bar,
            "beat": round(status.beat, 4),
            "chord": self.chord,
            "ahead": round(status.lookahead_bars, 2),
            "notes": status.played_notes,
            "late": status.late_notes,
            "underruns": status.underruns,
            "restarts": status.player_restarts,
            "first_note_ms": status.first_note_ms,
            "lost": list(status.lost),
            "performer": status.performer,
            "held": list(status.held),
            "solo": self._solo_rows(status.planned),
            "hands": [[_r(k.onset_beats), _r(k.end_beats), k.pitch] for k in self._keys],
            "chords": [[_r(c.beat), c.name, list(c.pitch_classes)] for c in self._chords],
        }

    def _solo_rows(self, planned: tuple[PlannedNote, ...]) -> list[list[Any]]:
        rows = [self._row(note, PROMISED) for note in self._solo.values()]
        rows += [self._row(p.note, TENTATIVE) for p in planned]
        return sorted(rows)

    def _row(self, note: Note, promise: int) -> list[Any]:
        fallback = int(_key(note) in self._fallback)
        onset, duration = _r(note.onset_beats), _r(note.duration_beats)
        return [onset, duration, note.pitch, note.velocity, promise, fallback]

    def _follow_solo(self, status: SessionStatus) -> None:
        """What sounded stays; what was promised and is so no more (a stop) goes."""
        oldest = status.beat - PAST_BEATS
        self._solo = {
            key: note
            for key, note in self._solo.items()
            if oldest < note.end_beats and note.onset_beats <= status.beat
        }
        self._solo |= {_key(n): n for n in status.promised if n.end_beats > oldest}
        planned = {_key(p.note): p.source == "fallback" for p in status.planned}
        self._fallback = {
            key for key in self._fallback if key in self._solo or planned.get(key)
        } | {key for key, fallback in planned.items() if fallback}

    def _follow_keys(self, status: SessionStatus, since: float) -> None:
        oldest = status.beat - PAST_BEATS
        down = set(status.held)
        kept = [k for k in self._keys if k.end_beats is None or k.end_beats > oldest]
        for key in kept:
            if key.end_beats is None and key.pitch not in down:
                key.end_beats = max((since + status.beat) / 2, key.onset_beats + 0.05)
        new = down - {k.pitch for k in kept if k.end_beats is None}
        onset = likely_beat(since, status.beat)
        self._keys = kept + [_Key(onset, pitch) for pitch in sorted(new)]

    def _follow_harmony(self, status: SessionStatus, since: float) -> None:
        if status.harmony != self._harmony:
            self._harmony = status.harmony
            self._named = recognise(voiced(status.harmony), self._named) or self._named
            name = self._named.symbol if self._named and len(voiced(status.harmony)) > 1 else ""
            beat = likely_beat(since, status.beat)
            if self._chords and beat - self._chords[-1].beat < STRIKE_BEATS:
                beat = self._chords.pop().beat
            self._chords.append(_NamedChord(beat, name, status.harmony.pitch_classes))
        oldest = status.beat - PAST_BEATS
        while len(self._chords) > 1 and self._chords[1].beat <= oldest:
            del self._chords[0]


def likely_beat(after: float, until: float) -> float:
    """Where in (`after`, `until`] hands most likely struck: on a beat, on its half, or between.

    Two looks at the keys are about a fifth of a beat apart, so at most one such line lies between.
    After beat 0, where a session waits for its first key, it was that key which began it: 0.
    """
    if after == 0.0:
        return 0.0
    for grid in (1.0, 0.5):
        line = math.floor(until / grid) * grid
        if line > after:
            return line
    return (after + until) / 2


def voiced(harmony: Harmony) -> list[int]:
    """Pitches that stand for a harmony: its bass, and the other classes upward from it."""
    bass = harmony.bass
    if bass is None:
        return []
    return [36 + bass + (pc - bass) % 12 for pc in harmony.pitch_classes]


def _key(note: Note) -> NoteKey:
    return (round(note.onset_beats, 4), note.pitch)


def _r(beats: float | None) -> float | None:
    return None if beats is None else round(beats, 3)
