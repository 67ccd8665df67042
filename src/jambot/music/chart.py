"""Chord charts: a form as text, `| Dm7 | G7 | Cmaj7 | % |`, read bar by bar.

| C7 | F7 | C7 | Gm7 C7 |      bars between bar lines, or one a line; chords share their bar
|: Dm7 / G7 C7 | % :|          `/` holds the chord for another place, `%` repeats the bar before
| N.C. |                       no chord
# a line that begins so is a remark
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jambot.errors import UsageError
from jambot.music.chord import Chord, parse_chord
from jambot.music.harmony import SILENCE, Harmony, HarmonyChange

MOST_BARS = 512
NOTHING = ("N.C.", "NC", "n.c.", "nc")
_BAR_LINE = re.compile(r"(\|:|:\|:?|\|\|?|\n)")
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
        """What stands in each bar, such as `Gm7 C7`."""
        rows: list[list[str]] = [[] for _ in range(self.bars)]
        for written in self.chords:
            name = "N.C." if written.chord is None else written.chord.symbol
            rows[written.beat // self.beats_per_bar].append(name)
        return tuple(" ".join(row) for row in rows)


def chart_text(source: str) -> str:
    """The chart itself: `source` where it has bar lines, else what the file of this name holds.

    Raises UsageError for a file that cannot be read.
    """
    if "|" in source or "\n" in source:
        return source
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{source}: no chord chart can be read there",
            "a text file, or bars such as '| Dm7 | G7 | C |'",
            "give the chart itself with bar lines, or check the path",
        ) from error


def parse_chart(text: str, beats_per_bar: int = 4) -> Chart:
    """Read a chart; chords of one bar share it, earlier ones longer where it does not divide.

    Raises UsageError naming the bar (counted as written, from 1) that was not understood.

    >>> [(w.beat, w.chord.symbol) for w in parse_chart("| Dm7 G7 | C | % |").chords]
    [(0, 'Dm7'), (2, 'G7'), (4, 'C'), (8, 'C')]
    """
    rows = _repeated(text)
    if not rows:
        raise UsageError("a chord chart without bars", "such as '| Dm7 | G7 | C |'")
    chords: list[Written] = []
    for bar, (number, row) in enumerate(rows):
        for place, chord in _placed(number, row, beats_per_bar):
            if place == 0 or chords[-1].chord != chord:
                chords.append(Written(bar * beats_per_bar + place, chord))
    return Chart(len(rows), beats_per_bar, tuple(chords))


def _repeated(text: str) -> list[tuple[int, list[str]]]:
    """(number as written, words) of every bar that is played, repeats and `%` written out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    played: list[tuple[int, list[str]]] = []
    number, opened = 0, 0
    for token in _BAR_LINE.split("\n".join(lines)):
        if token.startswith(":|"):
            if opened == len(played):
                raise _refused(max(number, 1), ":|", "bars between |: and :|")
            played += played[opened:]
            opened = len(played)
        if token.endswith("|:") or token == ":|:":
            opened = len(played)
        words = [] if _BAR_LINE.fullmatch(token) else token.split()
        if words:
            number += 1
            if words == ["%"]:
                if not played:
                    raise _refused(number, "%", "a bar before it")
                words = played[-1][1]
            played.append((number, words))
        if len(played) > MOST_BARS:
            raise _refused(number, f"more than {MOST_BARS} bars", "a shorter form")
    return played


def _placed(number: int, row: list[str], beats: int) -> Iterator[tuple[int, Chord | None]]:
    """(beat in the bar, chord) for the words of a bar."""
    if len(row) > beats:
        raise _refused(number, " ".join(row), f"at most {beats} chords, one a beat")
    length, longer = divmod(beats, len(row))
    place = 0
    for i, word in enumerate(row):
        if word == "/":
            if i == 0:
                raise _refused(number, "/", "a chord before it")
        else:
            yield place, _chord(number, word)
        place += length + (i < longer)


def _chord(number: int, word: str) -> Chord | None:
    if word in NOTHING:
        return None
    try:
        return parse_chord(word)
    except ValueError as error:
        raise _refused(number, str(error), "a chord such as Dm7, F#7b9 or C/E") from error


def _refused(bar: int, found: str, expected: str) -> UsageError:
    return UsageError(f"bar {bar} of the chart: {found}", expected, "see docs/realtime.md")
