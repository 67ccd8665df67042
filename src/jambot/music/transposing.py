"""A chart in another key, written as it was: only the letters of its chords change."""

import re

from jambot.music.chart_words import read_chart
from jambot.music.chord import PITCH_CLASS_NAMES, Chord

_ROOT = re.compile(r"(\(?)([A-Ga-g])([#b♯♭]?)")
_BASS = re.compile(r"/([A-Ga-g])([#b♯♭]?)(?=\)*$)")
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def transposed(text: str, semitones: int) -> str:
    """The chart's text so many semitones higher; a link becomes the chart that it holds.

    Raises ChartError as `read_chart` does.

    >>> transposed("| Dm7 | G7/B |", 3)
    '| Fm7 | Bb7/D |'
    """
    chart = read_chart(text)
    out = chart.text
    words = [word for bar in chart.bars for word in bar.words if word.chord is not None]
    for word in sorted(words, key=lambda word: -word.at):
        assert word.chord is not None
        higher = _higher(word.text, word.chord, semitones)
        out = out[: word.at] + higher + out[word.at + len(word.text) :]
    return out


def _higher(symbol: str, chord: Chord, semitones: int) -> str:
    root = _ROOT.match(symbol)
    if root is None:
        return chord.transposed(semitones).symbol
    letter, sign = root[2], root[3]
    if (_LETTERS[letter.upper()] + _SIGNS[sign]) % 12 != chord.root:
        sign = ""  # the sign belongs to what follows: Bb5 with a root of B
    rest = symbol[len(root[1]) + len(letter + sign) :]
    name = PITCH_CLASS_NAMES[(chord.root + semitones) % 12]
    bass = PITCH_CLASS_NAMES[(chord.bass + semitones) % 12]
    return root[1] + name + _BASS.sub(f"/{bass}", rest)
