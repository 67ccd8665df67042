"""What every command writes on: two consoles, a progress bar, tables of figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from jambot.console import make_console
from jambot.evaluation.figures import value_at

if TYPE_CHECKING:
    from jambot.roles.split_table import SplitRow

out = make_console()
err = make_console(stderr=True)


def say(sentence: str) -> None:
    """Say something beside the result, above a progress bar where there is one."""
    err.print(sentence)


def complain(found: str, expected: str = "", cure: str = "") -> None:
    """Print what is wrong, what was expected and what to do, each on its own line."""
    err.print(Text.assemble(("jambot:", "bold red"), " ", found))
    for head, told in (("expected", expected), ("what to do", cure)):
        if told:
            err.print(f"  {head}: {told}")


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar; call what it gives with done, total (0: unknown) and a few words."""
    columns = (
        TextColumn("{task.fields[words]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None, words=words)

        def advance(done: int, total: int, text: str) -> None:
            progress.update(task, completed=done, total=total or None, description=text)

        yield advance


def splits_table(rows: Sequence["SplitRow"]) -> Table:
    """Shares of notes, one row for each way to tell two hands apart."""
    heads = ("right hand", "worst tenth", "line found", "line true")
    table = figure_table("split", *heads, title=f"{rows[0].files} files")
    for row in rows:
        shares = (row.right_hand, row.worst_tenth, row.line_found, row.line_true)
        table.add_row(str(row.split), *(f"{share:.3f}" for share in shares))
    return table


def figure_table(first: str, *others: str, title: str | None = None) -> Table:
    """A table whose names are never cut, however narrow the terminal."""
    table = Table(title=title)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name)
    return table


def agreement_table(rows: Mapping[str, tuple[int, Mapping[str, float]]]) -> Table:
    """Found chords beside written ones: by row the pieces, and the shares that agree."""
    names = list(next(iter(rows.values()))[1])
    table = figure_table("heard in", "pieces", *names)
    for row, (pieces, shares) in rows.items():
        table.add_row(row, str(pieces), *(f"{shares[name]:.3f}" for name in names))
    return table


BENCH_FIGURES = (
    "ttfn_ms", "unanswered_triggers", "notes_after_stop", "longest_silence_ms", "xruns",
    "session.chord_deaf_ms", "session.jitter_ms", "session.late_notes", "session.dropped_notes",
    "session.fallback_notes",
)  # fmt: skip
MARKS = {"aim": "aim", "must": "must", "missed": "MISSED", "not measured": "–"}


def bench_tables(run: Mapping[str, Any]) -> list[Table]:
    """What was asked and reached, where a first note's time went, and the figures beside them."""
    runs: Sequence[Mapping[str, Any]] = run["runs"]
    tempi = [f"{part['bpm']:g} bpm" for part in runs]
    reached = figure_table(
        "figure", "must, aim", *tempi, title=f"{run['adapter']}, {run['backend']}"
    )
    rows = {row["name"]: row["asks"] for part in runs for row in part["table"]}
    for name, asks in rows.items():
        reached.add_row(name, asks, *(_reached(part["table"], name) for part in runs))
    steps = figure_table("step to the first note, ms", *tempi, title="p50, p95")
    for step in runs[0]["session"]["first_note_steps_ms"]:
        steps.add_row(step, *(_halves(part["session"], step) for part in runs))
    more = figure_table("figure", *tempi)
    for figure in BENCH_FIGURES:
        more.add_row(figure, *(cell(value_at(part, figure)) for part in runs))
    return [reached, steps, more]


def _reached(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    row = next((row for row in rows if row["name"] == name), None)
    if row is None or row["value"] is None:
        return MARKS["not measured"]
    told = cell(row["value"])
    if row["aimed"] != row["value"]:
        told += f", {cell(row['aimed'])}"
    return f"{told}  {MARKS[row['reached']]}"


def _halves(session: Mapping[str, Any], step: str) -> str:
    found = session["first_note_steps_ms"][step]
    return f"{cell(found['p50'])}, {cell(found['p95'])}"


def cell(value: Any) -> str:
    """A figure, or several, as one cell of a table says it; a dash for None."""
    if isinstance(value, Mapping):
        return "  ".join(f"{name} {cell(part)}" for name, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " – ".join(cell(part) for part in value)
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "–" if value is None else str(value)
