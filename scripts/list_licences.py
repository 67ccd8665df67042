"""Write the table of licences in docs/licences.md from pyproject.toml and what is installed.

.venv/bin/python scripts/list_licences.py docs/licences.md      # in an environment of `make test`

Base dependencies with all that they bring here, and the extras' direct ones. Text around the table
stays. A package that is not installed keeps the licence that the table has for it, and one that is
in neither is named and fails.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- licences: begin -->\n", "<!-- licences: end -->\n"
SPDX = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "LGPL-3.0-only": "LGPL-3.0-only",
    "BSD-3-Clause": "BSD-3-Clause",
    "MPL-2.0": "MPL-2.0",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "Public Domain": "public domain",
}
"""What packages call their licence, where they do not say it in the terms of SPDX."""

BY_FILE = {"Jinja2": "BSD-3-Clause"}
"""Packages that say it in their licence's text alone."""


def licence(package: Distribution) -> str:
    """A package's licence: its SPDX expression, else one line of its metadata by that name."""
    about = package.metadata
    if known := BY_FILE.get(str(about["Name"])):
        return known
    if expression := about.get("License-Expression"):
        return str(expression)
    said = [str(about.get("License") or "").strip().split("\n")[0].strip()]
    said += [line.split(" :: ")[-1] for line in about.get_all("Classifier", [])]
    for words in said:
        if words in SPDX:
            return SPDX[words]
    if said[0] in SPDX.values():
        return said[0]
    raise ValueError(f"{about['Name']} does not say its licence in known words: {said[0]!r}")


def needed() -> dict[str, str]:
    """Package -> who needs it: `playing`, `playing, by NAME`, or the extras, in table order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, str] = {}
    for line in project["dependencies"]:
        found[canonicalize_name(Requirement(line).name)] = "playing"
    for direct in list(found):
        for name in brought(direct, set(found)):
            found[name] = f"playing, by {direct}"
    extras: dict[str, list[str]] = {}
    for extra, lines in project["optional-dependencies"].items():
        for line in lines:
            extras.setdefault(canonicalize_name(Requirement(line).name), []).append(extra)
    for name, asked in extras.items():
        found.setdefault(name, ", ".join(f"`{extra}`" for extra in asked))
    return found


def brought(name: str, known: set[str]) -> Iterator[str]:
    """Packages that `name` needs here, directly or not, each once; `known` grows by them."""
    try:
        lines = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for line in lines:
        wanted = Requirement(line)
        other = canonicalize_name(wanted.name)
        if other in known or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        known.add(other)
        yield other
        yield from brought(other, known)


def stated(page: str) -> dict[str, str]:
    """Package -> licence, as the page has it."""
    rows = re.findall(r"^\| ([\w-]+) \| (.+?) \| .+ \|$", page, re.MULTILINE)
    return {name: said for name, said in rows if name != "package"}


def table(page: str) -> str:
    """The table that the page should have; raises KeyError for a package nobody knows."""
    before = stated(page)
    rows = ["| package | licence | for |", "|---|---|---|"]
    for name, purpose in needed().items():
        try:
            said = licence(distribution(name))
        except PackageNotFoundError:
            said = before[name]
        rows.append(f"| {name} | {said} | {purpose} |")
    return "".join(f"{row}\n" for row in rows)


def with_table(page: str) -> str:
    """The page with its table made anew."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table(page)}\n{END}{tail}"


def main() -> None:
    """Parse, write, say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    asked = parser.parse_args()
    page = asked.page.read_text(encoding="utf-8")
    try:
        made = with_table(page)
    except (KeyError, ValueError) as error:
        sys.exit(f"licences: {error}: install it, or give it a row by hand")
    asked.page.write_text(made, encoding="utf-8")
    print(f"{asked.page}: {len(stated(made))} packages")


if __name__ == "__main__":
    main()
