"""How many changes of comped tunes the stage foresees from the third time round on.

    python scripts/measure_forms.py data/roles/lead --split val

Prints a row for each corpus: tunes with a form, changes foreseen rightly, wrongly, not at all.
"""

import argparse
from pathlib import Path

from jambot.evaluation.exam.forms import foreseen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role_dir", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--source", nargs="+", default=["wjd", "pop909"])
    parser.add_argument("--limit", type=int, help="tunes of each corpus")
    asked = parser.parse_args()
    for source in asked.source:
        counts = foreseen(asked.role_dir, asked.split, source, asked.limit)
        print(f"{source}, {asked.split}: {counts.tunes} tunes, {counts.with_form} with a form")
        for name, row in (("third time on", counts.third), ("all changes", counts.every)):
            told = ", ".join(f"{row[kind]} {kind}" for kind in ("right", "wrong", "unforeseen"))
            print(f"  {name}: {told}; {row['right'] / max(1, row.total()):.2f} foreseen")


if __name__ == "__main__":
    main()
