"""Steps that are done once: what was done is written down, and a command given again goes on.

::

    <work>/steps/<step>.begun   what the step was to be made of when it was begun (`key`)
    <work>/steps/<step>.json    the same when it was whole, and how many seconds it took

The mark appears when the step is whole; a kill before that leaves the step to be done again, and
every step goes on with what it finds of itself: of the same making. What was begun of something
else is forgotten first.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from jambot.errors import UsageError
from jambot.storage import write_whole

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and a few words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: `made_of` is what it depends on, `output` what must be there after it.

    `forget` removes what `do` would go on with, where that was made of something else.
    """

    name: str
    made_of: str
    output: Path
    do: Callable[[Report], object]
    forget: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Done:
    """What a step left behind: the key of what it was made of, and how long it took."""

    key: str
    seconds: float


class StepMarks:
    """The marks of the steps done in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, name: str) -> Done | None:
        """What is known of the step of this name; None for one that was never whole."""
        try:
            return Done(**json.loads(self._path(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def add(self, name: str, done: Done) -> None:
        """Write a mark, whole or not at all."""
        self._write(self._path(name), json.dumps({"key": done.key, "seconds": done.seconds}))

    def begin(self, step: Step, key: str) -> None:
        """Note what a step is being made of; what is there of something else is forgotten first."""
        self._path(step.name).unlink(missing_ok=True)
        note = self._path(step.name, "begun")
        if note.is_file() and note.read_text(encoding="utf-8") != key:
            step.forget()
        self._write(note, key)

    def _path(self, name: str, kind: str = "json") -> Path:
        return self.folder / f"{name.replace(':', '_')}.{kind}"

    def _write(self, path: Path, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)


def keys_of(steps: Sequence[Step]) -> list[str]:
    """One key a step: it changes with what the step, or any step before it, is made of."""
    keys, before = [], ""
    for step in steps:
        before = hashlib.sha256(f"{before}|{step.name}|{step.made_of}".encode()).hexdigest()[:16]
        keys.append(before)
    return keys


def is_done(step: Step, key: str, journal: StepMarks) -> bool:
    """Whether this very step is done and its output still there."""
    done = journal.of(step.name)
    return done is not None and done.key == key and step.output.exists()


def run_steps(
    steps: Sequence[Step],
    journal: StepMarks,
    watch: Callable[[str], AbstractContextManager[Report]],
    say: Callable[[str], None],
    stop_after: str | None = None,
) -> bool:
    """Do what is not done yet, in order; False where it was told to stop before the end.

    `watch(name)` gives what a step reports to. Raises UsageError where `stop_after` is no step.
    """
    names = [step.name for step in steps]
    if stop_after is not None and stop_after not in names:
        raise UsageError(f"no step {stop_after!r}", f"one of {names}")
    for step, key in zip(steps, keys_of(steps), strict=True):
        if is_done(step, key, journal):
            say(f"{step.name}: done before")
        else:
            journal.begin(step, key)
            began = time.monotonic()
            with watch(step.name) as report:
                step.do(report)
            took = time.monotonic() - began
            journal.add(step.name, Done(key, took))
            say(f"{step.name}: done in {took:.0f} s")
        if step.name == stop_after:
            return step is steps[-1]
    return True
