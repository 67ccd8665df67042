"""The words and signs of a chord chart, sorted into bars as they are written."""

import re

from jambot.errors import ChartError
from jambot.music.chart_signs import AGAIN, HOLD, NOTHING, PAUSE, SIGNS, TOKEN, TWICE
from jambot.music.chord import Chord
from jambot.music.chord_symbol import parse_chord
from jambot.music.ireal import is_link, link_chart
from jambot.music.written_chart import CURE, ChartWord, WrittenBar, WrittenChart


def read_chart(text: str) -> WrittenChart:
    """Read a text, or a link of iReal Pro.

    Raises ChartError for words that are not understood, all of them.
    """
    plain = link_chart(text) if is_link(text) else text
    if plain is None:
        expected = "irealb:// or irealbook:// with a song in it"
        raise ChartError("a link without a chart", expected, CURE, ((0, len(text), ""),))
    chart = WrittenChart(plain)
    _Reader(chart).read()
    unknown = [word for bar in chart.bars for word in bar.words if _unknown(word)]
    if unknown:
        raise chart.not_understood(unknown)
    return chart


def _unknown(word: ChartWord) -> bool:
    known = word.text in (*NOTHING, *AGAIN, *TWICE, HOLD, PAUSE)
    return word.chord is None and not known


class _Reader:
    """Goes through a text once and fills the bars of a `WrittenChart`."""

    def __init__(self, chart: WrittenChart) -> None:
        remarks = re.compile(r"^[^\S\n]*#[^\n]*", re.MULTILINE)
        self.text = remarks.sub(lambda match: " " * len(match.group()), chart.text)
        self.chart = chart
        self.next = WrittenBar(1, 0)
        self.line: tuple[str, int] | None = None
        """The bar line that nothing stands behind yet, and where it ends."""
        self.times, self.told_times = 0, ("", 0)
        """How often the next repeat is played, and how that is written and where."""
        self.lines, self.told = 0, False
        """Lines with words, and whether this one has any."""

    def read(self) -> None:
        matches = list(TOKEN.finditer(self.text))
        ruled = any(match["bar"] for match in matches)
        for match in matches:
            self.take(match)
        self.close(len(self.text))
        if self.times and self.told_times[0]:
            times, at = self.told_times
            raise self.chart.refused(times, "a repeat, |: and :|, that it belongs to", at, times)
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
            self.next.words.append(ChartWord(text, at, _chord(text)))

    def ending(self, match: re.Match[str], at: int) -> None:
        if self.next.words:
            self.word(match["ending"], at)
            return
        first, *more = re.findall(r"[,&–-]|\d", match["rounds"])
        rounds = [int(first)]
        for joint, last in zip(more[::2], more[1::2], strict=True):
            rounds += range(rounds[-1] + 1, int(last) + 1) if joint in "–-" else [int(last)]
        self.next.endings = tuple(rounds)

    def play(self, times: int, text: str, at: int) -> None:
        """`x3` behind a repeat, or before its end."""
        bars = self.chart.bars
        if not 1 <= times <= 16:
            raise self.chart.refused(text, "1 to 16 times", at, text)
        if bars and bars[-1].rounds and not self.next.words:
            bars[-1].rounds = times
        else:
            self.times, self.told_times = times, (text, at)

    def remark(self, text: str, at: int) -> None:
        """What stands between < and > is a sign of the course, or a word to the players."""
        place = at + 1
        for match in TOKEN.finditer(text):
            if match["sign"]:
                self.sign(match, place + match.start())
            elif match["times"]:
                self.play(int(match["after"] or match["before"]), match["times"], place)
                self.told_times = ("", place)

    def sign(self, match: re.Match[str], at: int) -> None:
        self.line = None
        name = next(name for name in SIGNS if match[name.replace(" ", "_")])
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
