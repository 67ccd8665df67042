"""The words and signs of a chord chart, sorted into bars as they are written.

A bar knows its words, and the signs that stand before and after it; `chart_course` says in which
order the bars are played.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from jambot.errors import ChartError
from jambot.music.chord import Chord
from jambot.music.chord_symbol import nearest_symbol, parse_chord
from jambot.music.ireal import is_link, link_chart

CURE = "see docs/realtime.md"
NOTHING = ("N.C.", "N.C", "NC", "NC.", "n.c.", "n.c", "nc", "n")
AGAIN = ("%", "x", "X", "𝄎", "/.")
TWICE = ("%%", "𝄏", "r")
HOLD, PAUSE = "/", "-"
_SHOWN = 60
_MOST_MARKS = 5
_NAME = (
    r"(?i:intro|verse|(?:pre-?)?chorus|bridge|solos?|head|outro|interlude|tag|vamp|refrain|ending"
    r"|turnaround|release|theme)(?:[ \t]*\d)?|[A-Z][1-4]?['’′]*"
)
_SIGNS = {
    "da capo": r"D\.?\s?C\.?(?![\w#♯♭/])|da\s+capo",
    "dal segno": r"D\.?\s?S\.?(?![\w#♯♭/])|dal\s+segno",
    "to coda": r"to\s+(?:coda|𝄌|⊕)",
    "coda": r"coda|𝄌|⊕",
    "segno": r"segno|𝄋",
    "fine": r"fine",
}
_SIGN = "|".join(f"(?P<{name.replace(' ', '_')}>{sign})" for name, sign in _SIGNS.items())
_AL = r"(?:\s+al\s+(?P<al>fine|coda|𝄌|⊕|(?:1st|2nd|3rd)\s+end(?:ing)?\.?))?"
_TOKEN = re.compile(
    rf"""
    (?P<line>[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])
    |(?P<space>(?:[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|[,;])+)
    |(?P<time>(?<![\w/])(?P<beats>\d{{1,2}})/(?P<unit>\d{{1,2}})(?![\w/]))
    |\[[ \t]*(?P<section>{_NAME})[ \t]*\]
    |(?m:^)[ \t]*(?P<label>{_NAME})[ \t]*:(?![|:\]])
    |(?<!\w)\*(?P<letter>[A-Za-z])(?!\w)
    |<(?P<remark>[^<>\n]*)>
    |(?P<bar>[:][|‖\]]{{1,2}}:?|[|‖\[]{{2}}:(?!\|)|[|‖\[]:|\|\]|\[\||\|\|?|[\[\]{{}}‖│｜𝄀𝄁𝄂𝄆𝄇])
    |(?P<sign>(?<![\w\#♯♭])(?i:{_SIGN})(?i:{_AL})(?!\w))
    |(?P<times>(?<!\w)\(?(?:[x×](?P<after>\d{{1,2}})|(?P<before>\d{{1,2}})[x×])\)?(?!\w))
    |(?P<ending>(?<![\w/])N?(?P<rounds>\d(?:[ ]?[,&–-][ ]?\d)*)(?:[.)]|st|nd|rd)?
        (?=[\s|\]]|[.)]?[A-GNa-g]|$))
    |[()]
    |(?P<word>[^\s,;|‖\[\]{{}}│｜𝄀𝄁𝄂𝄆𝄇()]
        (?:\([^()|\n]*\)|(?!:[|‖\]])[^\s,;|‖\[\]{{}}│｜𝄀𝄁𝄂𝄆𝄇])*
        (?:[ ]?\((?:[b\#♭♯+−-]\d|(?i:add|maj|omit|no\d|sus|alt))[^()|\n]*\))*)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text and its place there; its chord, where it is one."""

    text: str
    at: int
    chord: Chord | None = None


@dataclass(slots=True)
class WrittenBar:
    """A bar as it is written; `number` counts from 1. Without words it holds the chord before."""

    number: int
    at: int
    words: list[Word] = field(default_factory=list)
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
class ChartText:
    """A chart's text with its bars; every refusal shows where in it."""

    text: str
    bars: list[WrittenBar] = field(default_factory=list)
    meters: list[tuple[float, str, int]] = field(default_factory=list)
    """Quarter-note beats of a bar, as written, and where."""
    loose: bool = False
    """One line without bar lines."""

    @classmethod
    def read(cls, text: str) -> "ChartText":
        """Raises ChartError for words that are not understood, all of them."""
        plain = link_chart(text) if is_link(text) else text
        if plain is None:
            expected = "irealb:// or irealbook:// with a song in it"
            raise ChartError("a link without a chart", expected, CURE, ((0, len(text), ""),))
        chart = cls(plain)
        _Reader(chart).read()
        unknown = [word for bar in chart.bars for word in bar.words if _unknown(word)]
        if unknown:
            raise chart.not_understood(unknown)
        return chart

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

    def refused(self, found: str, expected: str, at: int, marked: str = "") -> ChartError:
        """What is wrong at this place of the text."""
        place = self._shown([(at, len(marked))])
        here = f", at {place}" if marked else ""
        found = f"bar {self._bar_at(at)} of the chart: {found}{here}"
        return ChartError(found, expected, CURE, ((at, len(marked), ""),))

    def not_understood(self, words: list[Word]) -> ChartError:
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


def _unknown(word: Word) -> bool:
    known = word.text in (*NOTHING, *AGAIN, *TWICE, HOLD, PAUSE)
    return word.chord is None and not known


class _Reader:
    """Goes through a text once and fills the bars of a `ChartText`."""

    def __init__(self, chart: ChartText) -> None:
        remarks = re.compile(r"^[^\S\n]*#[^\n]*", re.MULTILINE)
        self.text = remarks.sub(lambda match: " " * len(match.group()), chart.text)
        self.chart = chart
        self.next = WrittenBar(1, 0)
        self.line: tuple[str, int] | None = None
        """The bar line that nothing stands behind yet, and where it ends."""
        self.times = 0
        self.lines, self.told = 0, False
        """Lines with words, and whether this one has any."""

    def read(self) -> None:
        matches = list(_TOKEN.finditer(self.text))
        ruled = any(match["bar"] for match in matches)
        for match in matches:
            self.take(match)
        self.close(len(self.text))
        self.chart.loose = not ruled and self.lines == 1
        if self.chart.loose:
            self.chart.bars = _one_a_bar(self.chart.bars)

    def take(self, match: re.Match[str]) -> None:
        at = match.start()
        if match["bar"]:
            self.bar_line(match["bar"], at, match.end())
            return
        if match["line"]:
            self.close(at)
            self.line, self.told = None, False
        elif match["time"]:
            beats = 4 * int(match["beats"]) / (int(match["unit"]) or 1)
            self.chart.meters.append((beats, match["time"], at))
        elif match["remark"] is not None:
            self.remark(match["remark"], at)
        elif match["sign"]:
            self.sign(match, at)
        elif match["times"]:
            self.play(int(match["after"] or match["before"]), match["times"], at)
        elif match["section"] or match["label"] or match["letter"]:
            self.close(at)
            self.line = None
            self.next.section = (match["section"] or match["label"] or match["letter"]).strip()
        elif match["ending"]:
            self.ending(match, at)
        elif match["word"]:
            self.word(match["word"], at)

    def close(self, at: int, empty: bool = False) -> None:
        """The bar ends here, if it has begun."""
        if self.next.words or empty:
            self.chart.bars.append(self.next)
            self.next = WrittenBar(self.next.number + 1, at)

    def bar_line(self, line: str, at: int, end: int) -> None:
        plain = line in ("|", "||", "‖", "│", "｜", "𝄀", "𝄁")
        empty = plain and self.line is not None and self.line[1] < at and not self.next.words
        self.close(at, empty)
        if line.startswith(":") or line in ("}", "𝄇"):
            bars = self.chart.bars
            if not bars or bars[-1].rounds or self.next.opens:
                raise self.chart.refused(line, "bars between |: and :|", at, line)
            bars[-1].rounds, self.times = self.times or 2, 0
        if line.endswith(":") or line in ("{", "𝄆"):
            self.next.opens = True
        self.next.at = end
        self.line = (line, end) if plain else None

    def word(self, text: str, at: int) -> None:
        self.line = None
        self.lines += not self.told
        self.told = True
        if not self.next.words:
            self.next.at = at
        text = text.rstrip(".") if text.endswith("..") else text
        while text.endswith(")") and text.count(")") > text.count("("):
            text = text[:-1]
        strokes = re.fullmatch(r"(.*?)(/+)", text)
        if strokes and (not strokes[1] or len(strokes[2]) > 1):
            self.add(strokes[1], at)
            for i in range(len(strokes[2])):
                self.add(HOLD, at + len(strokes[1]) + i)
        else:
            self.add(text, at)

    def add(self, text: str, at: int) -> None:
        if text in ("-", "–", "—", "→", "->", ">", "."):
            text = PAUSE
        if text:
            self.next.words.append(Word(text, at, _chord(text)))

    def ending(self, match: re.Match[str], at: int) -> None:
        if self.next.words:
            self.word(match["ending"], at)
            return
        first, *more = re.findall(r"[,&–-]|\d", match["rounds"])
        rounds = [int(first)]
        for joint, last in zip(more[::2], more[1::2], strict=True):
            rounds += range(rounds[-1] + 1, int(last) + 1) if joint in "–-" else [int(last)]
        self.next.endings = tuple(rounds)

    def play(self, times: int, written: str, at: int) -> None:
        """`x3` behind a repeat, or before its end."""
        bars = self.chart.bars
        if not 1 <= times <= 16:
            raise self.chart.refused(written, "1 to 16 times", at, written)
        if bars and bars[-1].rounds and not self.next.words:
            bars[-1].rounds = times
        else:
            self.times = times

    def remark(self, text: str, at: int) -> None:
        """What stands between < and > is a sign of the course, or a word to the players."""
        place = at + 1
        for match in _TOKEN.finditer(text):
            if match["sign"]:
                self.sign(match, place + match.start())
            elif match["times"]:
                self.play(int(match["after"] or match["before"]), match["times"], place)

    def sign(self, match: re.Match[str], at: int) -> None:
        self.line = None
        name = next(name for name in _SIGNS if match[name.replace(" ", "_")])
        bars = self.chart.bars
        if name in ("segno", "coda") and not self.next.words:
            self.next.before.add(name)
            return
        if not self.next.words and not bars:
            raise self.chart.refused(match["sign"], "a bar before it", at, match["sign"])
        bar = self.next if self.next.words else bars[-1]
        (bar.before if name == "segno" else bar.after).add(name)
        if name in ("da capo", "dal segno"):
            al = (match["al"] or "").lower()
            bar.jump = match["sign"], at
            bar.al = "coda" if al in ("coda", "𝄌", "⊕") else "fine" if al == "fine" else ""


def _chord(text: str) -> Chord | None:
    if re.fullmatch(r"[b#♭♯](?:5|6|9|11|13)", text):
        return None
    try:
        return None if text in NOTHING else parse_chord(text)
    except ValueError:
        return None


def _one_a_bar(bars: list[WrittenBar]) -> list[WrittenBar]:
    """A text of one line without bar lines: each chord is a bar, where no strokes count beats."""
    if any(word.text == HOLD for bar in bars for word in bar.words):
        return bars
    each: list[WrittenBar] = []
    for bar in bars:
        words = [word for word in bar.words if word.text != PAUSE] or bar.words
        first = len(each)
        each += [WrittenBar(first + i, word.at, [word]) for i, word in enumerate(words, 1)]
        each[first].section, each[first].before = bar.section, bar.before
        each[first].endings = bar.endings
        each[-1].after, each[-1].al, each[-1].jump = bar.after, bar.al, bar.jump
    return each
