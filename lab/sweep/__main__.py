"""`python -m lab sweep ROLE_DIR` plays a grid of settings and marks the best by a score."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.option_groups import sampled
from jambot.cli.options import Adapter, RoleDir, Seed
from jambot.cli.screen import out, progress_bar

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  python -m lab sweep data/roles/lead
  python -m lab sweep data/roles/lead --grid temperature=0.8,1 --grid top_p=0.9,0.98
  python -m lab sweep data/roles/lead --grid adapter=piano,horn --score distance
  python -m lab sweep data/roles/lead --grid lookahead=1,2,4 --samples 20 --jobs 2
"""


@app.command(epilog=EXAMPLES)
@sampled
def sweep(
    *,
    sampling: "SamplingSettings",
    role_dir: RoleDir,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VALUE,VALUE: primer, split (none, hands or a pitch), lookahead (bars),"
            " adapter, or any sampling setting; may be repeated."
            " Default: primer=32,64,96,128 and split=52,55,60."
        ),
    ] = None,
    adapter: Adapter = "piano",
    score: Annotated[
        str, typer.Option(help="dead_air.ratio, distance (from people), or people:FIGURE.")
    ] = "dead_air.ratio",
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the sweep.")] = Path("sweep"),
    source: Annotated[str, typer.Option(help="One corpus, or `all`.")] = "wjd",
    bars: Annotated[int, typer.Option(min=4, help="Length of each solo.")] = 16,
    primer_bars: Annotated[
        int | None,
        typer.Option(min=0, help="Bars the person plays first. Default: 8; 0 with a lookahead."),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Solos for each cell. Default: each tune once.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    fresh: Annotated[bool, typer.Option(help="Play again what is already there.")] = False,
    seed: Seed = 1,
) -> None:
    """Play a grid of settings over held-out tunes and mark the best by a score.

    Every cell plays the same bars by the same seeds, beside the settings as they are and people.
    Cut off, it goes on after the last whole cell.
    """
    from jambot.cli.exam_screen import show_paths, show_sheet
    from lab.sweep.grid import FIRST_GRID, Cell
    from lab.sweep.page import headline, sheets
    from lab.sweep.sweep import SweepSettings, run_sweep

    settings = SweepSettings(
        grid=tuple(grid or FIRST_GRID),
        base=Cell(adapter, sampling),
        score=score,
        source=None if source == "all" else source,
        bars=bars,
        primer_bars=primer_bars,
        samples=samples,
        seed=seed,
        jobs=jobs,
        fresh=fresh,
    )
    with progress_bar("sweep") as advance:
        swept, figures, page = run_sweep(
            role_dir, out_dir, settings, lambda step, done, total: advance(done, total, step)
        )
    for sheet in sheets(swept):
        show_sheet(sheet)
    out.print(headline(swept))
    show_paths(figures, page)


def main(arguments: Sequence[str]) -> None:
    """Parse, run, print."""
    app(arguments, prog_name="python -m lab sweep")
