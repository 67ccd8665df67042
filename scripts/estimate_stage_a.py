"""What `jambot stage-a` will roughly take, told before anything is installed.

python3 scripts/estimate_stage_a.py --set-up-gb 3 [--configs FOLDER] [--tiny] [--price OF_AN_HOUR]

From the runs' files and from what two cores of a server took; nothing is measured here. Needs
Python 3.11 and no library; other options of stage-a are passed over.
"""

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from jambot.pipeline import rates  # noqa: E402

DEFAULTS = {"steps": 3000, "rows": 16, "context": 384, "exam_bars": 32, "exam_tunes": 0}
"""Of `TrainConfig`, which cannot be read yet."""


def read_runs(plan: Path) -> list[dict[str, Any]]:
    """What matters of each run that a list names."""
    names = tomllib.loads(plan.read_text(encoding="utf-8-sig"))["runs"]
    texts = (plan.with_name(name).read_text(encoding="utf-8-sig") for name in names)
    return [{**DEFAULTS, **tomllib.loads(text)} for text in texts]


def minutes(runs: list[dict[str, Any]]) -> tuple[float, float]:
    """Of training, and of the exams."""
    tokens = sum(run["steps"] * run["rows"] * run["context"] for run in runs)
    solos = sum((run["exam_tunes"] or rates.EXAM_TUNES) * run["exam_bars"] / 32 for run in runs)
    return tokens / rates.TOKENS_PER_SECOND / 60, solos * rates.SECONDS_PER_SOLO / 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--configs", type=Path, default=ROOT / "configs")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--price", type=float)
    parser.add_argument("--set-up-gb", type=int, required=True)
    args, _ = parser.parse_known_args()

    runs = read_runs(args.configs / ("tiny/stage_a.toml" if args.tiny else "stage_a.toml"))
    training, exams = minutes(runs)
    whole = training + exams + rates.CORPORA_PIECES / rates.PIECES_PER_SECOND / 60
    disk = rates.CORPUS_COPIES * rates.CORPORA_BYTES
    disk += len(runs) * rates.WEIGHTS * rates.BYTES_PER_WEIGHT * rates.CHECKPOINT_COPIES
    cost = (
        "" if args.price is None else f", {whole / 60 * args.price:.2f} at {args.price:g} an hour"
    )
    print(
        f"roughly {whole:.0f} min on two cores of a server (training {training:.0f}, exams "
        f"{exams:.0f}){cost}; {args.set_up_gb} GB of disk for the set-up and {disk / 1e9:.1f} GB "
        "for the rest"
    )
    print("nothing of this was measured here; once set up, --dry-run measures the training")


if __name__ == "__main__":
    main()
