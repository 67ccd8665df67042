"""`python -m lab soak --minutes 120 --seed 7`: does a jam of hours hold while everything breaks?

A jam with its player and its room plays over JACK (the running server, or one without a sound
card); a pianist comps in a process of its own, a synth listens, and every half minute or so
something is drawn from the seed: processes killed, the stage frozen, the keyboard gone, floods, mad
clocks, a full disk. A line a minute is printed, everything is written to the log, and the exit
status is 1 where a note hung, the jam died, something was raised, or memory grew.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jambot.errors import JamBotError
from lab.soak.run import Soak


def main(arguments: Sequence[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        "python -m lab soak", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, help="of an earlier run; drawn and printed if not said")
    parser.add_argument("--adapter", default="jazz")
    parser.add_argument("--folder", type=Path, help="of the take and of soak.jsonl")
    asked = parser.parse_args(arguments)
    seed = random.randrange(1 << 30) if asked.seed is None else asked.seed
    folder = asked.folder or Path("soaks") / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    print(f"seed {seed}, log {folder / 'soak.jsonl'}", flush=True)
    soak = Soak(
        seconds=asked.minutes * 60.0,
        seed=seed,
        adapter=asked.adapter,
        folder=folder / "take",
        log=folder / "soak.jsonl",
        said=lambda line: print(line, flush=True),
    )
    try:
        figures = soak.play()
    except JamBotError as error:
        print(error, file=sys.stderr)
        return 2
    for name, value in figures.items():
        print(f"{name:<20} {value}")
    return 0 if figures["held"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
