"""Whether this environment holds all that training needs, and all that it needs in turn.

.venv/bin/python scripts/check_training_setup.py              exits with 1 and names what is missing
.venv/bin/python scripts/check_training_setup.py --freeze     NAME==VERSION of it all, one a line

Asks `pyproject.toml` and what is installed, and no network. What an interrupted pip has left is
told by its RECORD, which pip writes last of all.
"""

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def needed() -> list[str]:
    """What the project asks for itself, for playing and for training."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["train"]]


def walk(wanted: list[str]) -> Iterator[tuple[str, str, str]]:
    """Name, version and fault (mostly none) of all that `wanted` asks for, and that in its turn."""
    from packaging.requirements import Requirement

    waiting = [(line, "") for line in wanted]
    asked = set(waiting)
    while waiting:
        line, extra = waiting.pop()
        one = Requirement(line)
        if one.marker is not None and not one.marker.evaluate({"extra": extra}):
            continue
        try:
            found = Distribution.from_name(one.name)
        except PackageNotFoundError:
            yield one.name, "", f"{one.name}: not there"
            continue
        if not found.read_text("RECORD"):
            yield one.name, "", f"{one.name}: half there"
            continue
        fits = one.specifier.contains(found.version, prereleases=True)
        yield one.name, found.version, "" if fits else f"{one}: {found.version} is there"
        turn = {(its, of) for its in found.requires or () for of in ("", *one.extras)} - asked
        asked |= turn
        waiting += turn


def main() -> None:
    if find_spec("packaging") is None or find_spec("jambot") is None:
        sys.exit("jambot is not there, or not all of it")
    there = list(walk(needed()))
    if faults := sorted({fault for _, _, fault in there if fault}):
        sys.exit("\n".join(faults))
    if "--freeze" in sys.argv[1:]:
        # torch's index marks its builds (2.13.0+cpu).
        pins = {f"{name.lower().replace('_', '-')}=={v.split('+')[0]}" for name, v, _ in there}
        print("\n".join(sorted(pins)))


if __name__ == "__main__":
    main()
