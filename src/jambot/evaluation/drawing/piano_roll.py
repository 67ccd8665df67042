"""A piano roll as SVG, drawn by hand: bar lines, chord names, the hands, and the solo over them.

Long music is drawn in lines of a few bars, like a score, that share one pitch axis. Colours come
from the page's style sheet by class, so light and dark need one drawing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from math import ceil
from typing import Literal

from jambot.evaluation.metrics import TOGETHER_BEATS, ChordLine, Chords
from jambot.music import Chord, ChordSpan, HarmonyChange, Meter, Note, recognise

Place = Literal["inside", "outside", "free"]

WIDTH = 1000.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 42.0, 18.0
SEMITONE = 3.6
NAME_ROOM = 44.0
"""A chord name needs about this width; a name that comes sooner is set a row higher."""
NOTE_NAMES = ("C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True, slots=True)
class RollNote:
    """A solo note: in the chord, outside it, or under none; was it a fallback phrase?"""

    note: Note
    place: Place
    fallback: bool = False


@dataclass(frozen=True)
class Roll:
    """What a piano roll shows. `names` are (beat, chord name), in order.

    What is found by looking at every note is found once: an hour has 50,000 of them.
    """

    solo: tuple[RollNote, ...]
    conditioning: tuple[Note, ...] = ()
    names: tuple[tuple[float, str], ...] = ()
    meter: Meter = field(default=Meter())

    @cached_property
    def pitches(self) -> range:
        """The pitch axis: a little more than everything played."""
        played = [n.pitch for n in self.conditioning] + [n.note.pitch for n in self.solo]
        if not played:
            return range(48, 85)
        return range(min(played) - 2, max(played) + 4)

    @property
    def line_height(self) -> float:
        """Of one line of its drawing, `WIDTH` wide."""
        return TOP + len(self.pitches) * SEMITONE + BOTTOM

    @cached_property
    def bars(self) -> int:
        """Bars until everything has ended, at least one."""
        ends = [n.end_beats for n in self.conditioning] + [n.note.end_beats for n in self.solo]
        return max(1, self.meter.bar_at(max(ends, default=0.0) - 1e-6) + 1)

    @cached_property
    def first_bar(self) -> int:
        """The bar in which something is first played."""
        onsets = [n.onset_beats for n in self.conditioning] + [
            n.note.onset_beats for n in self.solo
        ]
        return max(0, self.meter.bar_at(min(onsets, default=0.0)))


def roll_of(
    solo: Sequence[Note],
    chords: Chords = (),
    conditioning: Sequence[Note] = (),
    meter: Meter | None = None,
    fallback: Sequence[bool] = (),
) -> Roll:
    """A roll with each solo note judged by the chord at its onset, as `chord_tone_ratio` does."""
    line = ChordLine.of(chords)
    marks = fallback or [False] * len(solo)
    judged = tuple(
        RollNote(note, _place(note, line), mark) for note, mark in zip(solo, marks, strict=True)
    )
    return Roll(judged, tuple(conditioning), tuple(chord_names(chords)), meter or Meter())


def chord_names(chords: Chords) -> list[tuple[float, str]]:
    """Written symbols as written, played harmonies as `recognise` names them; repeats left out."""
    names: list[tuple[float, str]] = []
    previous: Chord | None = None
    for chord in chords:
        if isinstance(chord, HarmonyChange):
            beat, named = _leaning(chord.beat), recognise(_voiced(chord), previous)
        else:
            beat, named = chord.onset_beats, chord.chord
        previous = named or previous
        name = named.symbol if named else ("N.C." if isinstance(chord, ChordSpan) else "")
        if name and (not names or names[-1][1] != name):
            names.append((beat, name))
    return names


def draw(roll: Roll, bars_per_line: int = 4) -> list[str]:
    """One SVG for every `bars_per_line` bars in which a note begins or ends, at least one.

    The first begins with the first bar in which something is played.
    """
    start = roll.meter.bar_start(roll.first_bar)
    span = roll.meter.bar_start(bars_per_line)
    notes: list[tuple[Note, RollNote | None]] = [(played.note, played) for played in roll.solo]
    notes += [(note, None) for note in roll.conditioning]
    places = [_lines_of(note, start, span) for note, _ in notes]
    numbers = sorted({0, *(number for place in places for number in place if number > 0)})
    lines = [_Line(roll, roll.first_bar + n * bars_per_line, bars_per_line) for n in numbers]
    for (note, played), (first, last) in zip(notes, places, strict=True):
        for line in lines[bisect_left(numbers, first) : bisect_right(numbers, last)]:
            line.add(note, played)
    return [line.svg() for line in lines]


def _lines_of(note: Note, start: float, span: float) -> tuple[int, int]:
    """The first and the last line in which a note sounds, from 0; a line lasts `span` beats."""
    return int((note.onset_beats - start) // span), ceil((note.end_beats - start) / span) - 1


def _place(note: Note, line: ChordLine) -> Place:
    classes = line.at(note.onset_beats)
    if classes is None:
        return "free"
    return "inside" if note.pitch % 12 in classes else "outside"


def _voiced(change: HarmonyChange) -> list[int]:
    """Pitches that stand for a harmony: its bass, and the other classes upward from it."""
    bass = change.harmony.bass
    if bass is None:
        return []
    return [36 + bass + (pc - bass) % 12 for pc in change.harmony.pitch_classes]


def _leaning(beat: float) -> float:
    """The beat line a strike leans on, where it is close to one: hands are never on the line."""
    return float(round(beat)) if abs(beat - round(beat)) <= TOGETHER_BEATS else beat


def _with_flats(symbol: str) -> str:
    """`Bbmaj7/D` with a real flat sign after its note names."""
    return re.sub(r"(?<=[A-G])b", "♭", symbol)


def _clock(beat: float, meter: Meter) -> str:
    bar = meter.bar_at(beat)
    return f"bar {bar + 1}, beat {beat - meter.bar_start(bar) + 1:.2f}"


class _Line:
    """Draws one line of bars with the notes that were added; x from beats, y from pitch."""

    def __init__(self, roll: Roll, first_bar: int, bars: int) -> None:
        self.roll, self.first_bar, self.bars = roll, first_bar, bars
        self._solo_notes: list[RollNote] = []
        self._hands: list[Note] = []
        self.start = roll.meter.bar_start(first_bar)
        self.end = roll.meter.bar_start(first_bar + bars)
        self.height = roll.line_height

    def add(self, note: Note, played: RollNote | None) -> None:
        """Show a note of the solo, as it was `played`, or of the hands."""
        if played is None:
            self._hands.append(note)
        else:
            self._solo_notes.append(played)

    def svg(self) -> str:
        last = min(self.first_bar + self.bars, self.roll.bars)
        label = f"Piano roll, bars {self.first_bar + 1} to {last}"
        parts = [
            f'<svg class="roll" viewBox="0 0 {WIDTH:g} {self.height:g}" role="img"'
            f' aria-label="{label}">',
            *self._octaves(),
            *self._bar_lines(),
            *self._names(),
            *(self._bar(note, "hands", "the hands") for note in self._hands),
            *(self._solo(played) for played in self._solo_notes),
            "</svg>",
        ]
        return "".join(parts)

    def _x(self, beat: float) -> float:
        share = (beat - self.start) / (self.end - self.start)
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def _y(self, pitch: int) -> float:
        return TOP + (self.roll.pitches[-1] - pitch) * SEMITONE

    def _octaves(self) -> list[str]:
        lines = []
        for pitch in self.roll.pitches:
            if pitch % 12 == 0:
                y = self._y(pitch) + SEMITONE
                lines.append(
                    f'<path class="octave" d="M{LEFT:g} {y:.1f}H{WIDTH - RIGHT:g}"/>'
                    f'<text class="axis" x="{LEFT - 6:g}" y="{y + 3:.1f}" text-anchor="end">'
                    f"C{pitch // 12 - 1}</text>"
                )
        return lines

    def _bar_lines(self) -> list[str]:
        lines, foot = [], self.height - BOTTOM
        for beat in range(int(self.start), int(self.end) + 1):
            x, opens = self._x(beat), beat % self.roll.meter.beats_per_bar == 0
            kind = "barline" if opens else "beatline"
            lines.append(f'<path class="{kind}" d="M{x:.1f} {TOP - 4:g}V{foot:g}"/>')
            if opens and beat < self.end:
                number = self.roll.meter.bar_at(beat) + 1
                lines.append(
                    f'<text class="axis" x="{x + 3:.1f}" y="{foot + 13:g}">{number}</text>'
                )
        return lines

    def _names(self) -> list[str]:
        every = self.roll.names
        begun = bisect_right(every, self.start, key=lambda name: name[0])
        names = [(self.start, every[begun - 1][1])] if begun else []
        names += every[begun : bisect_left(every, self.end, key=lambda name: name[0])]
        drawn, free_from = [], [0.0, 0.0]
        for beat, name in names:
            x = self._x(beat)
            row = next((r for r in (0, 1) if x >= free_from[r]), None)
            if row is None:
                continue
            free_from[row] = x + max(NAME_ROOM, 9.5 * len(name))
            y, spelled = TOP - 9 - 17 * row, escape(_with_flats(name))
            drawn.append(f'<text class="chord" x="{x:.1f}" y="{y:g}">{spelled}</text>')
        return drawn

    def _solo(self, played: RollNote) -> str:
        kind = f"solo {played.place}" + (" fallback" if played.fallback else "")
        said = {"inside": "in the chord", "outside": "outside the chord", "free": "no chord"}
        source = ", fallback phrase" if played.fallback else ""
        return self._bar(played.note, kind, said[played.place] + source)

    def _bar(self, note: Note, kind: str, said: str) -> str:
        x, end = self._x(note.onset_beats), self._x(note.end_beats)
        name = f"{NOTE_NAMES[note.pitch % 12]}{note.pitch // 12 - 1}"
        where = _clock(note.onset_beats, self.roll.meter)
        height = SEMITONE + (1.4 if kind.startswith("solo") else 0.0)
        return (
            f'<rect class="{kind}" x="{x:.1f}" y="{self._y(note.pitch) - 0.7:.1f}"'
            f' width="{max(end - x - 0.6, 1.8):.1f}" height="{height:.1f}" rx="1.6">'
            f"<title>{name} · {where} · {said}</title></rect>"
        )
