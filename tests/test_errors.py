"""The cures that name a package: what they would install is ours, and is there."""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from jambot.errors import add_extra

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PAGES = [ROOT / "README.md", *(p for p in (ROOT / "docs").glob("*.md") if p.name != "log.md")]
SOMEBODY_ELSES = r"jambot\[|pip install (-\S+ )*['\"]?jambot\b"
"""An extra of the package that PyPI has under this name, or that package itself."""
WARNING = "**`pip install jambot` brought something else.**"


def test_the_package_has_a_name_of_its_own_and_the_command_keeps_its() -> None:
    assert PROJECT["name"] == Requirement(shlex.split(add_extra("mcp"))[-1]).name == "jam-bot"
    assert PROJECT["scripts"] == {"jambot": "jambot.__main__:main"}


@pytest.mark.parametrize("python", ["/opt/venv/bin/python", "C:/My Music/venv/python.exe"])
def test_an_extra_goes_to_the_python_that_runs(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    words = [python, "-m", "pip", "install", "jam-bot[train,qlora]"]
    assert shlex.split(add_extra("train,qlora")) == words


def test_every_extra_of_a_cure_is_there() -> None:
    named = {
        extra
        for source in SOURCES
        for some in re.findall(r"add_extra\(['\"]([\w,]+)['\"]\)", source.read_text("utf-8"))
        for extra in some.split(",")
    }
    assert {"jack", "link", "qlora", "rtmidi", "train"} <= named
    assert named <= PROJECT["optional-dependencies"].keys()


def test_nobody_is_told_to_install_a_package_of_another_owner() -> None:
    for path in (*SOURCES, *PAGES):
        text = path.read_text(encoding="utf-8").replace(WARNING, "")
        assert not re.search(SOMEBODY_ELSES, text), path
