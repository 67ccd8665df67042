"""A chord chart as it is written: its bars with their words and signs, and where each stands.

A bar knows its words, and the signs that stand before and after it; `chart_course` says in which
order the bars are played.
"""

from dataclasses import dataclass, field
from functools import cached_property

from jambot.errors import ChartError
from jambot.music.chord import Chord
from jambot.music.chord_symbol import nearest_symbol

CURE = "see docs/realtime.md"
_SHOWN = 60
"""So many characters of the text are shown around what is marked."""
_MOST_MARKS = 5


@dataclass(frozen=True, slots=True)
class ChartWord:
    """A word of the text and its place there; its chord, where it is one."""

    text: str
    at: int
    chord: Chord | None = None


@dataclass(slots=True)
class WrittenBar:
    """A bar as it is written; `number` counts from 1. Without words it holds the chord before."""

    number: int
    at: int
    words: list[ChartWord] = field(default_factory=list)
    section: str = ""
    opens: bool = False
    """A repeat begins with it."""
    rounds: int = 0
    """A repeat ends with it, played so often in all where no ending says otherwise."""
    endings: tuple[int, ...] = ()
    """It begins the ending for these rounds."""
    before: set[str] = field(default_factory=set)
    """`segno`, `coda`"""
    after: set[str] = field(default_factory=set)
    """`coda`, `to coda`, `fine`, `da capo`, `dal segno`"""
    al: str = ""
    """Where a `da capo` or `dal segno` goes on to: `fine`, `coda` or nowhere."""
    jump: tuple[str, int] = ("", 0)
    """How it is written, and where."""


@dataclass
class WrittenChart:
    """A chart's text with its bars; every refusal shows where in it."""

    text: str
    bars: list[WrittenBar] = field(default_factory=list)
    meters: list[tuple[float, str, int]] = field(default_factory=list)
    """Quarter-note beats of a bar, as written, and where."""
    loose: bool = False
    """One line without bar lines."""

    @cached_property
    def beats_per_bar(self) -> int | None:
        """The metre that is written, in quarter-note beats; None where none is.

        Raises ChartError where it changes, or is no whole number of beats from 1 to 12.
        """
        for beats, written, at in self.meters:
            if beats != int(beats) or not 1 <= beats <= 12:
                found = f"a metre of {written}"
                raise self.refused(found, "1 to 12 whole quarter-note beats in a bar", at, written)
            if beats != self.meters[0][0]:
                found = f"{self.meters[0][1]} and {written}"
                raise self.refused(found, "one metre throughout", at, written)
        return int(self.meters[0][0]) if self.meters else None

    def refused(
        self, found: str, expected: str, at: int, marked: str = "", cure: str = CURE
    ) -> ChartError:
        """What is wrong at this place of the text."""
        place = self._shown([(at, len(marked))])
        here = f", at {place}" if marked else ""
        found = f"bar {self._bar_at(at)} of the chart: {found}{here}"
        return ChartError(found, expected, cure, ((at, len(marked), ""),))

    def not_understood(self, words: list[ChartWord]) -> ChartError:
        """These words, each marked where it stands, with the nearest reading of each."""
        marks = tuple((w.at, len(w.text), nearest_symbol(w.text) or "") for w in words)
        named = ", ".join(f"{word.text:.24}" for word in words[:_MOST_MARKS])
        number = self._bar_at(words[0].at)
        plural = "is" if len(words) == 1 else "are"
        found = f"bar {number} of the chart: {named} {plural} not understood, at "
        found += self._shown([(at, length) for at, length, _ in marks[:_MOST_MARKS]])
        near = [
            f"{near} for {w.text:.24}" for w, (_, _, near) in zip(words, marks, strict=True) if near
        ]
        cure = f"write {', '.join(near[:_MOST_MARKS])}, or {CURE}" if near else CURE
        return ChartError(found, "a chord such as Dm7, F#7b9 or C/E", cure, marks)

    def _bar_at(self, at: int) -> int:
        """The number of the bar, as written, that this place is in."""
        return max((bar.number for bar in self.bars if bar.at <= at), default=1)

    def _shown(self, places: list[tuple[int, int]]) -> str:
        """The text around the places, each between » and «."""
        first, last = places[0][0], sum(places[-1])
        start, end = max(0, first - _SHOWN // 2), min(len(self.text), last + _SHOWN // 2)
        if end - start > 4 * _SHOWN:
            places, end = places[:1], min(first + places[0][1], start + 3 * _SHOWN)
        out, place = "", start
        for at, length in places:
            out += self.text[place:at] + "»" + self.text[at : at + length] + "«"
            place = at + length
        cut = "…" if start else "", "…" if end < len(self.text) else ""
        return cut[0] + " ".join((out + self.text[place:end]).split()) + cut[1]
