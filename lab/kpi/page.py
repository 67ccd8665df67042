"""The KPI report as one page that a stranger can check, and as JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from jambot.evaluation.drawing.page import page, write_report
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE
from jambot.evaluation.figures import BESIDE_PEOPLE, Figure, figure_at, figure_of
from jambot.evaluation.headline import duration
from lab.kpi.drawings import dot_rows, gate_bar
from lab.kpi.published import PUBLISHED
from lab.kpi.regressions import Change, changes, regressed
from lab.kpi.report import Kpi, KpiReport, Part, busy, made_from, samples_of

PARTS: Mapping[Part, tuple[str, str]] = {
    "bench": ("The stage, from outside", "short jams, asked out of silence again and again"),
    "session": ("One long session", "a jam from its first bar to its last"),
    "exam": ("The player", "a model on tunes that it has never seen, beside people"),
}
ARROWS = {"worse": "▼ worse", "better": "▲ better", "same": "as before"}
DOTS = (
    "chord_tone_ratio.all", "note_density", "dead_air.ratio", "repetition_rate", "step_share",
    "range",
)  # fmt: skip


def write_kpi(
    report: KpiReport, folder: Path, last: Mapping[str, Any] | None = None
) -> tuple[Path, Path, list[Change]]:
    """Write `kpi.json` and `kpi.html`; their paths, and what changed since the `last` report."""
    found = changes(report.rows, last) if last is not None else []
    content = report.as_dict()
    if last is not None:
        content["against"] = {name: last.get(name) for name in ("date", "version", "commit")}
        content["changes"] = [change.as_dict() for change in found]
        content["regressions"] = [change.id for change in regressed(found)]
    return *write_report(folder, "kpi", content, kpi_page(report, found, last)), found


def kpi_page(
    report: KpiReport, found: Sequence[Change] = (), last: Mapping[str, Any] | None = None
) -> str:
    """The whole page."""
    inputs, made = report.inputs, made_from(report.inputs)
    rows = {row.id: row for row in report.rows}
    soloists = inputs.exam["soloists"] if inputs.exam else {}
    return page(
        "kpi.html",
        Path(__file__).parent,
        report=report,
        last=last,
        bench=inputs.bench,
        exam=inputs.exam,
        parts_of=PARTS,
        arrows=ARROWS,
        said=said,
        note_of=_note,
        busy_of=busy,
        steps={change.id: change for change in found},
        place_of=lambda change: _place(change, rows.get(change.id)),
        figure_by=lambda who, figure: _figure_by(soloists[who], figure),
        cards=[_card(report, part) for part in PARTS],
        since=_since(found),
        bench_table=_bench_table(report.of("bench")),
        strips=_strips(report),
        others=tuple(who for who in (PEOPLE, MARKOV, RULE) if who in soloists),
        dots=_dots(inputs.exam) if inputs.exam else (),
        published=[(one, report.nearest(one.beside) if one.beside else None) for one in PUBLISHED],
        made_from=[(PARTS[part][0].lower(), made[part]) for part in PARTS if part in made],
    )


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


def _card(report: KpiReport, part: Part) -> dict[str, Any]:
    title, what = PARTS[part]
    card = {"title": title, "what": what}
    if not report.of(part):
        return card | {"big": "–", "bar": "", "told": "not measured"}
    counts = [(v, report.count(v, part)) for v in ("pass", "nearly", "fail", "not measured")]
    words = ("aim missed", "failed", "not measured")
    rest = [f"{n} {word}" for (_, n), word in zip(counts[1:], words, strict=True) if n]
    passed = report.count("pass", part)
    told = "gates passed" + (f"; {', '.join(rest)}" if rest else "")
    big = f"{passed} of {passed + report.count('fail', part)}"
    return card | {"big": big, "bar": gate_bar(counts), "told": told}


def _since(found: Sequence[Change]) -> dict[str, Any]:
    worse = regressed(found)
    by = {o: [c for c in found if c.outcome == o] for o in ("better", "not comparable", "gone")}
    many = "" if len(worse) == 1 else "s"
    return {
        "told": f"{len(worse)} regression{many}" if worse else "no regression",
        "worse": worse,
        "rest": ", ".join(f"{len(of)} {outcome}" for outcome, of in by.items() if of),
        "others": [change for of in by.values() for change in of],
    }


def _place(change: Change, row: Kpi | None) -> dict[str, str]:
    """The name, place and unit of what changed; `row` is None where it is gone."""
    figure = row.figure if row else change.id.rpartition("/")[2]
    where = " · ".join(filter(None, (row.part, row.setting))) if row else change.id
    return {"name": figure_of(figure).name, "where": where, "unit": row.unit if row else ""}


def _note(row: Kpi) -> str:
    spread = f"95 %: {row.interval[0]:.3g}–{row.interval[1]:.3g}" if row.interval else ""
    return "; ".join(filter(None, (spread, row.note)))


def _bench_table(rows: Sequence[Kpi]) -> dict[str, Any]:
    """A row for each figure, a column for each tempo."""
    tempi = tuple(dict.fromkeys(row.setting for row in rows))
    asked = {(row.figure, row.asks, row.setting): row for row in rows}
    figures = dict.fromkeys((row.figure, row.asks) for row in rows)
    table = [(*figure, [asked.get((*figure, tempo)) for tempo in tempi]) for figure in figures]
    return {"tempi": tempi, "rows": table}


def _strips(report: KpiReport) -> list[tuple[str, dict[str, Any], Mapping[str, Any]]]:
    """The latencies of each tempo, the first notes as the other program heard them."""
    strips = []
    for part in report.inputs.bench["runs"] if report.inputs.bench else ():
        tempo, outside = f"{part['bpm']:g} bpm", "ttfn_ms" in part
        figures = dict(part["session"]) | ({"ttfn_ms": part["ttfn_ms"]} if outside else {})
        strips.append((tempo, figures, samples_of(report.inputs, "bench", tempo)))
    return strips


def _figure_by(soloist: Mapping[str, Any], figure: str) -> float | None:
    """A soloist's figure: its median over the tunes, or what was asked of it as a whole."""
    spread = soloist["figures"].get(figure)
    return figure_at(soloist, figure) if spread is None else float(spread["median"])


def _dots(exam: Mapping[str, Any]) -> list[tuple[Figure, Markup]]:
    """A few figures, each with every tune as a dot."""
    asked = {PEOPLE: PEOPLE, exam["model"][:9]: exam["model"], MARKOV: MARKOV, RULE: RULE}
    soloists = {name: who for name, who in asked.items() if who in exam["soloists"]}
    shown = []
    for figure, people in BESIDE_PEOPLE.items():
        if figure.path in DOTS:
            rows = [(name, _values(exam, who, figure.path)) for name, who in soloists.items()]
            shown.append((figure, dot_rows(rows, people.top, figure.name)))
    return shown


def _values(exam: Mapping[str, Any], who: str, figure: str) -> list[float]:
    found = (figure_at(row, figure) for row in exam["excerpts"] if row["soloist"] == who)
    return [value for value in found if value is not None]
