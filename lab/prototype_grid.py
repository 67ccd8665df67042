"""Write the Weimar solos as the early prototype heard them, to compare bits per note with it.

    python -m lab prototype_grid WJD_FOLDER data/wjd_grid
    jambot prepare data/wjd_grid --transpose 0 --out data/roles/grid
    jambot train --config configs/prototype_grid.toml --no-finish
    jambot export checkpoints/prototype_grid/best -o checkpoints/prototype_grid/export
    jambot evaluate data/roles/grid --model checkpoints/prototype_grid/export --out exam_grid

It counted the transcribers' place of a note, without micro-timing, rounded to 12 a beat. Everything
else stays. `all_12` of the exam is then on its terms.
"""

import argparse
import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from jambot.roles.sources.json_lines import read_json_lines
from jambot.roles.sources.weimar import SOLOS_FILE

PLACES = 12


def main(arguments: Sequence[str]) -> None:
    """Parse, write the folder."""
    parser = argparse.ArgumentParser(
        "python -m lab prototype_grid",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("wjd", type=Path, help=f"folder with {SOLOS_FILE}")
    parser.add_argument("out", type=Path, help="folder to write")
    asked = parser.parse_args(arguments)
    if not (asked.wjd / SOLOS_FILE).is_file():
        parser.error(f"{asked.wjd} holds no {SOLOS_FILE}; give the folder of the Weimar solos")
    asked.out.mkdir(parents=True, exist_ok=True)
    for file in asked.wjd.glob("*.*"):
        if file.is_file() and file.name != SOLOS_FILE:
            shutil.copy(file, asked.out)
    with gzip.open(asked.out / SOLOS_FILE, "wt", encoding="utf-8") as written:
        for solo in read_json_lines(asked.wjd / SOLOS_FILE):
            notes = solo["notes"]
            notes["pos"] = [round(place * PLACES) / PLACES for place in notes["grid"]]
            written.write(json.dumps(solo) + "\n")
