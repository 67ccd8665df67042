"""Finding the port that a person means by a part of its name."""

from collections.abc import Sequence

from jambot.errors import PortError


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
