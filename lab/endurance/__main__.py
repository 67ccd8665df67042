"""`python -m lab endurance` plays a day with many faults on a manual clock.

    python -m lab endurance --hours 24 --seed 1
    python -m lab endurance --hours 0.2 --adapter piano     # with the model, shorter

Prints what happened and what came of it. Exits with 1 if a note was left sounding or memory grew.
docs/log.md has a day's table.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from jambot.assets import CHORD_TONES
from jambot.cli.screen import cell, figure_table, out, progress_bar
from lab.endurance.day import endure

MOST_GROWTH_MB = 16.0
"""What an allocator may take in passing; a leak of a byte a tick would be four times that."""


def main(arguments: Sequence[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser("python -m lab endurance", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="musical time to play")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--adapter", default=CHORD_TONES, help="style of the solo")
    asked = parser.parse_args(arguments)
    with progress_bar("playing") as advance:
        figures = endure(
            asked.hours * 3600.0,
            seed=asked.seed,
            adapter=asked.adapter,
            said=lambda share: advance(round(share * 100), 100, ""),
        )
    out.print(endurance_table(figures.as_dict()))
    return int(figures.stuck_notes > 0 or figures.growth_mb > MOST_GROWTH_MB)


def endurance_table(run: Mapping[str, Any]) -> Table:
    """What happened to the stage in a long run, and what came of it."""
    hours = run["seconds"] / 3600
    table = figure_table("figure", "found", title=f"{run['adapter']}, {hours:g} hours")
    for name, value in run.items():
        if name == "memory_mb":
            value = value[:: max(1, len(value) // 8)]
        table.add_row(name, cell(value))
    return table
