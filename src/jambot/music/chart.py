"""Chord charts: a form as text, `| Dm7 | G7 | Cmaj7 | % |`, read bar by bar.

| C7 | F7 | C7 | Gm7 C7 |      bars between bar lines, or one a line; chords share their bar
|: Dm7 / G7 C7 | % :| x3       `/` holds the chord for another place, `%` repeats the bar before
| C7 | | N.C. |                an empty bar goes on with the chord before; no chord
[A] 3/4 |1. C :|2. F |         sections, the metre, endings; D.C. al Coda, Segno, Fine …
Dm7 G7 Cmaj7                   one line without bar lines: each chord is a bar
# a line that begins so is a remark
"""

from dataclasses import dataclass
from pathlib import Path

from jambot.errors import ChartError, UsageError
from jambot.music.chart_course import course
from jambot.music.chart_measures import Measure, measures, shares
from jambot.music.chart_signs import HOLD
from jambot.music.chart_words import read_chart
from jambot.music.chord import Chord
from jambot.music.harmony import SILENCE, Harmony, HarmonyChange
from jambot.music.ireal import is_link
from jambot.music.tunes import TUNES

_BASS, _ABOVE = 36, 48
"""Octaves that a written chord is heard in: its bass, and the rest over it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A chord from `beat` of the form on; None where no chord is wanted."""

    beat: int
    chord: Chord | None

    @property
    def harmony(self) -> Harmony:
        """As hands would play it, root and all."""
        if self.chord is None:
            return SILENCE
        above = (_ABOVE + pc for pc in self.chord.pitch_classes)
        return Harmony.of([_BASS + self.chord.bass, *above])


@dataclass(frozen=True, slots=True)
class Chart:
    """A form of `bars` bars: its chords in order, repeats written out.

    Every bar begins with what holds there, stated anew.
    """

    bars: int
    beats_per_bar: int
    chords: tuple[Written, ...]
    sections: tuple[tuple[int, str], ...] = ()
    """(bar, name) of the sections that are named, as played."""

    @property
    def beats(self) -> int:
        """The length of the form."""
        return self.bars * self.beats_per_bar

    def changes(self) -> tuple[HarmonyChange, ...]:
        """The form as harmonies, one chorus of it; only what really changes."""
        changes: list[HarmonyChange] = []
        for written in self.chords:
            if not changes or changes[-1].harmony != written.harmony:
                changes.append(HarmonyChange(float(written.beat), written.harmony))
        return tuple(changes)

    def names(self) -> tuple[str, ...]:
        """What stands in each bar, such as `Gm7 C7`; strokes where chords share it unevenly."""
        rows: list[list[Written]] = [[] for _ in range(self.bars)]
        for written in self.chords:
            rows[written.beat // self.beats_per_bar].append(written)
        return tuple(self._named(row) for row in rows)

    def _named(self, row: list[Written]) -> str:
        names = ["N.C." if w.chord is None else w.chord.symbol for w in row]
        places = [w.beat % self.beats_per_bar for w in row]
        if places == shares(len(row), self.beats_per_bar):
            return " ".join(names)
        strokes = [HOLD] * self.beats_per_bar
        for place, name in zip(places, names, strict=True):
            strokes[place] = name
        return " ".join(strokes)

    @property
    def text(self) -> str:
        """The chart written out, bar by bar; read again it is the same form."""
        return "| " + " | ".join(self.names()) + " |"


def chart_text(source: str) -> str:
    """The chart itself: a built-in tune's, what the file of this name holds, or `source` where it
    is a chart.

    Raises UsageError for what is neither.
    """
    if source.strip().lower() in TUNES:
        return TUNES[source.strip().lower()].chart
    if "|" in source or "\n" in source or is_link(source):
        return source
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        if _says_chords(source):
            return source
        raise UsageError(
            f"{source}: no chord chart found",
            "a text file, or chords such as '| Dm7 | G7 | C |' or 'Dm7 G7 C'",
            f"give the chart itself, check the path, or name a tune: {', '.join(TUNES)}",
        ) from error


def _says_chords(source: str) -> bool:
    """Whether most words of a line without bar lines are chords."""
    try:
        bars = read_chart(source).bars
    except ChartError as error:
        return 2 * len(error.marks) < len(source.split()) and "." not in source.split()[-1]
    return bool(bars)


def chart_beats(text: str) -> int | None:
    """The quarter-note beats of a bar that a chart asks for, such as `3/4`; None where it does not.

    Raises ChartError as `parse_chart` does.
    """
    return read_chart(text).beats_per_bar


def parse_chart(text: str, beats_per_bar: int = 4) -> Chart:
    """Read a chart; chords of one bar share it, earlier ones longer where it does not divide.

    Raises ChartError naming the bars (counted as written, from 1) and marking what was not
    understood, and for a metre that is not `beats_per_bar`.

    >>> [(w.beat, w.chord.symbol) for w in parse_chart("| Dm7 G7 | C | % |").chords]
    [(0, 'Dm7'), (2, 'G7'), (4, 'C'), (8, 'C')]
    """
    chart = read_chart(text)
    if not chart.bars:
        raise UsageError("a chord chart without bars", "such as '| Dm7 | G7 | C |'")
    if chart.beats_per_bar not in (None, beats_per_bar):
        _, metre, at = chart.meters[0]
        expected = f"{beats_per_bar} beats in a bar, as the music has"
        cure = f"leave {metre} out, or choose music in that metre"
        raise chart.refused(f"its metre is {metre}", expected, at, metre, cure)
    bars = measures(chart, beats_per_bar)
    played: list[Measure] = []
    sections: list[tuple[int, str]] = []
    for place in course(chart):
        if chart.bars[place].section:
            sections.append((len(played), chart.bars[place].section))
        played += bars[place]
    chords: list[Written] = []
    for bar, measure in enumerate(played):
        for beat, chord in measure:
            if beat == 0 or chords[-1].chord != chord:
                chords.append(Written(bar * beats_per_bar + beat, chord))
    return Chart(len(played), beats_per_bar, tuple(chords), tuple(sections))
