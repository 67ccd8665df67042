"""The figures of a dataset as a page: one table across all groups, then pictures of each."""

import math
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Any

from jambot.roles.dataset_figures import PICTURE

COUNTS = ("samples", "compositions", "hours", "notes", "notes_per_beat")
KEYS_SHOWN, QUALITIES_SHOWN = 24, 16
WIDTH, HEIGHT, WIDEST = 360, 120, 40


def dataset_page(name: str, figures: Mapping[str, Any]) -> str:
    """A whole HTML document of what `describe` gives."""
    parts = "".join(_group(group, values) for group, values in figures.items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Dataset {escape(name)}</title><style>{STYLE}</style>"
        f"<h1>Dataset “{escape(name)}”</h1>"
        "<p>Samples, hours and keys count every copy (keys, comping variants); the rest counts each"
        " composition once.</p>"
        f"{_counts(figures)}{_measured(figures)}{parts}</html>\n"
    )


def _counts(figures: Mapping[str, Any]) -> str:
    heads = "".join(f"<th>{head.replace('_', ' ')}</th>" for head in COUNTS)
    rows = [(group, [f"{values[head]:,}" for head in COUNTS]) for group, values in figures.items()]
    total = [sum(values[head] for values in figures.values()) for head in COUNTS[:-1]]
    rows.append(("all", [*(f"{round(value, 2):,}" for value in total), ""]))
    return f"<table><tr><th></th>{heads}</tr>{''.join(_row(*row) for row in rows)}</table>"


def _measured(figures: Mapping[str, Any]) -> str:
    """What the pieces measure, a row a figure and a column a group; nothing if nothing was."""
    names = list(dict.fromkeys(name for values in figures.values() for name in values["figures"]))
    if not names:
        return ""
    heads = "".join(f"<th>{escape(group)}</th>" for group in figures)
    rows = "".join(
        _row(name, [_spread(values["figures"].get(name)) for values in figures.values()])
        for name in names
    )
    title = "What is played: median, middle half of the pieces"
    return f"<h2>{title}</h2><table><tr><th></th>{heads}</tr>{rows}</table>"


def _spread(quartiles: Mapping[str, float] | None) -> str:
    if quartiles is None:
        return "–"
    low, high = (f"{quartiles[name]:.3g}" for name in ("q25", "q75"))
    return f"{quartiles['median']:.3g} <small>{low}–{high}</small>"


def _row(head: str, cells: list[str]) -> str:
    return f"<tr><th>{escape(head)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _group(group: str, values: Mapping[str, Any]) -> str:
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
    drawn = "".join(_bars(title, counts) for title, counts in charts if counts)
    return f"<h2>{escape(group)}</h2><div>{drawn}</div>{_picture(values.get(PICTURE))}"


def _picture(svg: str | None) -> str:
    if svg is None:
        return ""
    data = b64encode(svg.encode()).decode("ascii")
    return f'<img alt="Both hands of one piece" src="data:image/svg+xml;base64,{data}">'


def _heard(values: Mapping[str, Any], what: str) -> str:
    """How many compositions had nothing written, so that it was found in the notes."""
    found = values["found_not_written"].get(what, 0)
    return f" (found in {found:,} of {values['compositions']:,})" if found else ""


def _first(counts: Mapping[str, int], shown: int) -> dict[str, int]:
    return dict(list(counts.items())[:shown])


def _bars(title: str, counts: Mapping[str, int]) -> str:
    """A bar chart as inline SVG; each bar carries its label and count as a tooltip."""
    top = max(counts.values())
    step = min(WIDTH / len(counts), WIDEST)
    bars = "".join(
        f'<rect x="{i * step:.1f}" y="{HEIGHT * (1 - count / top):.1f}" width="{step * 0.85:.1f}"'
        f' height="{HEIGHT * count / top:.1f}"><title>{escape(label)}: {count:,}</title>'
        "</rect>"
        for i, (label, count) in enumerate(counts.items())
    )
    every = max(1, math.ceil(len(counts) * 42 / WIDTH))
    labels = "".join(
        f'<text x="{(i + 0.4) * step:.1f}" y="{HEIGHT + 13}">{escape(label[:9])}</text>'
        for i, label in enumerate(counts)
        if i % every == 0
    )
    return (
        f'<figure><figcaption>{title}</figcaption><svg viewBox="0 -2 {WIDTH} {HEIGHT + 18}"'
        f' role="img" aria-label="{title}">{bars}{labels}</svg></figure>'
    )


STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2430;background:#fbfaf7}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.25rem .9rem .25rem 0;text-align:right}th:first-child{text-align:left}"
    "tr+tr{border-top:1px solid #ddd8cc}small{color:#5a6270}"
    "figure{display:inline-block;width:24rem;max-width:100%;margin:0 1rem 1rem 0}"
    "img{width:100%}figcaption{font-weight:600}svg{width:100%;height:auto;overflow:visible}rect{fill:#2f6f73}"
    "text{font-size:9px;text-anchor:middle;fill:#5a6270}"
)
