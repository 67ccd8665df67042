"""What reports are put together from: the sheet itself, verdicts, gates, rolls, lists of pairs.

One HTML file with its style and its drawings, and no script.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from jambot.evaluation.drawing.piano_roll import Roll, draw
from jambot.evaluation.drawing.style import sheet
from jambot.evaluation.gates import Judged
from jambot.evaluation.headline import Answer, duration

LINES_SHOWN = 8
"""Lines of the piano roll that stand open; longer sessions fold the rest away."""
BARS_PER_LINE = 4

SYMBOLS = {"yes": "✓", "pass": "✓", "nearly": "≈", "no": "✕", "fail": "✕", "not measured": "–"}


def page(title: str, body: str) -> str:
    """A complete HTML document around `body`, with the reports' style sheet inside."""
    style = sheet("report.css") + sheet("roll.css")
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
