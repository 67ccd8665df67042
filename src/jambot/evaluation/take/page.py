"""A take as a page, for who played it first: to hear, to see, in a sentence; the figures below."""

from collections.abc import Mapping
from typing import Any

from jambot.evaluation.drawing.page import TIMINGS, page
from jambot.evaluation.figures import BESIDE_PEOPLE, figure_at, figure_of
from jambot.evaluation.take.findings import Findings
from jambot.evaluation.take.happenings import told

COUNTS = (
    "underruns", "fallback_notes", "late_notes", "dropped_notes", "stuck_notes", "stale_notes",
    "unanswered_triggers", "player_deaths",
)  # fmt: skip
KINDS = {"session": "Session", "file": "File", "benchmark": "Benchmark"}


def report_page(findings: Findings, sound: str | None = None) -> str:
    """The whole page. `sound` names a sound file beside it."""
    figures = findings.figures
    found = ((row, people, figure_at(figures, row.path)) for row, people in BESIDE_PEOPLE.items())
    return page(
        "take.html",
        findings=findings,
        kind=KINDS[findings.kind],
        sound=sound,
        timed=any((figures.get(name) or {}).get("n") for name in TIMINGS),
        steps=_steps(figures),
        counts=_counts(figures),
        happened=told(figures.get("happened") or {}),
        music=[row for row in found if row[2] is not None],
    )


def _steps(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the time to the first note went; nothing where no step was timed."""
    steps: Mapping[str, Mapping[str, Any]] = figures.get("first_note_steps_ms") or {}
    return [
        (step, f"half within {found['p50']:.1f} ms, 95 of 100 within {found['p95']:.1f} ms")
        for step, found in steps.items()
        if found["n"]
    ]


def _counts(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    items = [(figure_of(name).meaning, str(figures[name])) for name in COUNTS if name in figures]
    ahead = figures.get("lookahead_bars") or {}
    if ahead.get("min") is not None:
        reach = f"{ahead['min']:.2g} at least, {ahead['p50']:.2g} as a rule"
        items.append(("bars the plan reached ahead", reach))
    changes = figures.get("anticipated_changes") or {}
    if any(changes.values()):
        told = "{right} as expected, {wrong} otherwise, {unforeseen} unexpected".format_map(changes)
        items.append(("chord changes", told))
    return items
