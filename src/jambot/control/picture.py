"""What a view draws: the newest status, and the little past that a scrolling roll shows.

`SessionStatus` tells the moment and the last notes, keys and chords; this remembers them for as
long as they can be seen, and gives the chords their names.
"""

from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from jambot.music import Chord, Harmony, HarmonyChange, recognise
from jambot.realtime.foresight import FormView
from jambot.realtime.plan import PlannedNote
from jambot.realtime.status import SessionStatus
from jambot.realtime.strokes import Stroke

PAST_BEATS = 24.0
"""How much of the past views can draw."""
PROMISED, TENTATIVE = 0, 1

NoteKey = tuple[float, int]


@dataclass(frozen=True, slots=True)
class _NamedChord:
    """`chord` is None where the harmony has no name that musicians use."""

    beat: float
    harmony: Harmony
    chord: Chord | None

    @property
    def name(self) -> str:
        several = len(self.harmony.pitch_classes) > 1
        return self.chord.symbol if self.chord is not None and several else ""


@dataclass(slots=True)
class Picture:
    """The jam as views draw it; `take` each status in turn, then read `message` and `chord`.

    Threads: for a single thread.
    """

    _status: SessionStatus | None = None
    _solo: dict[NoteKey, PlannedNote] = field(default_factory=dict)
    _hands: dict[NoteKey, Stroke] = field(default_factory=dict)
    _chords: list[_NamedChord] = field(default_factory=list)

    @property
    def chord(self) -> str:
        """The name of the harmony that holds; empty where none was heard or it has no name."""
        return self._chords[-1].name if self._chords else ""

    def take(self, status: SessionStatus) -> None:
        """Remember what the next status shows; an earlier beat than before is a new session."""
        if self._status is not None and status.beat < self._status.beat:
            self._solo, self._hands, self._chords = {}, {}, []
        self._status = status
        self._follow_solo(status)
        self._follow_hands(status)
        self._follow_harmony(status)

    def message(self) -> dict[str, Any]:
        """The picture in plain JSON values; empty before the first status.

        `solo`: [onset, duration, pitch, velocity, 0 promised | 1 tentative, 1 if a fallback
        phrase]; `hands`: [onset, end or null, pitch, velocity]; `chords` heard and, from a form,
        `coming`: [beat, name, pitch classes]; all in beats, oldest first.
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
            "jitter_ms": status.jitter_ms,
            "isr": status.isr,
            "locked": _r(status.locked_beats),
            "lost": list(status.lost),
            "faults": status.faults,
            "performer": status.performer,
            "settings": _settings(status),
            "refused": status.refused,
            "notice": status.notice,
            "learning": status.learning,
            "learns": status.learns,
            "gestures": dict(status.gestures),
            "kept": status.kept,
            "log_fault": status.log_fault,
            "held": list(status.held),
            "solo": self._solo_rows(status.planned),
            "hands": [_hands_row(stroke) for stroke in self._hands.values()],
            "chords": [_chord_row(chord) for chord in self._chords],
            "coming": [_chord_row(chord) for chord in self._coming(status)],
            "form": _form(status.form) if status.form else None,
        }

    def _coming(self, status: SessionStatus) -> list[_NamedChord]:
        """What the form makes expect, from now on."""
        named: list[_NamedChord] = []
        before = self._chords[-1].chord if self._chords else None
        for change in status.expected:
            if change.beat > status.beat:
                named.append(_name(change, before))
                before = named[-1].chord
        return named

    def _solo_rows(self, planned: tuple[PlannedNote, ...]) -> list[list[Any]]:
        """One line: a note that is cut short by the next is drawn as it sounds."""
        rows = [_solo_row(note, PROMISED) for note in self._solo.values()]
        rows = sorted(rows + [_solo_row(note, TENTATIVE) for note in planned])
        for row, following in pairwise(rows):
            gap = following[0] - row[0]
            if 0 < gap < row[1]:
                row[1] = round(gap, 3)
        return rows

    def _follow_solo(self, status: SessionStatus) -> None:
        """What sounded stays; what was promised and is so no more (a stop) goes."""
        oldest = status.beat - PAST_BEATS
        known = [p for p in self._solo.values() if p.note.onset_beats <= status.beat]
        self._solo = {
            (p.note.onset_beats, p.note.pitch): p
            for p in (*known, *status.promised)
            if p.note.end_beats > oldest
        }

    def _follow_hands(self, status: SessionStatus) -> None:
        """A key whose end was told while nobody looked ended by now."""
        self._hands |= {(s.onset_beats, s.pitch): s for s in status.hands}
        down, oldest = set(status.held), status.beat - PAST_BEATS
        for key, stroke in list(self._hands.items()):
            if stroke.end_beats is None and stroke.pitch not in down:
                self._hands[key] = replace(stroke, end_beats=status.beat)
            elif stroke.end_beats is not None and stroke.end_beats <= oldest:
                del self._hands[key]

    def _follow_harmony(self, status: SessionStatus) -> None:
        """The chords told of take the place of what was known from there on."""
        told = status.harmonies
        if told:
            self._chords = [c for c in self._chords if c.beat < told[0].beat]
            for change in told:
                self._chords.append(self._named(change))
        elif self._chords and self._chords[-1].harmony != status.harmony:
            self._chords.append(self._named(HarmonyChange(status.beat, status.harmony)))
        oldest = status.beat - PAST_BEATS
        while len(self._chords) > 1 and self._chords[1].beat <= oldest:
            del self._chords[0]

    def _named(self, change: HarmonyChange) -> _NamedChord:
        return _name(change, self._chords[-1].chord if self._chords else None)


def _name(change: HarmonyChange, before: Chord | None) -> _NamedChord:
    return _NamedChord(change.beat, change.harmony, _recognised(change.harmony, before))


@lru_cache(maxsize=256)
def _recognised(harmony: Harmony, before: Chord | None) -> Chord | None:
    """Milliseconds, and what a form expects is named in every picture."""
    return recognise(voiced(harmony), before) or before


def _chord_row(chord: _NamedChord) -> list[Any]:
    return [_r(chord.beat), chord.name, list(chord.harmony.pitch_classes)]


def _form(form: FormView) -> dict[str, Any]:
    return asdict(form) | {"chords": list(form.chords)}


def _settings(status: SessionStatus) -> dict[str, Any]:
    """What orders can change, as it stands, under the names that orders use."""
    return {
        "knobs": asdict(status.controls),
        "sampling": asdict(status.sampling) if status.sampling else {},
        "response": str(status.response),
        "lookahead_bars": status.wanted_bars,
        "commit_beats": status.commit_beats,
        "trade": status.trading_bars,
        "lay_out": status.laying_out,
        "adapter": status.adapter,
        "next_adapter": status.next_adapter,
        "styles": list(status.styles),
    }


def voiced(harmony: Harmony) -> list[int]:
    """Pitches that stand for a harmony: its bass, and the other classes upward from it."""
    bass = harmony.bass
    if bass is None:
        return []
    return [36 + bass + (pc - bass) % 12 for pc in harmony.pitch_classes]


def _solo_row(planned: PlannedNote, promise: int) -> list[Any]:
    note, fallback = planned.note, int(planned.source == "fallback")
    onset, duration = _r(note.onset_beats), _r(note.duration_beats)
    return [onset, duration, note.pitch, note.velocity, promise, fallback]


def _hands_row(stroke: Stroke) -> list[Any]:
    return [_r(stroke.onset_beats), _r(stroke.end_beats), stroke.pitch, stroke.velocity]


def _r(beats: float | None) -> float | None:
    return None if beats is None else round(beats, 3)
