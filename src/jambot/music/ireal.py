"""Links that iReal Pro shares, `irealb://…` and `irealbook://…`, as charts in plain text.

A link holds songs of fields that `=` parts; one field is the music. In `irealb` links the music is
scrambled in blocks of 50 characters, after a mark, with three abbreviations. Its first song counts.
"""

import re
from urllib.parse import unquote

BOOK, SCRAMBLED = "irealbook://", "irealb://"
MARK = "1r34LbKcu7"
BLOCK = 50
_SHORT = {"XyQ": "   ", "LZ": " |", "Kcl": "| x"}
_BOOK_MUSIC = 5
"""The field of an `irealbook` song that is its music."""
_SIGN = re.compile(
    r"""
    (?P<drop>[YU]|\((?:[^()]*)\)|[sl](?=[A-GWnp(])|f(?![a-z]))
    |T(?P<twelve>12)8?
    |T(?P<beats>\d)(?P<unit>[248])
    |\*(?P<section>[A-Za-z])
    |N(?P<ending>\d)
    |<(?P<remark>[^<>]*)>
    |(?P<bar>[\[\]{}|Z])
    |(?P<segno>S)|(?P<coda>Q)
    |(?P<chord>[A-GW][b#]?(?:sus|alt|add|dim|aug|m(?:aj|in|a|i)?|M(?:aj|a)?|/(?=\d)|[\d+^\-hob#])*
        (?:/[A-G][b#]?)?)
    |(?P<word>[xrnp])
    |(?P<cell>\s)
    """,
    re.VERBOSE,
)
_BARS = {"[": "||", "]": "||", "{": "|:", "}": ":|", "|": "|", "Z": "||"}


def is_link(text: str) -> bool:
    """Whether a text is such a link."""
    return text.lstrip().lower().startswith((BOOK, SCRAMBLED))


def link_chart(link: str) -> str | None:
    """The chart of the first song in a link; None where no music is found in it.

    >>> link_chart("irealbook://Song=Player Some=Swing=C=n=T44*A{C^7 |A-7 |D-9 |G7#5 }")
    '4/4 [A] |: C^7 | A-7 | D-9 | G7#5 :|'
    """
    text = unquote(link.strip())
    if text.lower().startswith(BOOK):
        fields = text.split("=")
        return _text(fields[_BOOK_MUSIC]) if len(fields) > _BOOK_MUSIC else None
    _, mark, music = text.partition(MARK)
    return _text(unscrambled(music.split("=")[0])) if mark else None


def unscrambled(music: str) -> str:
    """The music of an `irealb` link in plain signs. What is shorter than a block stays."""
    out = ""
    while len(music) > BLOCK:
        block, music = music[:BLOCK], music[BLOCK:]
        out += block if len(music) < 2 else crossed(block)
    out += music
    for short, signs in _SHORT.items():
        out = out.replace(short, signs)
    return out


def crossed(block: str) -> str:
    """A block whose outer five and inner fourteen characters change sides; its own inverse."""
    swapped = list(block)
    for i in (*range(5), *range(10, 24)):
        swapped[i], swapped[-1 - i] = block[-1 - i], block[i]
    return "".join(swapped)


def _text(music: str) -> str:
    """The music as a chart; chords of a bar that fill its cells, one a beat, keep their beats."""
    out: list[str] = []
    cells: list[str] = []
    beats, place, last = 4, 0, ""

    def bar() -> None:
        """The cells since the last bar line, as words."""
        words = [cell for cell in cells if cell]
        whole = len(cells) == beats and cells[0] and len(words) > 1
        out.extend(word or "/" for word in (cells if whole else words))
        cells.clear()

    music = music.strip()
    while place < len(music):
        match = _SIGN.match(music, place)
        if match is None:
            place += 1
            continue
        place = match.end()
        if match["chord"] or match["word"]:
            word = match["chord"] or match["word"]
            if word.startswith("W"):
                word = last.split("/")[0] + word[1:]
            last = word if match["chord"] else last
            cells.append({"p": "/", "n": "N.C."}.get(word, word))
        elif match["cell"]:
            cells.append("")
        elif match["drop"]:
            continue
        elif match["bar"]:
            bar()
            out.append(_BARS[match["bar"]])
        elif match["beats"] or match["twelve"]:
            beats = 4 * int(match["beats"]) // int(match["unit"]) if match["beats"] else 6
            out.append(f"{match['beats']}/{match['unit']}" if match["beats"] else "12/8")
        else:
            bar()
            out.append(_sign(match))
    bar()
    return _tidy(" ".join(word for word in out if word))


def _sign(match: re.Match[str]) -> str:
    if match["section"]:
        return f"[{'Intro' if match['section'] == 'i' else match['section'].upper()}]"
    if match["ending"]:
        return f"{match['ending']}."
    if match["remark"]:
        return f"<{match['remark']}>"
    return "Segno" if match["segno"] else "Coda" if match["coda"] else ""


def _tidy(chart: str) -> str:
    """Without bar lines that stand beside others."""
    chart = re.sub(r"(?:\|\|? )+(?=\|:|:\||\|\|)", "", chart)
    return re.sub(r"(?<=:\|)(?: \|\|?)+|(?<=\|:)(?: \|\|?)+", "", chart)
