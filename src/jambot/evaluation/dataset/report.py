"""The report of a dataset: `dataset.json`, drawn as `dataset.html`, and `provenance.parquet`."""

import json
from collections.abc import Callable
from pathlib import Path

from jambot.evaluation.dataset.contents import PICTURE, describe
from jambot.evaluation.dataset.page import dataset_page
from jambot.roles.provenance import provenance

JSON_FILE, HTML_FILE = "dataset.json", "dataset.html"


def write_dataset_report(
    role_dir: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Path, Path | None]:
    """Write all three into `role_dir` in one pass over the samples.

    Returns the page, and the table of provenance or None where `pyarrow` is not installed. Raises
    DatasetError for a damaged sample or no dataset; nothing is replaced then.
    """
    with provenance(role_dir) as table:
        figures = describe(role_dir, progress, table.add)
    numbers = {
        group: {name: value for name, value in values.items() if name != PICTURE}
        for group, values in figures.items()
    }
    text = json.dumps(numbers, indent=1, ensure_ascii=False)
    (role_dir / JSON_FILE).write_text(text + "\n", encoding="utf-8")
    page = role_dir / HTML_FILE
    page.write_text(dataset_page(role_dir.resolve().name, figures), encoding="utf-8")
    return page, table.path
