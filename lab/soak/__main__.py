"""`python -m lab soak --minutes 120 --seed 7` plays for hours while things break.

A jam with its player and its room plays over JACK (the running server, or one without a sound
card); a pianist comps in a process of its own, a synth listens, and every half minute or so
something is drawn from the seed: processes killed, the stage frozen, the keyboard gone, floods, mad
clocks, a full disk. It prints a line a minute and writes everything to the log. It exits with 1
if a note hung, the jam died, something was raised, or memory grew.
"""

import argparse
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lab.soak.run import Soak


def main(arguments: Sequence[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        "python -m lab soak", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=120.0, help="how long to play")
    parser.add_argument("--seed", type=int, help="seed of the faults; default: drawn and printed")
    parser.add_argument("--adapter", default="piano", help="style of the solo")
    parser.add_argument("--folder", type=Path, help="folder for the take and soak.jsonl")
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
    figures = soak.play()
    for name, value in figures.items():
        print(f"{name:<20} {value}")
    return 0 if figures["held"] else 1
