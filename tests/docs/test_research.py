"""Research stays outside: it has tests of its own, and nothing of the product knows it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path


def test_the_research_folder_passes_its_own_tests(repository: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--import-mode=prepend"),
            *("-c", "/dev/null" if Path("/dev/null").exists() else "nul", "-p", "no:cacheprovider"),
            str(repository / "research" / "magenta_rt"),
        ],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_nothing_imports_research_and_no_package_holds_it(repository: Path) -> None:
    own = [
        path
        for top in ("src", "scripts", "integrations")
        for path in (repository / top).rglob("*.py")
    ]
    assert len(own) > 100
    importing = re.compile(r"^\s*(from|import) (research|magenta_rt)\b", re.MULTILINE)
    assert not [path for path in own if importing.search(path.read_text(encoding="utf-8"))]
    build = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]
    assert build["build"]["targets"]["wheel"]["packages"] == ["src/jambot"]
    assert "/research" in build["build"]["targets"]["sdist"]["exclude"]
