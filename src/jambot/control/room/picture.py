"""What a view draws: the newest status, and the little past that a scrolling roll shows.

`SessionStatus` tells the moment and the last notes, keys and chords; this remembers them for as
long as they can be seen, and gives the chords their names.
"""

from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from jambot.music import (
    SILENCE,
    Chord,
    Harmony,
    HarmonyChange,
    Note,
    chord_read,
    recognise,
)
from jambot.music.changes import EARLY_BEATS
from jambot.realtime.hands.strokes import Stroke
from jambot.realtime.lead.voices import VoiceView
from jambot.realtime.plan.foresight import ChartView, FormView
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.status import SeatView, SessionStatus

PAST_BEATS = 24.0
"""How much of the past views can draw."""
PROMISED, TENTATIVE = 0, 1

NoteKey = tuple[float, int]


@dataclass(frozen=True, slots=True)
class _NamedChord:
    """`chord` is None where the harmony has no name that musicians use.

    `read` is the chord of the chart where the harmony is a voicing of it: then it has its name.
    """

    beat: float
    harmony: Harmony
    chord: Chord | None
    read: Harmony = SILENCE

    @property
    def pitch_classes(self) -> list[int]:
        """What is inside it: the keys, and the tones that a pianist leaves out."""
        return list(dict.fromkeys((*self.harmony.pitch_classes, *self.read.pitch_classes)))

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
    _band: dict[str, dict[NoteKey, Note]] = field(default_factory=dict)
    _written: list[HarmonyChange] = field(default_factory=list)
    """What the chart says, of late and soon."""

    @property
    def chord(self) -> str:
        """The name of the harmony that holds; empty where none was heard or it has no name."""
        return self._chords[-1].name if self._chords else ""

    def take(self, status: SessionStatus) -> None:
        """Remember what the next status shows; an earlier beat than before is a new session."""
        if self._status is not None and status.beat < self._status.beat:
            self._solo, self._hands, self._chords, self._band = {}, {}, [], {}
            self._written = []
        self._status = status
        self._follow_chart(status)
        self._follow_solo(status)
        self._follow_hands(status)
        self._follow_harmony(status)
        self._follow_band(status)

    def message(self) -> dict[str, Any]:
        """The picture in plain JSON values; empty before the first status.

        `solo`: [onset, duration, pitch, velocity, 0 promised | 1 tentative, 1 if a fallback
        phrase]; `hands`: [onset, end or null, pitch, velocity]; `band`: by voice [onset, duration,
        pitch, velocity, 0 promised | 1 tentative]; `chords` heard and, from a form, `coming`:
        [beat, name, pitch classes]; all in beats, oldest first.
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
            "performer": status.seat.performs,
            "seat": _seat(status.seat),
            "keyboard": status.keyboard,
            "turn": None if status.turn is None else asdict(status.turn),
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
            "band": {view.name: self._band_rows(view) for view in status.band},
            "hands": [_hands_row(stroke) for stroke in self._hands.values()],
            "chords": [_chord_row(chord) for chord in self._chords],
            "coming": [_chord_row(chord) for chord in self._coming(status)],
            "followed": asdict(status.followed) if status.followed else None,
            "form": _form(status.form) if status.form else None,
            "chart": _chart(status.chart) if status.chart else None,
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

    def _follow_band(self, status: SessionStatus) -> None:
        """As of the solo: what sounded stays, what is promised no more goes."""
        oldest = status.beat - PAST_BEATS
        for view in status.band:
            known = self._band.get(view.name, {}).values()
            sounded = [note for note in known if note.onset_beats <= status.beat]
            self._band[view.name] = {
                (note.onset_beats, note.pitch): note
                for note in (*sounded, *view.promised)
                if note.end_beats > oldest
            }

    def _band_rows(self, view: VoiceView) -> list[list[Any]]:
        promised = self._band.get(view.name, {})
        rows = [_band_row(note, PROMISED) for note in promised.values()]
        return sorted(rows + [_band_row(note, TENTATIVE) for note in view.planned])

    def _follow_hands(self, status: SessionStatus) -> None:
        """A key whose end was told while nobody looked ended by now."""
        self._hands |= {(s.onset_beats, s.pitch): s for s in status.hands}
        down, oldest = set(status.held), status.beat - PAST_BEATS
        for key, stroke in list(self._hands.items()):
            if stroke.end_beats is None and stroke.pitch not in down:
                self._hands[key] = replace(stroke, end_beats=status.beat)
            elif stroke.end_beats is not None and stroke.end_beats <= oldest:
                del self._hands[key]

    def _follow_chart(self, status: SessionStatus) -> None:
        """A chord that was played early is expected no more, but is still what the chart says."""
        coming = [change for change in status.expected if change.beat > status.beat]
        soon = coming[0].beat if coming else status.beat + EARLY_BEATS
        past = [c for c in self._written if status.beat - PAST_BEATS < c.beat < soon]
        followed = status.chart is not None and status.chart.followed
        self._written = past + coming if followed else []

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
        before = self._chords[-1].chord if self._chords else None
        read = chord_read(change, self._written)
        if read is None:
            return _name(change, before)
        return _NamedChord(change.beat, change.harmony, _recognised(read, before), read)


def _name(change: HarmonyChange, before: Chord | None) -> _NamedChord:
    return _NamedChord(change.beat, change.harmony, _recognised(change.harmony, before))


@lru_cache(maxsize=256)
def _recognised(harmony: Harmony, before: Chord | None) -> Chord | None:
    """Milliseconds, and what a form expects is named in every picture."""
    return recognise(voiced(harmony), before) or before


def _chord_row(chord: _NamedChord) -> list[Any]:
    return [_r(chord.beat), chord.name, chord.pitch_classes]


def _seat(seat: SeatView) -> dict[str, Any]:
    return asdict(seat) | {"by": seat.by and str(seat.by), "mode": str(seat.mode)}


def _form(form: FormView) -> dict[str, Any]:
    return asdict(form) | {"chords": list(form.chords)}


def _chart(chart: ChartView) -> dict[str, Any]:
    sections = [list(section) for section in chart.sections]
    return asdict(chart) | {"chords": list(chart.chords), "sections": sections}


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
        "paused": status.paused,
        "adapter": status.adapter,
        "next_adapter": status.next_adapter,
        "styles": list(status.styles),
        "band": {view.name: {"on": view.on, "volume": view.volume} for view in status.band},
        "feel": str(status.feel),
        "playing_feel": str(status.playing_feel),
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


def _band_row(note: Note, promise: int) -> list[Any]:
    return [_r(note.onset_beats), _r(note.duration_beats), note.pitch, note.velocity, promise]


def _hands_row(stroke: Stroke) -> list[Any]:
    return [_r(stroke.onset_beats), _r(stroke.end_beats), stroke.pitch, stroke.velocity]


def _r(beats: float | None) -> float | None:
    return None if beats is None else round(beats, 3)
