"""A piano roll as SVG, drawn by hand: bar lines, chord names, hands and band, the solo over them.

Long music is drawn in lines of a few bars, like a score, that share one pitch axis. Colours come
from the page's style sheet by class, so light and dark need one drawing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Literal

from markupsafe import Markup

from jambot.band.kit import CRASH, FOOT, HAT, KICK, RIDE
from jambot.evaluation.drawing.svg import element, path, rect, svg, text
from jambot.evaluation.metrics import TOGETHER_BEATS, ChordLine, Chords
from jambot.music import Chord, ChordSpan, HarmonyChange, Meter, Note, chord_read, recognise

Place = Literal["inside", "outside", "free"]

WIDTH = 1000.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 42.0, 18.0
SEMITONE = 3.6
DRUM_ROW, DRUM_WIDTH = 7.0, 3.5
DRUM_ROWS = {KICK: 2, HAT: 0, FOOT: 0, RIDE: 0, CRASH: 0}
"""The lane of the drums, from the top: cymbals, then snare and toms (all others), bass drum."""
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
    bass: tuple[Note, ...] = ()
    drums: tuple[Note, ...] = ()

    @cached_property
    def _pitched(self) -> list[Note]:
        return [*self.conditioning, *self.bass, *(n.note for n in self.solo)]

    @cached_property
    def _all(self) -> list[Note]:
        return [*self._pitched, *self.drums]

    @cached_property
    def pitches(self) -> range:
        """The pitch axis: a little more than everything played."""
        played = [note.pitch for note in self._pitched]
        if not played:
            return range(48, 85)
        return range(min(played) - 2, max(played) + 4)

    @property
    def line_height(self) -> float:
        """Of one line of its drawing, `WIDTH` wide."""
        return self.drums_top + (4 * DRUM_ROW if self.drums else 0.0) + BOTTOM

    @property
    def drums_top(self) -> float:
        """Where the lane of the drums begins, below the lowest pitch."""
        return TOP + len(self.pitches) * SEMITONE

    @cached_property
    def bars(self) -> int:
        """Bars until everything has ended, at least one."""
        ends = [note.end_beats for note in self._all]
        return max(1, self.meter.bar_at(max(ends, default=0.0) - 1e-6) + 1)

    @cached_property
    def first_bar(self) -> int:
        """The bar in which something is first played."""
        onsets = [note.onset_beats for note in self._all]
        return max(0, self.meter.bar_at(min(onsets, default=0.0)))


def roll_of(
    solo: Sequence[Note],
    chords: Chords = (),
    conditioning: Sequence[Note] = (),
    meter: Meter | None = None,
    fallback: Sequence[bool] = (),
    bass: Sequence[Note] = (),
    drums: Sequence[Note] = (),
    written: Sequence[HarmonyChange] = (),
) -> Roll:
    """A roll with each solo note judged by the chord at its onset, as `chord_tone_ratio` does.

    `written` are a chart's chords, which lend their names to voicings of them.
    """
    line = ChordLine.of(chords)
    marks = fallback or [False] * len(solo)
    judged = tuple(
        RollNote(note, _place(note, line), mark) for note, mark in zip(solo, marks, strict=True)
    )
    names = tuple(chord_names(chords, written))
    return Roll(judged, tuple(conditioning), names, meter or Meter(), tuple(bass), tuple(drums))


def chord_names(chords: Chords, written: Sequence[HarmonyChange] = ()) -> list[tuple[float, str]]:
    """Written symbols as written, played harmonies as `recognise` names them; repeats left out.

    A voicing of a chart's chord (`written`) has that chord's name.
    """
    names: list[tuple[float, str]] = []
    previous: Chord | None = None
    for chord in chords:
        if isinstance(chord, HarmonyChange):
            read = chord_read(chord, written) if written else None
            meant = chord if read is None else HarmonyChange(chord.beat, read)
            beat, named = _leaning(chord.beat), recognise(_voiced(meant), previous)
        else:
            beat, named = chord.onset_beats, chord.chord
        previous = named or previous
        name = named.symbol if named else ("N.C." if isinstance(chord, ChordSpan) else "")
        if name and (not names or names[-1][1] != name):
            names.append((beat, name))
    return names


def draw(roll: Roll, bars_per_line: int = 4) -> list[Markup]:
    """One SVG for every `bars_per_line` bars in which a note begins or ends, at least one.

    The first begins with the first bar in which something is played.
    """
    start = roll.meter.bar_start(roll.first_bar)
    span = roll.meter.bar_start(bars_per_line)
    notes: list[tuple[Note, RollNote | str]] = [(played.note, played) for played in roll.solo]
    notes += [(note, "hands") for note in roll.conditioning]
    notes += [(note, "bass") for note in roll.bass]
    notes += [(note, "drums") for note in roll.drums]
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


def with_signs(symbol: str) -> str:
    """`Bbmaj7/D` and `F#m7b5` with real flats and sharps."""
    flat = re.sub(r"(?<=[A-G])b|b(?=\d)", "♭", symbol)
    return re.sub(r"(?<=[A-G])#|#(?=\d)", "♯", flat)


def _clock(beat: float, meter: Meter) -> str:
    bar = meter.bar_at(beat)
    return f"bar {bar + 1}, beat {beat - meter.bar_start(bar) + 1:.2f}"


class _Line:
    """Draws one line of bars with the notes that were added; x from beats, y from pitch."""

    def __init__(self, roll: Roll, first_bar: int, bars: int) -> None:
        self.roll, self.first_bar, self.bars = roll, first_bar, bars
        self._solo_notes: list[RollNote] = []
        self._others: list[tuple[Note, str]] = []
        self.start = roll.meter.bar_start(first_bar)
        self.end = roll.meter.bar_start(first_bar + bars)
        self.height = roll.line_height

    def add(self, note: Note, played: RollNote | str) -> None:
        """Show a note of the solo, as it was `played`, or of the `hands`, `bass` or `drums`."""
        if isinstance(played, str):
            self._others.append((note, played))
        else:
            self._solo_notes.append(played)

    def svg(self) -> Markup:
        last = min(self.first_bar + self.bars, self.roll.bars)
        return svg(
            "roll", WIDTH, self.height, f"Piano roll, bars {self.first_bar + 1} to {last}",
            *self._octaves(),
            *self._bar_lines(),
            *self._names(),
            *(self._bar(note, who, f"the {who}") for note, who in self._others),
            *(self._solo(played) for played in self._solo_notes),
        )  # fmt: skip

    def _x(self, beat: float) -> float:
        share = (beat - self.start) / (self.end - self.start)
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def _y(self, pitch: int) -> float:
        return TOP + (self.roll.pitches[-1] - pitch) * SEMITONE

    def _octaves(self) -> list[Markup]:
        lines = []
        for pitch in self.roll.pitches:
            if pitch % 12 == 0:
                y = self._y(pitch) + SEMITONE
                lines += [
                    path("octave", f"M{LEFT:g} {y:.1f}H{WIDTH - RIGHT:g}"),
                    text(LEFT - 6, y + 3, f"C{pitch // 12 - 1}", anchor="end"),
                ]
        return lines

    def _bar_lines(self) -> list[Markup]:
        lines, foot = [], self.height - BOTTOM
        for beat in range(int(self.start), int(self.end) + 1):
            x, opens = self._x(beat), beat % self.roll.meter.beats_per_bar == 0
            kind = "barline" if opens else "beatline"
            lines.append(path(kind, f"M{x:.1f} {TOP - 4:g}V{foot:g}"))
            if opens and beat < self.end:
                lines.append(text(x + 3, foot + 13, str(self.roll.meter.bar_at(beat) + 1)))
        return lines

    def _names(self) -> list[Markup]:
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
            drawn.append(text(x, TOP - 9 - 17 * row, with_signs(name), "chord"))
        return drawn

    def _solo(self, played: RollNote) -> Markup:
        kind = f"solo {played.place}" + (" fallback" if played.fallback else "")
        said = {"inside": "in the chord", "outside": "outside the chord", "free": "no chord"}
        source = ", fallback phrase" if played.fallback else ""
        return self._bar(played.note, kind, said[played.place] + source)

    def _drum(self, note: Note) -> Markup:
        """A stroke: the louder, the higher."""
        high = DRUM_ROW * (0.3 + 0.6 * note.velocity / 127)
        foot = self.roll.drums_top + DRUM_ROW * (DRUM_ROWS.get(note.pitch, 1) + 2)
        return rect("drums", self._x(note.onset_beats), foot - high, DRUM_WIDTH, high, 1)

    def _bar(self, note: Note, kind: str, said: str) -> Markup:
        if kind == "drums":
            return self._drum(note)
        x, end = self._x(note.onset_beats), self._x(note.end_beats)
        name = f"{NOTE_NAMES[note.pitch % 12]}{note.pitch // 12 - 1}"
        where = _clock(note.onset_beats, self.roll.meter)
        height = SEMITONE + (1.4 if kind.startswith("solo") else 0.0)
        told = element("title", f"{name} · {where} · {said}")
        return rect(kind, x, self._y(note.pitch) - 0.7, max(end - x - 0.6, 1.8), height, 1.6, told)
