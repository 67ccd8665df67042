"""Finding the port that a person means, by a part of its name or by what it must be."""

import re
from collections.abc import Iterable, Sequence

from jambot.errors import PortError

# Cables between programs, not instruments: never taken for a keyboard.
LOOPBACK_WORDS = ("loopmidi", "loopback", "iac", "midi through", "jambot")
# Clients that show ALSA's devices on JACK: a2jmidid, PipeWire, alsa_midi.
BRIDGES = ("a2j:", "Midi-Bridge:", "alsa_midi:", "alsa_pcm:")
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


def windows_pair(names: Iterable[str]) -> tuple[str, str] | None:
    """The two ends of Windows 11's own cable, "Default App Loopback (A)" and "(B)"; None without.

    What goes into one end comes out of the other. A pair made by hand, "jambot A" and "jambot B",
    is named by hand.
    """
    for name in names:
        if "loopback (a)" in name.casefold():
            other = re.sub(r"\(A\)", "(B)", name, flags=re.IGNORECASE)
            return _unnumbered(name), _unnumbered(other)
    return None


def _unnumbered(name: str) -> str:
    """Without the number of its place that Windows appends."""
    return re.sub(r"\s\d+$", "", name)


def is_bridged(name: str) -> bool:
    """Whether a JACK port stands for a device that JACK does not drive itself."""
    return name.startswith(BRIDGES)


def holds(name: str, words: Sequence[str]) -> bool:
    """Whether `name` holds one of `words` as words, whatever the case."""
    return any(re.search(rf"\b{re.escape(word)}\b", name, re.IGNORECASE) for word in words)
