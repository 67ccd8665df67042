"""Writes the table of figures into docs/kpi.md, from `jambot.evaluation.figures`.

python -m lab figures
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from jambot.evaluation.figures import FIGURES, Figure
from jambot.evaluation.gates import Gate

DOCS = Path(__file__).parent.parent / "docs" / "kpi.md"
BEGIN, END = "<!-- figures: written by `python -m lab figures` -->\n", "<!-- end of figures -->\n"
ASKED_OF = {
    ("session", "benchmark"): "jam", ("bench",): "bench", ("exam",): "model",
    ("pianist exam",): "pianists", ("exam", "pianist exam"): "both models",
    ("benchmark", "file", "exam"): "file, benchmark, model",
}  # fmt: skip
"""How the docs call the kinds of reports."""


def table() -> str:
    """Every figure as a row of Markdown."""
    heads = ("figure", "what it is", "gate, aim", "people")
    rows = [heads, ("---",) * len(heads), *map(_row, FIGURES)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(text: str) -> str:
    """The page with the table as it is now between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def _row(figure: Figure) -> tuple[str, ...]:
    unit = f", {figure.unit}" if figure.unit else ""
    asked = [
        f"{ASKED_OF[limit.kinds]} {Gate(figure, limit).both}"
        + (f", at {limit.bpm:g} bpm" if limit.bpm else "")
        for limit in figure.limits
    ]
    people = figure.people
    band = f"{people.median:g} ({people.low:g}–{people.high:g})" if people else "–"
    return (
        f"**{figure.name}** `{figure.path}`{unit}",
        figure.sentence,
        "; ".join(asked) or "–",
        band,
    )


def main(arguments: Sequence[str]) -> None:
    """Write the table."""
    argparse.ArgumentParser(prog="python -m lab figures", description=__doc__).parse_args(arguments)
    DOCS.write_text(with_table(DOCS.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{DOCS}: {len(FIGURES)} figures")
