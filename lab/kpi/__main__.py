"""`python -m lab kpi` puts every key figure on one page, each with its gate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.screen import out

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def kpi(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("kpi"),
    bench: Annotated[Path, typer.Option(help="What `jambot bench --out` wrote.")] = Path(
        "bench.json"
    ),
    runs: Annotated[Path, typer.Option(help="What `jambot bench --report` kept.")] = Path("runs"),
    session: Annotated[
        Path | None, typer.Option(help="A take, best of ten minutes or more.")
    ] = None,
    exam: Annotated[Path, typer.Option(help="What `jambot evaluate --out` wrote.")] = Path("exam"),
    beside: Annotated[Path, typer.Option(help="What `python -m lab side_by_side` wrote.")] = Path(
        "side_by_side.json"
    ),
    against: Annotated[
        Path | None, typer.Option(help="An earlier kpi.json: mark what is worse.")
    ] = None,
) -> None:
    """Put all key figures on one page, with definitions, gates, distributions and others' figures.

    A missing part is named. A figure that was not measured passes no gate.
    """
    from datetime import UTC, datetime

    from jambot import __version__
    from jambot.evaluation.bench.bench import commit, machine
    from lab.kpi.inputs import read_inputs, read_last
    from lab.kpi.page import write_kpi
    from lab.kpi.regressions import regressed
    from lab.kpi.report import kpi_report

    inputs = read_inputs(bench, runs, session, exam, beside)
    last = None if against is None else read_last(against)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    report = kpi_report(inputs, version=__version__, commit=commit(), date=date, machine=machine())
    _, page, found = write_kpi(report, out_dir, last)
    for told in inputs.missing:
        out.print(f"missing: {told}")
    for row in report.rows:
        if row.verdict == "fail":
            out.print(f"failed: {row.id} {row.value:.4g}, asked {row.asks}")
    for change in regressed(found):
        told = "not measured" if change.value is None else f"{change.value:.4g}"
        out.print(f"worse: {change.id} {told}, was {change.last:.4g}")
    out.print(f"{report.headline} {page}")


def main(arguments: Sequence[str]) -> None:
    """Parse, run, print."""
    app(arguments, prog_name="python -m lab kpi")
