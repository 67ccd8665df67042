"""Goes the whole way, and dies in every step: at its first sign of life, then before its mark.

kill_at_each_step.py WORK CONFIGS STEP ...      prints how often it died in each
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jambot.training.run  # noqa: F401  once, and not in every process that is to die
from jambot.pipeline.journey import Journey
from jambot.pipeline.steps import Done, Journal, Report, run_steps


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Unmarked(Journal):
    """Dies when a step is whole and only its mark is missing."""

    def add(self, name: str, done: Done) -> None:
        die()


def quiet(*_: object) -> None:
    """Say nothing."""


def lives(journey: Journey, step: str, journal: type[Journal], report: Report) -> bool:
    """Whether a process of its own comes to the end of the step."""

    @contextmanager
    def watch(name: str) -> Iterator[Report]:
        yield report

    child = os.fork()
    if child == 0:
        run_steps(journey.steps(quiet), journal(journey.work / "steps"), watch, quiet, step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status == 0


def main() -> None:
    work, configs, *steps = sys.argv[1:]
    journey = Journey(Path(work), Path(configs), tiny=True, jobs=1)
    for step in steps:
        died = 0
        for journal, report in ((Unmarked, die), (Unmarked, quiet), (Journal, quiet)):
            died += not lives(journey, step, journal, report)
        print(f"{step} died {died}", flush=True)


if __name__ == "__main__":
    main()
