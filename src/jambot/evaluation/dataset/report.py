"""The report of a dataset: `dataset.json`, drawn as `dataset.html`, and `provenance.parquet`."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jambot.evaluation.dataset.contents import PICTURE, describe
from jambot.evaluation.drawing.page import page
from jambot.roles.provenance import provenance

JSON_FILE, HTML_FILE = "dataset.json", "dataset.html"
COUNTS = ("samples", "compositions", "hours", "notes", "notes_per_beat")
KEYS_SHOWN, QUALITIES_SHOWN = 24, 16


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


def dataset_page(name: str, figures: Mapping[str, Any]) -> str:
    """A whole HTML document of what `describe` gives."""
    counts = [
        (group, [f"{values[head]:,}" for head in COUNTS]) for group, values in figures.items()
    ]
    total = [sum(values[head] for values in figures.values()) for head in COUNTS[:-1]]
    counts.append(("all", [*(f"{round(value, 2):,}" for value in total), ""]))
    measured = dict.fromkeys(name for values in figures.values() for name in values["figures"])
    return page(
        "dataset.html",
        name=name,
        heads=[head.replace("_", " ") for head in COUNTS],
        counts=counts,
        groups={group: _charts(values) for group, values in figures.items()},
        measured={
            name: [values["figures"].get(name) for values in figures.values()] for name in measured
        },
        pictures={group: _picture(values.get(PICTURE)) for group, values in figures.items()},
    )


def _charts(values: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    charts = (
        ("Tempo, bpm", values["tempi"]),
        ("Beats per bar", values["metres"]),
        (f"Key{_heard(values, 'key')}", _first(values["keys"], KEYS_SHOWN)),
        (f"Chord quality{_heard(values, 'chords')}",
         _first(values["chord_qualities"], QUALITIES_SHOWN)),
        ("Pitch of the target", values["pitches"]),
        ("Played by", values["players"]),
        ("Not known of the notes", values["not_known_of_notes"]),
    )  # fmt: skip
    return [(title, counts) for title, counts in charts if counts]


def _picture(svg: str | None) -> str:
    """The picture as the address of an image; empty for none."""
    data = b64encode((svg or "").encode()).decode("ascii")
    return f"data:image/svg+xml;base64,{data}" if data else ""


def _heard(values: Mapping[str, Any], what: str) -> str:
    """How many compositions had nothing written, so that it was found in the notes."""
    found = values["found_not_written"].get(what, 0)
    return f" (found in {found:,} of {values['compositions']:,})" if found else ""


def _first(counts: Mapping[str, int], shown: int) -> dict[str, int]:
    return dict(list(counts.items())[:shown])
