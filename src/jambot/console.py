"""How words are written for people, in a terminal or into a pipe.

What is said stays as it is: no line is broken (a terminal folds what is too long for it, and copies
it whole), brackets in names are no markup, and a sign that the encoding lacks is replaced.
"""

import codecs
import sys
from functools import partial
from typing import TextIO

from rich.console import Console

UNBOUNDED = 10_000
"""Columns of what is no terminal: no table is that wide."""
PLAIN = {
    "✓": "ok", "✕": "x", "≈": "~", "–": "-", "—": "-", "…": "...", "≤": "<=", "≥": ">=", "×": "x",
    "·": "-", "▸": ">", "♩": "tempo", "●": "*", "○": ".", "▰": "#", "▱": ".", "→": "->",
}  # fmt: skip
"""Signs that old encodings lack, in those that all have."""
_PLAIN_SIGNS = "jambot.plain"


def make_console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr, as wide as its terminal, or without bounds."""
    stream = sys.stderr if stderr else sys.stdout
    make = partial(Console, stderr=stderr, soft_wrap=True, markup=False, emoji=False)
    return make(highlight=False, width=None if is_terminal(stream) else UNBOUNDED)


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody looks at it; a colour that is forced upon a pipe makes no terminal of it."""
    return stream is not None and not stream.closed and stream.isatty()


def allow_any_sign() -> None:
    """From now on no sign is an error to stdout and stderr, whatever their encoding."""
    codecs.register_error(_PLAIN_SIGNS, _plainly)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_PLAIN_SIGNS)


def counted(number: int, noun: str) -> str:
    """So many of them: `1 note`, `2 notes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    """A plain sign for one that cannot be encoded, its number where there is none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    replaced = (PLAIN.get(s) or s.encode("ascii", "backslashreplace").decode() for s in signs)
    return "".join(replaced), error.end
