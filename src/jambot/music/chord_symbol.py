"""Chord symbols as people type them: lead sheets, iReal, fake books, the page's own accidentals.

A symbol is a root, signs that say which degrees the chord has, and a bass. The signs are read one
after the other into a set of degrees (`3`, `b7`, `#11` …). A chord that `QUALITIES` names keeps
that name; any other is spelled from its degrees, and the spelling is read back as the same chord.
"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from jambot.music.chord import PITCH_CLASS_NAMES, QUALITIES, Chord
from jambot.music.chord_spelling import TONES, spelled

_PLAIN = str.maketrans(
    dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾", "0123456789+-()", strict=True))
    | dict.fromkeys("−–—‐‑", "-")
    | dict.fromkeys("△∆Δ", "^")
    | dict.fromkeys("Ø∅⌀ϕ", "ø")
    | dict.fromkeys("°º˚", "o")
    | {"♭": "b", "♯": "#", "♮": "", "𝄫": "bb", "𝄪": "##", "\\": "/"}
)
_SYMBOL = re.compile(r"([A-Ga-g])([b#]?)(.*?)(?:(?:/|on)([A-Ga-g])(bb|##|[b#]?))?")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DEGREES = {
    "2": "9", "3": "10", "4": "11", "b2": "b9", "b10": "#9", "#4": "#11", "b6": "b13", "#7": "7",
    "7": "b7", "maj7": "7",
}  # fmt: skip
"""What is written of a degree -> the degree, where the two differ."""
_SIGN = re.compile(
    r"""
    (?P<nothing>[(),./\s]+)
    |(?P<half>(?i:half-?dim(?:inished)?|hdim)|ø|h)
    |(?P<omit>(?i:no|omit))(?P<omitted>[35])(?:rd|th)?
    |(?P<dim>(?i:dim(?:inished)?)|o)
    |(?P<alt>(?i:alt))
    |(?P<sus>(?i:sus))(?P<suspended>2(?:sus)?4|4(?:sus)?2|[24](?!\d))?
    |(?P<add>(?i:add))(?P<added>maj7|[b\#]?(?:13|11|10|[2-79]))
    |(?P<major>(?i:major|maj|ma(?!dd|ug|lt)|mj)|[j^]|M(?![Ii]))
    |(?P<dom>(?i:dom(?:inant)?))
    |(?P<minor>(?i:minor|min|mi)|m|-(?!5)(?<![\d)(\#b+-].))
    |(?P<aug>(?i:aug(?:mented)?)|\+(?!11|5)(?<![\d)(\#bmin-].)|\+(?!\d))
    |(?P<alter>[b\#+-](?:13|11|10|[24-69])|[\#+]7)
    |(?P<number>69|13|11|[24-79])
    """,
    re.VERBOSE,
)


def parse_chord(symbol: str) -> Chord:
    """Read a chord symbol such as `Cm7b5`, `F#-7`, `bbmaj7/d`, `C13(b9)`, `E♭maj7♯11` or `Ah7`.

    Raises ValueError naming the part that was not understood.
    """
    match = _SYMBOL.fullmatch(symbol.strip().translate(_PLAIN).replace("(/", "/").rstrip(".,;"))
    if match is None:
        raise ValueError(f"chord symbol {symbol!r} does not begin with a note name A–G")
    letter, accidental, suffix, bass_letter, bass_accidental = match.groups()
    degrees = _degrees(suffix)
    if degrees is None and accidental and suffix.startswith(accidental):
        accidental, suffix = 2 * accidental, suffix[1:]
        degrees = _degrees(suffix)
    if degrees is None or {"7", "b7"} <= degrees:
        raise ValueError(f"chord quality {suffix!r} in {symbol!r} is not understood")
    root = _pitch_class(letter, accidental)
    bass = _pitch_class(bass_letter, bass_accidental) if bass_letter else root
    tones, quality = spelled(degrees)
    if spelled(_degrees(quality) or set()) != (tones, quality):
        raise ValueError(f"chord quality {suffix!r} in {symbol!r} contradicts itself")
    slash = f"/{PITCH_CLASS_NAMES[bass]}" if bass != root else ""
    classes = tuple((root + tone) % 12 for tone in tones)
    return Chord(f"{PITCH_CLASS_NAMES[root]}{quality}{slash}", root, bass, classes)


def nearest_symbol(word: str) -> str | None:
    """The chord symbol that `word` comes nearest to; None if it is like none.

    Its first 24 characters count. What could be read (`b9` alone) is written out, `B9`.

    >>> [nearest_symbol(word) for word in ("Hm7", "Cmja7", "D7/G7", "x2")]
    ['Bm7', 'Cmaj7', 'D7/G', None]
    """
    word = word[:24]
    if _readable(word):
        return word[0].upper() + word[1:]
    if word[:1] in ("H", "h"):
        return _readable("B" + word[1:]) or nearest_symbol("B" + word[1:])
    root = re.match(r"[A-G][b#♭♯]?", word)
    if root is None:
        return None
    for suffix in get_close_matches(word[root.end() :], QUALITIES, n=3, cutoff=0.7):
        if suffix:
            return root.group() + suffix
    return next((word[:end] for end in range(len(word) - 1, 0, -1) if _readable(word[:end])), None)


def _readable(word: str) -> str | None:
    try:
        parse_chord(word)
    except ValueError:
        return None
    return word if word[-1:] not in "/(" else None


def _pitch_class(letter: str, accidental: str) -> int:
    by = accidental.count("#") - accidental.count("b")
    return (_LETTERS[letter.upper()] + by) % 12


@dataclass(slots=True)
class _Signs:
    """What the signs read so far say."""

    degrees: set[str] = field(default_factory=lambda: {"3", "5"})
    major: str = ""
    """The sign for a major seventh that waits for its number."""
    dim: bool = False
    numbered: bool = False

    def minor(self) -> None:
        if self.degrees & {"2", "4"}:
            raise KeyError("a third that is suspended")
        self.degrees.discard("3")
        self.degrees.add("b3")

    def fifth(self, degree: str) -> None:
        self.degrees.discard("5")
        self.degrees.add(degree)

    def suspend(self, degrees: str) -> None:
        self.degrees -= {"3", "b3"}
        self.degrees.update(degrees)

    def seventh(self) -> None:
        if self.major:
            self.degrees.discard("b7")
            self.degrees.add("7")
        elif not self.degrees & {"7", "b7"}:
            self.degrees.add("bb7" if self.dim else "b7")
        self.major = ""

    def number(self, number: str) -> None:
        stacked = not self.numbered and "6" not in self.degrees and number in ("9", "11", "13")
        if number == "7" or stacked or (self.major and number in ("9", "11", "13")):
            dominant = not self.major
            self.seventh()
            self.stack(number, dominant)
        elif number == "5":
            if not self.numbered and self.degrees == {"3", "5"}:
                self.degrees.discard("3")
        elif number == "4":
            self.suspend("4")
        elif number == "6" and self.degrees & {"7", "b7"}:
            self.degrees.add("13")
        else:
            self.degrees.update(("6", "9") if number == "69" else (_DEGREES.get(number, number),))
        self.numbered = True

    def stack(self, number: str, dominant: bool) -> None:
        """The thirds up to `number`; the eleventh takes the place of a dominant's third."""
        if number != "7":
            self.degrees.add("9")
        if number == "11" and dominant and "3" in self.degrees:
            self.suspend("4")
        elif number == "11" or (number == "13" and "b3" in self.degrees):
            self.degrees.add("11")
        if number == "13":
            self.degrees.add("13")

    def alter(self, written: str) -> None:
        sign, number = {"+": "#", "-": "b"}.get(written[0], written[0]), written[1:]
        if number == "5":
            self.fifth(sign + number)
            return
        degree = _DEGREES.get(sign + number, sign + number)
        if degree == "7":
            self.degrees.add(degree)
        elif degree in TONES:
            self.degrees.discard(degree[1:])
            self.degrees.add(degree)
        else:
            raise KeyError(written)


def _degrees(suffix: str) -> set[str] | None:
    """The degrees that the signs of a symbol ask for; None where one is not understood."""
    signs, place = _Signs(), 0
    while place < len(suffix):
        match = _SIGN.match(suffix, place)
        if match is None or suffix[0] == "/" or suffix[-1] == "/":
            return None
        try:
            _take(signs, match)
        except KeyError:
            return None
        place = match.end()
    if signs.major in ("^", "j") or (signs.major and "b3" in signs.degrees):
        signs.seventh()
    if signs.degrees >= {"4", "b9"}:
        signs.seventh()
    return signs.degrees


def _take(signs: _Signs, match: re.Match[str]) -> None:
    match match.lastgroup:
        case "half":
            signs.minor()
            signs.fifth("b5")
            signs.degrees.add("b7")
        case "dim":
            signs.minor()
            signs.fifth("b5")
            signs.dim = True
        case "alt":
            signs.degrees |= {"b7", "b9", "#9", "b13"}
            signs.degrees -= {"5"}
        case "sus" | "suspended":
            signs.suspend((match["suspended"] or "4").replace("sus", ""))
        case "added":
            degree = _DEGREES.get(match["added"], match["added"])
            if degree not in TONES:
                raise KeyError(degree)
            signs.degrees.add(degree)
        case "omitted":
            signs.degrees -= {"5"} if match["omitted"] == "5" else {"3", "b3"}
        case "major":
            signs.major = match["major"]
            if signs.degrees & {"b7"}:
                signs.seventh()
        case "minor":
            signs.minor()
        case "aug":
            signs.fifth("#5")
        case "alter":
            if match["alter"] == "+7" and "b3" in signs.degrees:
                signs.degrees.add("7")
            else:
                signs.alter(match["alter"])
        case "number":
            signs.number(match["number"])
