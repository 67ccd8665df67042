"""Finding the port that a person means, by a part of its name or by what it must be."""

import re
from collections.abc import Iterable, Sequence

from jambot.errors import PortError

# Cables between programs, not instruments: never taken for a keyboard.
LOOPBACK_WORDS = ("loopmidi", "loopback", "iac", "midi through", "jambot")
# What a host sends to keep others in time: nobody's hands.
SYNC_WORDS = ("clock", "mtc", "mmc")


def pick(wanted: str, names: Sequence[str], direction: str, backend: str) -> str:
    """The name that equals `wanted`, else the first that holds it, whatever the case.

    PortError where none does: it lists what is there.
    """
    folded = wanted.casefold()
    matches = [name for name in names if folded in name.casefold()]
    for name in matches:
        if name.casefold() == folded:
            return name
    if matches:
        return matches[0]
    there = ", ".join(repr(name) for name in names) if names else "none"
    raise PortError(
        f"no {backend} {direction} port named {wanted!r}; {direction} ports there: {there}",
        "part of the name of one of these",
        "plug in or start the other side, see `jambot ports`, and give a name from its list",
    )


def keyboard_of(names: Iterable[str]) -> str | None:
    """The first of these inputs that is an instrument, None without one."""
    words = LOOPBACK_WORDS + SYNC_WORDS
    return next((name for name in names if not holds(name, words)), None)


def holds(name: str, words: Sequence[str]) -> bool:
    """Whether `name` holds one of `words` as words, whatever the case."""
    return any(re.search(rf"\b{re.escape(word)}\b", name, re.IGNORECASE) for word in words)
