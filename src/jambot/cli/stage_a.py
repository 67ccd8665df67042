"""The command that goes the whole way, from music to a player: stage-a."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.screen import out, progress_bar, say

if TYPE_CHECKING:
    from jambot.pipeline.forecast import Forecast

app = typer.Typer()


@app.command("stage-a")
def stage_a(
    work: Annotated[Path, typer.Option(help="Folder for all that is made.")] = Path("stage_a"),
    configs: Annotated[Path, typer.Option(help="Folder of the runs' files.")] = Path("configs"),
    data: Annotated[
        Path | None, typer.Option(help="Folder of corpora or MIDI. Then nothing is downloaded.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="URL with NAME.tar.gz for each corpus of configs/corpora/.")
    ] = None,
    tiny: Annotated[
        bool,
        typer.Option("--tiny", help="Make all very small; make up music unless you name some."),
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, help="Training processes, one for each GPU.")
    ] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to prepare with.")] = 2,
    price: Annotated[
        float | None, typer.Option(min=0, help="Price of an hour of this machine.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the steps and their cost. Do nothing.")
    ] = False,
    stop_after: Annotated[str | None, typer.Option(help="Stop after this step.")] = None,
) -> None:
    """Make a player from music in one go: prepare, train, export, examine, sample.

    Run it again after a crash, and it goes on where it stopped.
    """
    from jambot.lock import only_writer
    from jambot.pipeline.forecast import check_machine, forecast
    from jambot.pipeline.journey import Journey
    from jambot.pipeline.steps import StepMarks, is_done, keys_of, run_steps

    journey = Journey(work.absolute(), configs.absolute(), data, source, tiny, processes, jobs)
    journey.check()
    steps, journal = journey.steps(say), StepMarks(journey.work / "steps")
    done = {s.name: is_done(s, k, journal) for s, k in zip(steps, keys_of(steps), strict=True)}
    if not all(done.values()):
        expected = forecast(journey.runs, *journey.size(), processes)
        expected = expected.only([name for name in done if not done[name]])
        _tell(expected, done, price)
        check_machine(expected, journey.work)
    if dry_run:
        return

    journey.work.mkdir(parents=True, exist_ok=True)
    with only_writer(journey.work, "stage-a", "--work"):
        whole = run_steps(steps, journal, progress_bar, say, stop_after)
    if whole:
        out.print(f"to take home: {journey.home}")


def _tell(expected: "Forecast", done: dict[str, bool], price: float | None) -> None:
    """The steps, what each takes, and the sum."""
    for name, before in done.items():
        minutes = expected.seconds.get(name, 0.0) / 60
        told = "done before" if before else f"about {minutes:.1f} min"
        out.print(f"  {name:<24} {told}")
    cost = "" if price is None else f", {expected.hours * price:.2f} at {price:g} an hour"
    out.print(
        f"about {expected.hours:.2f} hours{cost}; training at {expected.tokens_per_second:,.0f} "
        f"tokens/s, measured here; {expected.disk_bytes / 1e9:.1f} GB of disk and "
        f"{expected.memory_bytes / 1e9:.1f} GB of memory"
    )
