"""A take as a page: what was asked of it, its rolls, its timing, its faults, its music."""

from collections.abc import Mapping
from html import escape
from typing import Any

from jambot.evaluation.drawing.charts import human_range
from jambot.evaluation.drawing.page import (
    cards,
    definitions,
    gates_table,
    page,
    pairs,
    roll_legend,
    roll_section,
)
from jambot.evaluation.drawing.piano_roll import Roll
from jambot.evaluation.drawing.timing_boxes import timings
from jambot.evaluation.gates import figure_at
from jambot.evaluation.people import PEOPLE
from jambot.evaluation.take.findings import Findings
from jambot.evaluation.take.happenings import told

COUNTS = (
    ("underruns", "times the plan ran dry"),
    ("fallback_notes", "notes from the fallback phrases"),
    ("late_notes", "notes sent too late"),
    ("dropped_notes", "notes that were never sent"),
    ("stuck_notes", "notes left ringing"),
    ("stale_notes", "notes on a chord already left"),
    ("unanswered_triggers", "triggers without an answer"),
    ("player_deaths", "times the player process died"),
)
KINDS = {"session": "Session", "file": "File", "benchmark": "Benchmark", "exam": "Model"}


def report_page(findings: Findings, sound: str | None = None) -> str:
    """The whole page. `sound` names a sound file beside it."""
    live = findings.kind != "file"
    parts = [
        _opening(findings, sound),
        gates_table(findings.gates),
        *(_rolls(title, roll) for title, roll in findings.rolls),
        _timings(findings) if live else "",
        _steps(findings.figures) if live else "",
        _counts(findings.figures) if live else "",
        _happened(findings.figures) if live else "",
        music_table(findings.figures),
        pairs("Settings", findings.settings),
        pairs("Machine", findings.machine),
    ]
    return page(f"JAM_BOT · {findings.title}", "".join(parts))


def _opening(findings: Findings, sound: str | None) -> str:
    notice = f'<p class="notice">{escape(findings.notice)}</p>' if findings.notice else ""
    audio = f'<audio controls preload="none" src="{escape(sound)}"></audio>' if sound else ""
    return (
        f'<p class="kind">JAM_BOT · {KINDS[findings.kind]} report</p>'
        f"<h1>{escape(findings.headline)}</h1>"
        f'<p class="lede">{escape(findings.title)}</p>{notice}{audio}{cards(findings.answers)}'
    )


def music_table(figures: Mapping[str, Any]) -> str:
    """The musical figures beside people's; rows that were not measured are left out."""
    rows = []
    for row in PEOPLE:
        value = figure_at(figures, row.figure)
        if value is None:
            continue
        said = row.said(value)
        people = f"people {row.said(row.low)} to {row.said(row.high)}"
        band = (row.low, row.high)
        rows.append(
            f"<tr><th>{row.label}<br><small>{row.meaning}</small></th>"
            f'<td class="number"><b>{said}</b></td>'
            f'<td class="number note">{people}</td><td class="wide">'
            f"{human_range(value, band, row.top, row.label, f'{said}, {people}')}</td></tr>"
        )
    if not rows:
        return ""
    return (
        "<h2>The music, beside people’s</h2>"
        '<p class="lede">The band is the middle half of human jazz'
        " solos, the dot is this one.</p>"
        f'<div class="sheet"><table class="stacked"><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _steps(figures: Mapping[str, Any]) -> str:
    """Where the time to the first note went; nothing where no step was timed."""
    steps: Mapping[str, Mapping[str, Any]] = figures.get("first_note_steps_ms") or {}
    told = {
        step: f"half within {found['p50']:.1f} ms, 95 of 100 within {found['p95']:.1f} ms"
        for step, found in steps.items()
        if found["n"]
    }
    return pairs("The first note, step by step", told) if told else ""


def _rolls(title: str, roll: Roll) -> str:
    return f"<h2>{escape(title)}</h2>{roll_legend(roll)}{roll_section(roll)}"


def _timings(findings: Findings) -> str:
    boxes = timings(findings.figures, findings.samples_ms)
    return f"<h2>Timing</h2>{boxes}" if boxes else ""


def _counts(figures: Mapping[str, Any]) -> str:
    items = [(meaning, str(figures[name])) for name, meaning in COUNTS if name in figures]
    ahead = figures.get("lookahead_bars") or {}
    if ahead.get("min") is not None:
        reach = f"{ahead['min']:.2g} at least, {ahead['p50']:.2g} as a rule"
        items.append(("bars the plan reached ahead", reach))
    changes = figures.get("anticipated_changes") or {}
    if any(changes.values()):
        told = "{right} as expected, {wrong} otherwise, {unforeseen} unexpected".format_map(changes)
        items.append(("chord changes", told))
    return definitions("What went wrong, counted", items) if items else ""


def _happened(figures: Mapping[str, Any]) -> str:
    items = told(figures.get("happened") or {})
    return definitions("What else happened", items) if items else ""
