"""The command that proves: kpi."""

from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.screen import out

app = typer.Typer()


@app.command()
def kpi(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("kpi"),
    bench: Annotated[Path, typer.Option(help="What `jambot bench --out` wrote.")] = Path(
        "bench.json"
    ),
    runs: Annotated[Path, typer.Option(help="What `jambot bench --report` kept.")] = Path("runs"),
    session: Annotated[
        Path | None, typer.Option(help="A take, best of ten minutes and more.")
    ] = None,
    exam: Annotated[Path, typer.Option(help="What `jambot evaluate --out` wrote.")] = Path("exam"),
    beside: Annotated[Path, typer.Option(help="What `scripts/side_by_side.py` wrote.")] = Path(
        "side_by_side.json"
    ),
    against: Annotated[
        Path | None, typer.Option(help="The kpi.json of before: what is worse is marked.")
    ] = None,
) -> None:
    """All key figures on one page, with definitions, gates, distributions, and what others report.

    What is not there is said to be missing; a figure that was not measured passes no gate.
    """
    from datetime import UTC, datetime

    from jambot import __version__
    from jambot.evaluation.bench.bench import commit, machine
    from jambot.evaluation.kpi_report.inputs import read_inputs, read_last
    from jambot.evaluation.kpi_report.page import write_kpi
    from jambot.evaluation.kpi_report.regressions import regressed
    from jambot.evaluation.kpi_report.report import kpi_report

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
