"""Make role samples of MIDI files and annotated corpora; the same as `jambot prepare`.

    .venv/bin/python scripts/prepare_role_dataset.py ../shared/data/wjd ../shared/data/pop909

On your own playing, one key only, in seconds:

    .venv/bin/python scripts/prepare_role_dataset.py ~/midi --out data/roles/mine --transpose 0

Verify what is there, and draw the report: add `--check` or `--report` with no source.
"""

import argparse
import sys
from pathlib import Path

from jambot.errors import JamBotError
from jambot.roles.check import check_dataset
from jambot.roles.copies import TRANSPOSITIONS
from jambot.roles.dataset_report import write_dataset_report
from jambot.roles.prepare import ENGINES, PrepareReport, prepare


def main() -> int:
    """Parse, prepare, say where the result lies."""
    given = _parser().parse_args()
    try:
        if given.sources:
            _prepare(given)
        elif not (given.check or given.report):
            _parser().error("name a source, or --check or --report")
        if given.report:
            print(f"report: {write_dataset_report(given.out)}")
        return _check(given.out) if given.check else 0
    except JamBotError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sources", nargs="*", type=Path, help="folders or MIDI files")
    parser.add_argument("--out", type=Path, default=Path("data/roles/lead"), help="the dataset")
    parser.add_argument("--split-pitch", type=int, default=60, help="two-hand piano is cut here")
    parser.add_argument("--transpose", choices=TRANSPOSITIONS, default="6", help="copies in keys")
    parser.add_argument("--comping-variants", type=int, default=4, help="per solo with chords")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other comping")
    parser.add_argument("--engine", choices=ENGINES, default="local")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, tcp://HOST:8786")
    parser.add_argument("--check", action="store_true", help="verify the dataset afterwards")
    parser.add_argument("--report", action="store_true", help="write dataset.html afterwards")
    return parser


def _prepare(given: argparse.Namespace) -> None:
    report = prepare(
        given.sources,
        given.out,
        split_pitch=given.split_pitch,
        transpose=given.transpose,
        jobs=given.jobs,
        seed=given.seed,
        engine=given.engine,
        scheduler=given.scheduler,
        comping_variants=given.comping_variants,
        progress=_tell,
    )
    print(f"\n{report.written} samples written, {report.kept} kept, in {given.out}")
    for source, name, reason in report.refused[:20]:
        print(f"refused {source}/{name}: {reason}")
    if len(report.refused) > 20:
        print(f"and {len(report.refused) - 20} more: {given.out / 'prepare.json'}")


def _tell(report: PrepareReport) -> None:
    if report.items % 20 == 0 or report.items == report.total:
        rate, left = report.items_per_second, report.seconds_left
        counts = f"{report.items}/{report.total} pieces, {report.written} samples"
        print(f"\r{counts}, {rate:.1f} pieces/s, {left:.0f} s left   ", end="", file=sys.stderr)


def _check(out: Path) -> int:
    faults = 0
    for fault in check_dataset(out):
        faults += 1
        print(f"fault: {fault}", file=sys.stderr)
    print(f"{out}: {faults} faults" if faults else f"{out}: whole")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
