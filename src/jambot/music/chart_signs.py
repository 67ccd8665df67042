"""How the signs of a chord chart are written: bar lines, repeats, endings, sections, jumps."""

import re

NOTHING = ("N.C.", "N.C", "NC", "NC.", "n.c.", "n.c", "nc", "n")
AGAIN = ("%", "x", "X", "𝄎", "/.")
TWICE = ("%%", "𝄏", "r")
HOLD, PAUSE = "/", "-"
_NAME = (
    r"(?i:intro|verse|(?:pre-?)?chorus|bridge|solos?|head|outro|interlude|tag|vamp|refrain|ending"
    r"|turnaround|release|theme)(?:[ \t]*\d)?|[A-Z][1-4]?['’′]*"
)
SIGNS = {
    "da capo": r"D(?:\.\s?)?C\.?(?![\w#♯♭/])|da\s+capo",
    "dal segno": r"D(?:\.\s?)?S\.?(?![\w#♯♭/])|dal\s+segno",
    "to coda": r"to\s+(?:coda|𝄌|⊕)",
    "coda": r"coda|𝄌|⊕",
    "segno": r"segno|𝄋",
    "fine": r"fine",
}
_SIGN = "|".join(f"(?P<{name.replace(' ', '_')}>{sign})" for name, sign in SIGNS.items())
_AL = r"(?:\s+al\s+(?P<al>fine|coda|𝄌|⊕|(?:1st|2nd|3rd)\s+end(?:ing)?\.?))?"
TOKEN = re.compile(
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
    |(?P<ending>(?<![\w/])N?(?P<rounds>\d(?:[ ]?[,&–-][ ]?\d){{0,8}})(?:[.)]|st|nd|rd)?
        (?=[\s|\]]|[.)]?[A-GNa-g]|$))
    |[()]
    |(?P<word>[^\s,;|‖\[\]{{}}│｜𝄀𝄁𝄂𝄆𝄇()]
        (?:\([^()|\n]*\)|(?!:[|‖\]])[^\s,;|‖\[\]{{}}│｜𝄀𝄁𝄂𝄆𝄇])*
        (?:[ ]?\((?:[b\#♭♯+−-]\d|(?i:add|maj|omit|no\d|sus|alt))[^()|\n]*\))*)
    """,
    re.VERBOSE,
)
