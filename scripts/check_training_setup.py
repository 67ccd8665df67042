"""Whether this environment holds all that training needs, and all that it needs in turn.

.venv/bin/python scripts/check_training_setup.py      exits with 1 and names the first that is not

Asks `pyproject.toml` and what is installed, and no network. What an interrupted pip has left is
told by its RECORD, which pip writes last of all.
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def needed() -> list[str]:
    """What the project asks for itself, for playing and for training."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["train"]]


def faults(wanted: Iterable[str]) -> Iterator[str]:
    """What is not there, half there, or of another version; of `wanted` and what that requires."""
    if find_spec("jambot") is None:
        yield "jambot: not there"
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        yield "packaging: not there"
        return
    waiting = [(line, "") for line in wanted]
    asked = set(waiting)
    while waiting:
        line, extra = waiting.pop()
        one = Requirement(line)
        if one.marker is not None and not one.marker.evaluate({"extra": extra}):
            continue
        try:
            found = distribution(one.name)
        except PackageNotFoundError:
            yield f"{one.name}: not there"
            continue
        if not found.read_text("RECORD"):
            yield f"{one.name}: half there"
            continue
        if not one.specifier.contains(found.version, prereleases=True):
            yield f"{one}: {found.version} is there"
        turn = {(its, of) for its in found.requires or () for of in ("", *one.extras)} - asked
        asked |= turn
        waiting += turn


def main() -> None:
    for fault in faults(needed()):
        sys.exit(fault)


if __name__ == "__main__":
    main()
