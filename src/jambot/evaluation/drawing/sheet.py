"""A table of figures, one row a soloist or a case: what a page and the terminal both show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
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


def drawn(sheet: Sheet) -> str:
    """The table as HTML, under its title and caption."""
    heads = "".join(f"<th>{escape(head)}</th>" for head in sheet.heads)
    rows = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(_drawn(one) for one in cells)}</tr>"
        for name, cells in sheet.rows
    )
    return (
        f'<h2>{escape(sheet.title)}</h2><p class="lede">{escape(sheet.caption)}</p>'
        f'<div class="sheet"><table><thead><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _drawn(cell: Cell) -> str:
    below = f"<br><small>{escape(cell.below)}</small>" if cell.below else ""
    return f'<td class="number"><b>{escape(cell.said)}</b>{MARKS[cell.right]}{below}</td>'
