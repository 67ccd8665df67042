"""The tables of the KPI page: each figure with its definition, gate, value and last value."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from jambot.evaluation.drawing.page import verdict_chip
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE
from jambot.evaluation.gates import figure_at
from jambot.evaluation.headline import duration
from jambot.evaluation.kpi_report.definitions import definition_of
from jambot.evaluation.kpi_report.published import PUBLISHED
from jambot.evaluation.kpi_report.regressions import Change
from jambot.evaluation.kpi_report.report import Kpi, KpiReport

ARROWS = {"worse": "▼ worse", "better": "▲ better", "same": "as before"}
CHIPS = {"nearly": "Aim missed"}
Steps = Mapping[str, Change]


def said(value: float | None, unit: str) -> str:
    """A figure as a reader sees it.

    >>> said(37.721, "ms"), said(0.9995, ""), said(None, "ms")
    ('38 ms', '0.9995', '–')
    """
    if value is None:
        return "–"
    if unit == "ms":
        return duration(value)
    told = f"{value:.4g}".replace("-", "−")
    return f"{told} {unit}".strip()


def table(heads: Iterable[str], rows: Iterable[str], kind: str = "kpi") -> str:
    """A table of ready-made rows."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    return (
        f'<div class="sheet"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def bench_table(report: KpiReport, steps: Steps) -> str:
    """A row for each figure, a column for each tempo."""
    rows = report.of("bench")
    tempi = list(dict.fromkeys(row.setting for row in rows))
    figures = list(dict.fromkeys((row.figure, row.asks) for row in rows))
    told = []
    for figure, asks in figures:
        found = {row.setting: row for row in rows if (row.figure, row.asks) == (figure, asks)}
        cells = "".join(_cell(found.get(tempo), steps) for tempo in tempi)
        told.append(f'<tr>{_name(figure)}<td class="number note">{escape(asks)}</td>{cells}</tr>')
    return table(("What is measured", "Gate, aim", *tempi), told)


def judged_table(rows: Sequence[Kpi], steps: Steps) -> str:
    """A row for each figure of a part that was taken once."""
    told = (f"<tr>{_judged(row, steps)}</tr>" for row in rows)
    return table(("What is measured", "Gate, aim", "Found"), told)


def exam_table(rows: Sequence[Kpi], steps: Steps, exam: Mapping[str, Any]) -> str:
    """The same, with what people and the two baselines came to on the same bars."""
    others = [who for who in (PEOPLE, MARKOV, RULE) if who in exam["soloists"]]
    told = []
    for row in rows:
        values = (_of(exam["soloists"][who], row.figure) for who in others)
        cells = "".join(f'<td class="number note">{said(value, "")}</td>' for value in values)
        told.append(f"<tr>{_judged(row, steps)}{cells}</tr>")
    return table(("What is measured", "Gate, aim", "Found", *others), told)


def changes_table(found: Sequence[Change], rows: Sequence[Kpi]) -> str:
    """The changes given, each with its value and the last; nothing for none."""
    units = {row.id: row for row in rows}
    told = []
    for change in found:
        row = units.get(change.id)
        figure = row.figure if row else change.id.rpartition("/")[2]
        unit = row.unit if row else ""
        where = " · ".join(filter(None, (row.part, row.setting))) if row else change.id
        told.append(
            f"<tr><th>{escape(definition_of(figure).label)}<br><small>{escape(where)}</small></th>"
            f'<td class="number">{said(change.last, unit)}</td>'
            f'<td class="number"><b>{said(change.value, unit)}</b></td>'
            f"<td>{_step(change)}</td></tr>"
        )
    return table(("Figure", "Last time", "Now", ""), told) if told else ""


