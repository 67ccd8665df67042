"""docs/licences.md against pyproject.toml and against what installed packages say of themselves."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest

COPYLEFT_AND_NEVER_REQUIRED = {"aalink", "fl-studio-api-stubs", "minihost"}
Script = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def listed(repository: Path) -> str:
    return (repository / "docs" / "licences.md").read_text(encoding="utf-8")


def test_each_requirement_has_a_row_and_each_row_a_requirement(listed: str, script: Script) -> None:
    """Rows brought by others may differ with platform and Python, so only their lack counts."""
    licences = script("list_licences")
    rows = licences.stated(listed)
    needed = licences.needed()
    assert set(needed) <= set(rows), "run scripts/list_licences.py docs/licences.md"
    brought = {line.split(" | ")[0][2:] for line in listed.splitlines() if "playing, by" in line}
    assert set(rows) - brought <= set(needed), "run scripts/list_licences.py docs/licences.md"
    for name, purpose in needed.items():
        if not purpose.startswith("playing, by"):
            assert f"| {name} | {rows[name]} | {purpose} |" in listed


def test_a_row_says_what_the_installed_package_says(listed: str, script: Script) -> None:
    licences = script("list_licences")
    checked = 0
    for name, said in licences.stated(listed).items():
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        assert licences.licence(package) == said, name
        checked += 1
    assert checked > 20


def test_playing_needs_nothing_copyleft(listed: str, script: Script) -> None:
    licences = script("list_licences")
    rows = licences.stated(listed)
    assert {n for n, said in rows.items() if "GPL" in said} == COPYLEFT_AND_NEVER_REQUIRED
    playing = {n for n, purpose in licences.needed().items() if purpose.startswith("playing")}
    assert not playing & COPYLEFT_AND_NEVER_REQUIRED
    assert "torch" not in playing


def test_making_the_table_again_changes_nothing_around_it(listed: str, script: Script) -> None:
    licences = script("list_licences")
    again = licences.with_table(listed)
    assert licences.with_table(again) == again
    assert again.partition(licences.BEGIN)[0] == listed.partition(licences.BEGIN)[0]
    assert again.partition(licences.END)[2] == listed.partition(licences.END)[2]
