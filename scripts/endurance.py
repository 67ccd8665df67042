"""A day of jamming in minutes, with everything going wrong that can: does the stage hold?

.venv/bin/python scripts/endurance.py --hours 24 --seed 1
.venv/bin/python scripts/endurance.py --hours 0.2 --adapter jazz      # with the model, shorter

Plays on a clock moved by hand and prints what happened and what came of it; exit status 1 where a
note was left sounding or memory grew. docs/realtime.md, Faults, has a day's table.
"""

import argparse
import sys

from jambot.assets import CHORD_TONES
from jambot.cli.screen import endurance_table, out, progress_bar
from jambot.evaluation.bench.endurance import endure

MOST_GROWTH_MB = 16.0
"""What an allocator may take in passing; a leak of a byte a tick would be four times that."""


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--adapter", default=CHORD_TONES)
    asked = parser.parse_args()
    with progress_bar("playing") as advance:
        figures = endure(
            asked.hours * 3600.0,
            seed=asked.seed,
            adapter=asked.adapter,
            said=lambda share: advance(round(share * 100), 100, ""),
        )
    out.print(endurance_table(figures.as_dict()))
    sys.exit(figures.stuck_notes > 0 or figures.growth_mb > MOST_GROWTH_MB)


if __name__ == "__main__":
    main()
