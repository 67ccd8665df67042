"""Goes the whole way, and dies in every step: at its first sign of life, then before its mark.

kill_at_each_step.py WORK CONFIGS STEP ...      prints where it died in each
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jambot.training.run  # noqa: F401  once, and not in every process that is to die
from jambot.pipeline.journey import Journey
from jambot.pipeline.steps import Done, Report, StepMarks, run_steps


def die(*_: object) -> None:
    """In the middle of a step."""
    os.kill(os.getpid(), signal.SIGKILL)


class Unmarked(StepMarks):
    """Dies when a step is whole and only its mark is missing."""

    def add(self, name: str, done: Done) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def quiet(*_: object) -> None:
    """Say nothing."""


def end_of(journey: Journey, step: str, journal: type[StepMarks], report: Report) -> str:
    """How a process of its own ends that does this step."""

    @contextmanager
    def watch(name: str) -> Iterator[Report]:
        yield report

    child = os.fork()
    if child == 0:
        run_steps(journey.steps(quiet), journal(journey.work / "steps"), watch, quiet, step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return {0: "done", signal.SIGKILL: "died in the middle", signal.SIGTERM: "died unmarked"}[
        status
    ]


def main() -> None:
    work, configs, *steps = sys.argv[1:]
    journey = Journey(Path(work), Path(configs), tiny=True, jobs=1)
    for step in steps:
        fates = ((Unmarked, die), (Unmarked, quiet), (StepMarks, quiet))
        ends = [end_of(journey, step, journal, report) for journal, report in fates]
        print(f"{step}: {', '.join(ends)}", flush=True)


if __name__ == "__main__":
    main()
