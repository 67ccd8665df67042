"""Which styles play like their own pianists: a table, and `recognition.json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jambot.evaluation.drawing.sheet import Cell, Sheet, cell
from lab.exams.recognition import Recognised


def write_recognition(found: Sequence[Recognised], folder: Path) -> Path:
    """Write every style's figures into `folder`/recognition.json and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recognition.json"
    content = {one.name: asdict(one) | {"recognised": one.recognised} for one in found}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def recognition_sheet(found: Sequence[Recognised], default: str) -> Sheet:
    """One row a style."""
    rows = []
    for one in found:
        said = asdict(one)
        nearer = cell(said, "nearer", one.nearer_ci)
        cells = (
            *(
                cell(said, name)
                for name in ("own", "others", "auc", "auc_null", "style", "default")
            ),
            nearer,
            Cell("nearer" if one.recognised else "not shown", right=one.recognised),
        )
        rows.append((one.name, cells))
    caption = (
        "Phrases of the style's own pianists and of others that a forest learnt; how well it tells"
        " them apart on tunes it has not learnt from, and on shuffled labels; how likely the"
        f" phrases of the style, and those of {default}, are to be by the style's pianists; the"
        " difference over the same bars, its 95 % interval under it."
    )
    heads = ("own", "others", "AUC", "null", "the style", default, "nearer by", "")
    return Sheet("Styles among pianists", caption, heads, tuple(rows))
