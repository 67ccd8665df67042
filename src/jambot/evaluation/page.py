"""The report as a page: one HTML file with its style and its drawings, and no script."""

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from jambot.evaluation.charts import human_range
from jambot.evaluation.findings import Findings
from jambot.evaluation.gates import Judged, figure_at
from jambot.evaluation.happenings import told
from jambot.evaluation.headline import Answer, duration
from jambot.evaluation.people import PEOPLE
from jambot.evaluation.piano_roll import Roll, draw
from jambot.evaluation.timing_boxes import timings

LINES_SHOWN = 8
"""Lines of the piano roll that stand open; longer sessions fold the rest away."""
BARS_PER_LINE = 4

SYMBOLS = {"yes": "✓", "pass": "✓", "nearly": "≈", "no": "✕", "fail": "✕", "not measured": "–"}
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


def _steps(figures: Mapping[str, Any]) -> str:
    """Where the time to the first note went; nothing where no step was timed."""
    steps: Mapping[str, Mapping[str, Any]] = figures.get("first_note_steps_ms") or {}
    told = {
        step: f"half within {found['p50']:.1f} ms, 95 of 100 within {found['p95']:.1f} ms"
        for step, found in steps.items()
        if found["n"]
    }
    return pairs("The first note, step by step", told) if told else ""


def page(title: str, body: str) -> str:
    """A complete HTML document around `body`, with the reports' style sheet inside."""
    style = files("jambot.evaluation").joinpath("static/report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{body}<footer>Every figure stands in the JSON beside this page under the name"
        " set in small type; docs/kpi.md says how each is taken.</footer></main></body></html>\n"
    )


def verdict_chip(verdict: str, said: str = "") -> str:
    """A coloured word with its sign, so that colour is never the only bearer of the meaning."""
    word = said or verdict.capitalize()
    kind = verdict.replace(" ", "-")
    return f'<span class="verdict {kind}">{SYMBOLS[verdict]} {escape(word)}</span>'


def cards(answers: Iterable[Answer]) -> str:
    """The questions and their answers, side by side."""
    told = (
        f'<section class="card"><h3>{escape(answer.question)}</h3>{verdict_chip(answer.verdict)}'
        f"<p>{escape(answer.sentence)}</p></section>"
        for answer in answers
    )
    return f'<div class="cards">{"".join(told)}</div>'


def roll_section(roll: Roll) -> str:
    """A piano roll in its box; lines beyond the first ones are folded away."""
    lines = draw(roll, BARS_PER_LINE)
    shown, folded = lines[:LINES_SHOWN], lines[LINES_SHOWN:]
    more = ""
    if folded:
        more = (
            f'<details class="more"><summary>{len(folded) * BARS_PER_LINE} more bars</summary>'
            f"{''.join(folded)}</details>"
        )
    return f'<div class="sheet rollbox">{"".join(shown)}{more}</div>'


def roll_legend(roll: Roll) -> str:
    """What the colours of the rolls mean; only what this roll shows."""
    kinds = [
        ("solo inside", "solo, in the chord", any(n.place == "inside" for n in roll.solo)),
        ("solo outside", "solo, outside it", any(n.place == "outside" for n in roll.solo)),
        ("solo free", "solo, no chord heard", any(n.place == "free" for n in roll.solo)),
        ("solo inside fallback", "fallback phrase", any(n.fallback for n in roll.solo)),
        ("hands", "the hands", bool(roll.conditioning)),
    ]
    items = (
        f'<li><svg viewBox="0 0 26 10" aria-hidden="true"><rect class="{kind}" x="1" y="2"'
        f' width="24" height="6" rx="1.6"/></svg>{said}</li>'
        for kind, said, seen in kinds
        if seen
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


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


def _opening(findings: Findings, sound: str | None) -> str:
    notice = f'<p class="notice">{escape(findings.notice)}</p>' if findings.notice else ""
    audio = f'<audio controls preload="none" src="{escape(sound)}"></audio>' if sound else ""
    return (
        f'<p class="kind">JAM_BOT · {KINDS[findings.kind]} report</p>'
        f"<h1>{escape(findings.headline)}</h1>"
        f'<p class="lede">{escape(findings.title)}</p>{notice}{audio}{cards(findings.answers)}'
    )


def gates_table(gates: list[Judged]) -> str:
    """The gates with what was found and the verdict of each."""
    rows = "".join(
        f"<tr><th>{escape(row.gate.meaning)}<br><code>{row.gate.figure}</code></th>"
        f'<td class="number"><b>{_value(row)}</b></td>'
        f'<td class="number note">{escape(row.gate.asks)}{_aim(row)}</td>'
        f"<td>{verdict_chip(row.verdict)}"
        + (f"<br><small>{escape(row.note)}</small>" if row.note else "")
        + "</td></tr>"
        for row in gates
    )
    return (
        '<h2>Gates</h2><div class="sheet"><table class="stacked"><thead><tr><th>What is asked</th>'
        f"<th>Found</th><th>Gate</th><th>Verdict</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _aim(row: Judged) -> str:
    return f"<br>aim {escape(row.gate.aims)}" if row.gate.aims else ""


def _value(row: Judged) -> str:
    if row.value is None:
        return "–"
    if row.gate.unit == "ms":
        return duration(row.value)
    return f"{row.value:.3g} {row.gate.unit}".strip()


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


def pairs(title: str, found: Mapping[str, Any]) -> str:
    """Settings or a machine as a titled list; nothing for nothing."""
    said = [(key.replace("_", " "), _plain(value)) for key, value in found.items()]
    return definitions(title, [(key, value) for key, value in said if value]) if said else ""


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def definitions(title: str, items: Iterable[tuple[str, str]]) -> str:
    """A titled list of names and what they stand for."""
    rows = "".join(
        f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in items
    )
    return f'<h2>{title}</h2><dl class="pairs">{rows}</dl>'
