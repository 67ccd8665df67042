"""Writes requirements.txt: what playing needs, pinned with hashes, for every system and Python.

.venv/bin/python scripts/lock_playing.py      what `make lock` calls

uv resolves it once for all (its markers say where a package belongs), and with it the tool that
builds JAM_BOT itself, so that nothing is downloaded unchecked. No index is named in the file: the
hashes hold wherever a file comes from.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parent.parent
LOCK = "requirements.txt"
EDITABLE = "editables"
"""What hatchling needs besides for `pip install -e`."""
MCP = "mcp"
"""`jambot mcp` is there as soon as a jam is."""
HEAD = """# What playing needs, for Linux, Windows and macOS: written by `make lock`, not by hand.
#   pip install --require-hashes -r requirements.txt
#   pip install --no-deps --no-build-isolation -e .
"""
OPTIONS = (
    "--universal --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade --quiet"
)


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    asked = [find_uv_bin(), "pip", "compile", "pyproject.toml", "-", "--extra", MCP]
    pinned = subprocess.run(
        [*asked, *OPTIONS.split(), "--python-version", oldest],
        cwd=ROOT,
        input="\n".join([*project["build-system"]["requires"], EDITABLE]),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    if pinned.returncode:
        return pinned.returncode
    (ROOT / LOCK).write_text(HEAD + pinned.stdout, encoding="utf-8", newline="\n")
    print(f"{LOCK}: {sum(line[:1].isalpha() for line in pinned.stdout.splitlines())} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
