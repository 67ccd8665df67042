"""What every command writes on: two consoles, a progress bar, tables of figures."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from jambot.evaluation.offline import Exam
    from jambot.evaluation.spread import Spread

out = Console()
err = Console(stderr=True)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar; call what it gives with done, total (0: unknown) and a few words."""
    columns = (
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None)

        def advance(done: int, total: int, text: str) -> None:
            progress.update(task, completed=done, total=total or None, description=text)

        yield advance


def exam_table(exam: "Exam") -> Table:
    """Medians, with the middle half of the tunes, of whoever soloed."""
    table = Table("figure", *exam.attempts)
    found = [exam.spreads[who] for who in exam.attempts]
    for figure in found[0]:
        table.add_row(figure, *(_spread_cell(spreads.get(figure)) for spreads in found))
    for name, values in (("bits", exam.bits_per_note), ("chord_swap", exam.chord_swap)):
        for part, value in (values or {}).items():
            shown = f"{value:.3f}" if isinstance(value, float) else str(value)
            table.add_row(f"{name}.{part}", "", shown)
    return table


def _spread_cell(spread: "Spread | None") -> str:
    if spread is None:
        return "–"
    return f"{spread.median:.3f} ({spread.q1:.3f}–{spread.q3:.3f})"


BENCH_FIGURES = (
    "ttfn_ms", "chord_response_ms", "jitter_ms", "lookahead_bars", "isr", "underruns",
    "fallback_notes", "late_notes", "dropped_notes", "stuck_notes", "unanswered_triggers",
    "notes_after_stop", "longest_silence_ms",
)  # fmt: skip


def bench_table(run: Mapping[str, Any]) -> Table:
    """What was found outside, beside the session's own account."""
    table = Table("figure", "outside", "session's own", title=f"{run['adapter']}, {run['backend']}")
    for figure in BENCH_FIGURES:
        cells = [_cell(part.get(figure)) for part in (run, run["session"])]
        table.add_row(figure, *cells)
    return table


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{name} {_cell(part)}" for name, part in value.items())
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "–" if value is None else str(value)
