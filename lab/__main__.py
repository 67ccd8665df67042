"""`python -m lab` lists the makers' tools; `python -m lab NAME ...` runs one of them.

A tool is a package or module of `lab` with a function `main(arguments)`, which returns the exit
status. `python -m lab NAME --help` explains it.
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from jambot.cli.screen import complain
from jambot.errors import JamBotError

HERE = Path(__file__).parent


def names() -> list[str]:
    """The tools there are."""
    packages = [folder.parent.name for folder in HERE.glob("*/__main__.py")]
    return sorted([*packages, *(file.stem for file in HERE.glob("[!_]*.py"))])


def main(arguments: Sequence[str]) -> int:
    """Run the tool that is named first; list them all where none of them is."""
    name, *others = arguments or ("",)
    if name in names():
        inside = ".__main__" if (HERE / name).is_dir() else ""
        try:
            return int(importlib.import_module(f"lab.{name}{inside}").main(others) or 0)
        except JamBotError as error:
            complain(error.found, error.expected, error.cure)
            return error.exit_code
    for each in names():
        told = importlib.import_module(f"lab.{each}").__doc__ or ""
        print(f"{each:<14} {told.splitlines()[0]}")
    return 0 if name in ("", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