def published_table(report: KpiReport) -> str:
    """What others report beside our nearest figure, with the sources."""
    told = []
    for found in PUBLISHED:
        row = report.nearest(found.beside) if found.beside else None
        ours = "none" if not found.beside else "not measured"
        if row is not None:
            name = definition_of(row.figure).label
            where = row.setting or row.part
            percentile = row.figure.rpartition(".")[2]
            which = (
                f" {percentile}" if percentile.startswith("p") and percentile[1:].isdigit() else ""
            )
            ours = (
                f"<b>{said(row.value, row.unit)}</b>{which}"
                f"<br><small>{escape(name)}, {escape(where)}</small>"
            )
        told.append(
            f"<tr><th>{escape(found.system)}</th><td class='said'>{escape(found.said)}</td>"
            f"<td class='number'>{ours}</td><td><small>{escape(found.differs)}</small></td>"
            f'<td><small><a href="{escape(found.url)}">{escape(found.source)}</a>'
            f"<br>seen {found.seen}</small></td></tr>"
        )
    heads = ("System", "What it reports", "Ours", "What differs", "Source")
    return table(heads, told, "others")


def beside_table(beside: Mapping[str, Any]) -> str:
    """What was measured side by side in one run."""
    told = []
    for player in beside["players"]:
        name = f"<tr><th>{escape(player['name'])}<br><small>{escape(player['what'])}</small></th>"
        if player.get("failed"):
            told.append(f'{name}<td colspan="3">did not run: {escape(player["failed"])}</td></tr>')
            continue
        times = player["times_first"]
        ratio = "" if times is None else f"<br><small>own time × {times:g}</small>"
        told.append(
            f"{name}{_times(player, 'first_note', ratio)}{_times(player, 'note', '')}"
            f"<td><small>Can: {escape(player['can'])}.<br>Cannot: {escape(player['cannot'])}."
            "</small></td></tr>"
        )
    heads = ("Player", "First note", "Each further note", "What it can and cannot do")
    return table(heads, told, "others")


def _times(player: Mapping[str, Any], name: str, more: str) -> str:
    wall, spent = player[f"{name}_ms"], player[f"{name}_cpu_ms"]
    return (
        f'<td class="number"><b>{said(wall["p50"], "ms")}</b><br><small>p95'
        f" {said(wall['p95'], 'ms')}; own time {said(spent['p50'], 'ms')}</small>{more}</td>"
    )


def _judged(row: Kpi, steps: Steps) -> str:
    return f'{_name(row.figure)}<td class="number note">{escape(row.asks)}</td>{_cell(row, steps)}'


def _of(soloist: Mapping[str, Any], figure: str) -> float | None:
    """A soloist's figure: its median over the tunes, or what was asked of it as a whole."""
    spread = soloist["figures"].get(figure)
    return figure_at(soloist, figure) if spread is None else float(spread["median"])


def _name(figure: str) -> str:
    known = definition_of(figure)
    return (
        f"<th>{escape(known.label)} <code>{escape(figure)}</code><br><small>{escape(known.what)}"
        f"</small><details><summary>how it is taken</summary>{escape(known.how)}</details></th>"
    )


def _cell(row: Kpi | None, steps: Steps) -> str:
    if row is None:
        return '<td class="note">not asked</td>'
    percentile = row.figure.rpartition(".")[2]
    shown = said(row.value, row.unit)
    spread = f"95 %: {row.interval[0]:.3g}–{row.interval[1]:.3g}" if row.interval else ""
    note = "; ".join(filter(None, (spread, row.note)))
    prefix = f"<small>{percentile}</small> " if percentile in ("p50", "p95", "p99", "p01") else ""
    change = steps.get(row.id)
    chip = verdict_chip(row.verdict, CHIPS.get(row.verdict, ""))
    step = f"<br>{_step(change, row.unit)}" if change and change.outcome in ARROWS else ""
    return (
        f'<td class="number">{prefix}<b>{shown}</b> {chip}'
        + (f"<br><small>{escape(note)}</small>" if note else "")
        + f"{step}</td>"
    )


def _step(change: Change, unit: str | None = None) -> str:
    word = ARROWS.get(change.outcome, change.outcome)
    last = f", was {said(change.last, unit)}" if unit is not None else ""
    why = f" <small>{escape(change.why)}</small>" if change.why else ""
    return f'<span class="step {change.outcome.replace(" ", "-")}">{word}{last}</span>{why}'
