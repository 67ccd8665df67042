"""The contract names tests that exist, and numbers its promises without holes."""

import re
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    line.split(" | ")
    for line in (ROOT / "docs" / "contract.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [A-Z]+-\d+ \|", line)
]


def test_every_test_that_the_contract_names_is_there() -> None:
    named = [name for row in ROWS for name in re.findall(r"`(tests/[^`]+)`", row[2])]
    assert len(named) > 60
    for name in named:
        path, _, function = name.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {function}(" in source if function else source, name


def test_its_promises_are_counted_through() -> None:
    numbers = [row[0].removeprefix("| ").rsplit("-", 1) for row in ROWS]
    for kind, group in groupby(numbers, key=lambda number: number[0]):
        found = [int(number) for _, number in group]
        assert found == list(range(1, len(found) + 1)), kind
    assert all(len(row) == 4 for row in ROWS), "number, promise, test, figure"
