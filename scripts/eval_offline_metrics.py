"""Examine a model on held-out tunes beside people and a rule; the same as `jambot evaluate`.

    .venv/bin/python scripts/eval_offline_metrics.py data/roles/lead --model jazz --out exam

A quick look at six tunes, in a minute on a laptop: add `--limit 6`.
"""

import argparse
import sys
from pathlib import Path

from jambot.errors import JamBotError
from jambot.evaluation.exam import ExamSettings, run_exam
from jambot.generation import SamplingSettings


def main() -> int:
    """Parse, examine, say where the result lies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("role_dir", type=Path, help="a folder made by `jambot prepare`")
    parser.add_argument("--model", default="jazz", help="a shipped model's name, or its folder")
    parser.add_argument("--out", type=Path, default=Path("exam"), help="where the result goes")
    parser.add_argument("--source", default="wjd", help="one corpus, or `all`")
    parser.add_argument("--bars", type=int, default=32, help="length of each solo")
    parser.add_argument("--limit", type=int, help="how many tunes; default all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guidance", type=float, default=SamplingSettings().guidance)
    given = parser.parse_args()
    settings = ExamSettings(
        adapter=given.model,
        source=None if given.source == "all" else given.source,
        bars=given.bars,
        limit=given.limit,
        seed=given.seed,
        sampling=SamplingSettings(guidance=given.guidance),
    )
    try:
        exam, json_path, page = run_exam(given.role_dir, given.out, settings, _tell)
    except JamBotError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"\r{exam.as_dict()['headline']}\nfigures: {json_path}   page: {page}")
    return 0


def _tell(step: str, done: int, total: int) -> None:
    print(f"\r{step} {done + 1}/{total}      ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
