"""What the bars of a chart say: which chord from which beat on, repeats of bars written out."""

from jambot.music.chart_signs import AGAIN, HOLD, NOTHING, PAUSE, TWICE
from jambot.music.chord import Chord
from jambot.music.written_chart import ChartWord, WrittenBar, WrittenChart

Measure = list[tuple[int, Chord | None]]
"""(beat in the bar, chord) in order; the first is on beat 0, None is silence."""


def measures(chart: WrittenChart, beats: int) -> list[list[Measure]]:
    """For each written bar what is played: one measure, two for a sign of two bars, none for its
    second cell. Raises ChartError for too many chords, or a sign with nothing before it."""
    told: list[list[Measure]] = []
    before: list[Measure] = []
    """What was played before the bar; in a later ending, before the first one."""
    fork, twice = 0, False
    for bar in chart.bars:
        if 1 in bar.endings:
            fork = len(before)
        elif bar.endings and fork:
            before = before[:fork]
        new = [] if twice and not bar.words else _measures_of(chart, bar, beats, before)
        twice = len(bar.words) == 1 and bar.words[0].text in TWICE
        told.append(new)
        before = before + new
    return told


def shares(chords: int, beats: int) -> list[int]:
    """The beats on which so many chords begin that share a bar, earlier ones held longer.

    >>> shares(3, 4), shares(2, 3)
    ([0, 2, 3], [0, 2])
    """
    length, longer = divmod(beats, chords)
    return [i * length + min(i, longer) for i in range(chords)]


def _measures_of(
    chart: WrittenChart, bar: WrittenBar, beats: int, before: list[Measure]
) -> list[Measure]:
    words = bar.words if len(bar.words) == beats else _without_pauses(bar.words)
    first = words[0] if words else ChartWord("", bar.at)
    again = len(words) == 1 and first.text in (*AGAIN, *TWICE)
    needed = 2 if again and first.text in TWICE else int(again or first.text in ("", HOLD))
    if needed > len(before) or (first.text in (*AGAIN, *TWICE) and not again):
        expected = "two bars before it" if needed == 2 else "a bar or a chord before it"
        raise chart.refused(first.text or "an empty bar", expected, first.at, first.text)
    if again:
        return before[-needed:]
    held = before[-1][-1][1] if before else None
    if not words:
        return [[(0, held)]]
    rows = [words]
    if chart.loose and len(words) > beats and any(word.text == HOLD for word in words):
        stroke = ChartWord(HOLD, bar.at)
        words = words + [stroke] * (-len(words) % beats)
        rows = [words[i : i + beats] for i in range(0, len(words), beats)]
    if len(rows[0]) > beats:
        found = " ".join(word.text for word in words)
        expected = f"at most {beats} chords, one a beat"
        raise chart.refused(f"{found:.60}", expected, first.at, first.text)
    new: list[Measure] = []
    for row in rows:
        new.append(_placed(row, beats, held))
        held = new[-1][-1][1]
    return new


def _placed(row: list[ChartWord], beats: int, held: Chord | None) -> Measure:
    measure: Measure = []
    for place, word in zip(shares(len(row), beats), row, strict=True):
        if word.chord is not None or word.text in NOTHING:
            measure.append((place, word.chord))
        elif place == 0:
            measure.append((0, held))
    return measure


def _without_pauses(words: list[ChartWord]) -> list[ChartWord]:
    """Dashes are strokes where they fill the bar, one a beat; else they part chords."""
    return [word for word in words if word.text != PAUSE]
