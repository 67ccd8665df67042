"""What a dataset holds, in figures: `dataset.json` and, drawn, `dataset.html`."""

import html
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jambot.music import Note
from jambot.music.chord import PITCH_CLASS_NAMES
from jambot.roles.sample import RoleSample, SampleMeta, find_samples, read_meta, read_sample

JSON_FILE, HTML_FILE = "dataset.json", "dataset.html"
TEMPO_STEP = 20
Measure = Callable[[Sequence[Note], float], Mapping[str, float]]
"""(target notes, tempo in bpm) -> figures by name; `jambot.evaluation` has such functions."""


@dataclass(slots=True)
class Group:
    """What the samples of one source and split add up to.

    `samples` and `hours` count every copy; everything else one copy of each composition.
    """

    samples: int = 0
    hours: float = 0.0
    compositions: int = 0
    notes: int = 0
    beats: float = 0.0
    tempi: Counter[int] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    qualities: Counter[str] = field(default_factory=Counter)
    pitches: Counter[int] = field(default_factory=Counter)
    metres: Counter[int] = field(default_factory=Counter)
    figures: dict[str, list[float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain counts, and of each measured figure its quartiles."""
        quartiles = {name: _quartiles(values) for name, values in self.figures.items()}
        return {
            "samples": self.samples,
            "compositions": self.compositions,
            "hours": round(self.hours, 2),
            "notes": self.notes,
            "notes_per_beat": round(self.notes / self.beats, 3) if self.beats else 0.0,
            "tempi": {str(k): v for k, v in sorted(self.tempi.items())},
            "metres": {str(k): v for k, v in sorted(self.metres.items())},
            "keys": dict(self.keys.most_common()),
            "chord_qualities": dict(self.qualities.most_common()),
            "pitches": {str(k): v for k, v in sorted(self.pitches.items())},
            "figures": quartiles,
        }


def describe(
    role_dir: Path,
    measure: Measure | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The figures of a dataset, by "source split"; an empty dataset gives an empty dictionary.

    One sample of each composition is opened (the first by name), of the others only `meta.json`.
    Raises DatasetError for a damaged sample or no dataset.
    """
    folders = find_samples(role_dir)
    groups: dict[str, Group] = {}
    seen: dict[tuple[str, str], float] = {}
    for i, folder in enumerate(folders, start=1):
        meta = read_meta(folder)
        group = groups.setdefault(f"{meta.source} {meta.split}", Group())
        composition = (meta.source, meta.source_id)
        if composition not in seen:
            seen[composition] = _add(group, read_sample(folder), measure)
        group.samples += 1
        group.hours += seen[composition]
        group.keys[_key(meta)] += 1
        if progress:
            progress(i, len(folders))
    return {name: group.to_json() for name, group in sorted(groups.items())}


def write_dataset_report(
    role_dir: Path,
    measure: Measure | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write `dataset.json` and `dataset.html` into `role_dir`; returns the page."""
    figures = describe(role_dir, measure, progress)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (role_dir / JSON_FILE).write_text(text + "\n", encoding="utf-8")
    page = role_dir / HTML_FILE
    page.write_text(_page(role_dir.name, figures), encoding="utf-8")
    return page


def _add(group: Group, sample: RoleSample, measure: Measure | None) -> float:
    """Add a composition's music to `group`; returns its length in hours."""
    meta, target = sample.meta, sample.target
    beats = max(note.end_beats for note in (*sample.conditioning, *target))
    group.compositions += 1
    group.notes += len(target)
    group.beats += beats
    group.tempi[int(meta.tempo_bpm // TEMPO_STEP) * TEMPO_STEP] += 1
    group.metres[meta.beats_per_bar] += 1
    group.pitches.update(note.pitch for note in target)
    for span in meta.chords:
        if span.chord:
            group.qualities[_quality(span.chord.symbol)] += 1
    for name, value in (measure(target, meta.tempo_bpm) if measure else {}).items():
        if math.isfinite(value):
            group.figures.setdefault(name, []).append(value)
    return beats / meta.tempo_bpm / 60.0


def _key(meta: SampleMeta) -> str:
    return meta.key or "not written"


def _quality(symbol: str) -> str:
    suffix = symbol.partition("/")[0]
    root = next((n for n in sorted(PITCH_CLASS_NAMES, key=len)[::-1] if suffix.startswith(n)), "")
    return suffix[len(root) :] or "major"


def _quartiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    at = {"q25": 0.25, "median": 0.5, "q75": 0.75}
    return {name: round(ordered[int(q * (len(ordered) - 1))], 4) for name, q in at.items()}


def _page(name: str, figures: dict[str, Any]) -> str:
    heads = ("samples", "compositions", "hours", "notes", "notes_per_beat")
    rows = "".join(
        f"<tr><th>{html.escape(group)}</th>"
        + "".join(f"<td>{values[head]:,}</td>" for head in heads)
        + "</tr>"
        for group, values in figures.items()
    )
    titles = "".join(f"<th>{head.replace('_', ' ')}</th>" for head in heads)
    parts = "".join(_pictures(group, values) for group, values in figures.items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Dataset {html.escape(name)}</title><style>{STYLE}</style>"
        f"<h1>Dataset “{html.escape(name)}”</h1>"
        "<p>Samples and hours count every copy (keys, comping variants); the rest counts each"
        " composition once.</p>"
        f"<table><tr><th></th>{titles}</tr>{rows}</table>{parts}</html>\n"
    )


def _pictures(group: str, values: dict[str, Any]) -> str:
    charts = (
        ("Tempo, bpm", values["tempi"]),
        ("Beats per bar", values["metres"]),
        ("Key", dict(list(values["keys"].items())[:24])),
        ("Chord quality", dict(list(values["chord_qualities"].items())[:16])),
        ("Pitch of the target", values["pitches"]),
    )
    drawn = "".join(_bars(title, counts) for title, counts in charts if counts)
    measured = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{q['median']:.3g}</td>"
        f"<td>{q['q25']:.3g}–{q['q75']:.3g}</td></tr>"
        for name, q in values["figures"].items()
    )
    table = (
        f"<table><tr><th></th><th>median</th><th>middle half</th></tr>{measured}</table>"
        if measured
        else ""
    )
    return f"<h2>{html.escape(group)}</h2>{table}<div>{drawn}</div>"


def _bars(title: str, counts: Mapping[str, int]) -> str:
    """A bar chart as inline SVG; each bar carries its label and count as a tooltip."""
    top, width, height = max(counts.values()), 360, 120
    step = width / len(counts)
    bars = "".join(
        f'<rect x="{i * step:.1f}" y="{height * (1 - count / top):.1f}" width="{step * 0.85:.1f}"'
        f' height="{height * count / top:.1f}"><title>{html.escape(label)}: {count:,}</title>'
        "</rect>"
        for i, (label, count) in enumerate(counts.items())
    )
    every = max(1, math.ceil(len(counts) * 42 / width))
    labels = "".join(
        f'<text x="{(i + 0.4) * step:.1f}" y="{height + 13}">{html.escape(label[:9])}</text>'
        for i, label in enumerate(counts)
        if i % every == 0
    )
    return (
        f'<figure><figcaption>{title}</figcaption><svg viewBox="0 -2 {width} {height + 18}"'
        f' role="img" aria-label="{title}">{bars}{labels}</svg></figure>'
    )


STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2430;background:#fbfaf7}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.25rem .9rem .25rem 0;text-align:right}th:first-child{text-align:left}"
    "tr+tr{border-top:1px solid #ddd8cc}"
    "figure{display:inline-block;width:24rem;margin:0 1rem 1rem 0}"
    "figcaption{font-weight:600}svg{width:100%;height:auto}rect{fill:#2f6f73}"
    "text{font-size:9px;text-anchor:middle;fill:#5a6270}"
)
