"""A table of figures, one row a soloist or a case: what a page and the terminal both show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MARKS = {True: " ✓", False: " ✕", None: ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is shown, what is less important under it, and whether it is as wanted."""

    said: str
    below: str = ""
    right: bool | None = None


EMPTY = Cell("–")


@dataclass(frozen=True, slots=True)
class Sheet:
    """`heads` over `rows` of (name, cells); the caption says how to read it."""

    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def cell(
    found: Mapping[str, Any], name: str, interval: Sequence[float] | None = None, digits: int = 3
) -> Cell:
    """The figure of this name with its interval; a dash where it was not taken."""
    value = found.get(name)
    if value is None:
        return EMPTY
    if isinstance(value, int):
        return Cell(str(value))
    below = f"{interval[0]:.{digits}f}–{interval[1]:.{digits}f}" if interval else ""
    return Cell(f"{value:.{digits}f}", below)
