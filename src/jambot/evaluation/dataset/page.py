"""The figures of a dataset as a page: one table across all groups, then pictures of each."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from jambot.evaluation.dataset.contents import PICTURE
from jambot.evaluation.drawing.page import page

COUNTS = ("samples", "compositions", "hours", "notes", "notes_per_beat")
KEYS_SHOWN, QUALITIES_SHOWN = 24, 16


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
