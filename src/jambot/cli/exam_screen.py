"""An exam's tables on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from jambot.cli.screen import out, progress_bar

if TYPE_CHECKING:
    from jambot.evaluation.drawing.sheet import Cell, Sheet
    from jambot.evaluation.exam.offline import Exam, Progress

WIDE = 128
"""Columns that the widest table takes with its intervals; a narrower terminal goes without them."""
MARKS = {True: (" ✓", "green"), False: (" ✕", "red"), None: ("", "")}


@contextmanager
def exam_bar() -> "Iterator[Progress]":
    """How far an exam is."""
    with progress_bar("exam") as advance:
        yield lambda step, done, total: advance(done + 1, total, step)


def show_exam(exam: "Exam", figures: Path, page: Path) -> None:
    """All tables of an exam, its headline, and where the rest lies."""
    from jambot.evaluation.exam.tables import reach, sheets

    for sheet in (*sheets(exam), reach(exam)):
        show_sheet(sheet)
    out.print(f"{exam.model}: {exam.as_dict()['headline']}")
    show_paths(figures, page)


def show_paths(figures: Path, page: Path | None = None) -> None:
    """Where figures and page lie."""
    said = f"figures: {figures}" + (f"   page: {page}" if page else "")
    out.print(said)


def show_sheet(sheet: "Sheet") -> None:
    """Print a table."""
    table = Table(title=sheet.title, caption=sheet.caption, title_justify="left")
    table.add_column("", no_wrap=True)
    for head in sheet.heads:
        table.add_column(head)
    for who, cells in sheet.rows:
        table.add_row(who, *(_text(cell, out.width >= WIDE) for cell in cells))
    out.print(table)


def _text(cell: "Cell", with_interval: bool) -> Text:
    mark, colour = MARKS[cell.right]
    text = Text(cell.said).append(mark, style=colour)
    return text.append(f"\n{cell.below}", style="dim") if cell.below and with_interval else text
