"""The KPI report as one page that a stranger can check, and as JSON."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from jambot.evaluation.bench.stage_table import TABLE
from jambot.evaluation.drawing.page import page, pairs
from jambot.evaluation.drawing.report_files import write_report
from jambot.evaluation.drawing.timing_boxes import timings
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE
from jambot.evaluation.gates import figure_at
from jambot.evaluation.kpi_report.drawings import dot_rows, gate_bar
from jambot.evaluation.kpi_report.regressions import Change, changes, regressed
from jambot.evaluation.kpi_report.report import KpiReport, Part, busy, made_from, samples_of
from jambot.evaluation.kpi_report.tables import (
    Steps,
    bench_table,
    beside_table,
    changes_table,
    exam_table,
    judged_table,
    published_table,
)
from jambot.evaluation.people import PEOPLE as HUMAN_FIGURES

PARTS: Mapping[Part, tuple[str, str]] = {
    "bench": ("The stage, from outside", "short jams, asked out of silence again and again"),
    "session": ("One long session", "a jam from its first bar to its last"),
    "exam": ("The player", "a model on tunes that it has never seen, beside people"),
}
LIMITS_MS = {
    wanted.figure.removeprefix("session.").rpartition(".")[0]: wanted.must
    for wanted in TABLE
    if wanted.unit == "ms" and wanted.must is not None
}
"""The gates of a bench, by latency."""
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
    steps = {change.id: change for change in found}
    inputs = report.inputs
    missing = "".join(f'<p class="notice">{escape(told)}</p>' for told in inputs.missing)
    body = [
        '<p class="kind">JAM_BOT · Key figures</p>',
        f"<h1>{escape(report.headline)}</h1>",
        f'<p class="lede">Version {escape(report.version)}'
        + (f", commit {escape(report.commit)}" if report.commit else "")
        + f", {escape(report.date)}. Every figure of ours was measured by a command of this"
        " program and can be taken again; under each name stands what it is and how it is taken. A"
        " gate that could not be decided is not passed.</p>",
        f'<div class="cards">{"".join(_card(report, part) for part in PARTS)}</div>',
        missing,
        _since(report, found, last),
        _bench(report, steps),
        _session(report, steps),
        _exam(report, steps),
        "<h2>What others report</h2>"
        '<p class="lede">Reported by their authors, of other tasks, on other machines: magnitudes,'
        " not a contest. The last column says where each was seen; “second hand”: the work itself"
        " was not read.</p>",
        published_table(report),
        _beside(inputs.beside),
        *(
            pairs(f"Taken with: {PARTS[part][0].lower()}", told)
            for part, told in _made_from(report)
        ),
    ]
    return page("JAM_BOT · Key figures", "".join(body))


def _made_from(report: KpiReport) -> list[tuple[Part, dict[str, Any]]]:
    told = made_from(report.inputs)
    return [(part, told[part]) for part in PARTS if part in told]


def _card(report: KpiReport, part: Part) -> str:
    title, what = PARTS[part]
    counts = [(v, report.count(v, part)) for v in ("pass", "nearly", "fail", "not measured")]
    judged = report.count("pass", part) + report.count("fail", part)
    if not report.of(part):
        told = '<p class="big">–</p><p>not measured</p>'
    else:
        rest = ", ".join(
            f"{count} {word}"
            for (_, count), word in zip(
                counts[1:], ("aim missed", "failed", "not measured"), strict=True
            )
            if count
        )
        told = (
            f'<p class="big">{report.count("pass", part)} of {judged}</p>{gate_bar(counts)}'
            f"<p>gates passed{f'; {rest}' if rest else ''}</p>"
        )
    return f'<section class="card"><h3>{title}</h3><small>{what}</small>{told}</section>'


def _since(report: KpiReport, found: Sequence[Change], last: Mapping[str, Any] | None) -> str:
    if last is None:
        return (
            "<h2>Since the last report</h2>"
            '<p class="lede">This one was compared with none (<code>--against</code>).</p>'
        )
    worse = regressed(found)
    by = {o: [c for c in found if c.outcome == o] for o in ("better", "not comparable", "gone")}
    told = f"{len(worse)} regression{'' if len(worse) == 1 else 's'}" if worse else "No regression"
    rest = ", ".join(f"{len(of)} {outcome}" for outcome, of in by.items() if of)
    others = changes_table([c for of in by.values() for c in of], report.rows)
    more = f'<details class="more"><summary>{rest}</summary>{others}</details>' if rest else ""
    return (
        f"<h2>Since the last report: {told.lower()}</h2>"
        f'<p class="lede">Against version {escape(str(last.get("version")))}, commit'
        f" {escape(str(last.get('commit')))}, {escape(str(last.get('date')))}. Compared where"
        " machine, tempo and tunes are the same; a step counts where it is larger than the"
        " slack in the definition of its figure, which is in the JSON.</p>"
        f"{changes_table(worse, report.rows)}{more}"
    )


def _bench(report: KpiReport, steps: Steps) -> str:
    bench = report.inputs.bench
    if bench is None:
        return ""
    first = bench["runs"][0]
    how = "The jam played into memory, and only its own log was read."
    if bench["backend"] == "jack":
        how = (
            f"Another program comps for {first['comping_seconds']:g} s at each tempo, then strikes"
            f" a chord out of silence {first['triggers']} times, and counts frames at its own JACK"
            " ports. What only the stage knows is read from its log."
        )
    drawn = "".join(
        f'<h3 class="part">{part["bpm"]:g} bpm</h3>{_strips(report, part)}'
        for part in bench["runs"]
    )
    return (
        f'<h2>{PARTS["bench"][0]}</h2><p class="lede">{how}</p>{_busy(bench)}'
        f"{bench_table(report, steps)}{drawn}"
    )


def _strips(report: KpiReport, part: Mapping[str, Any]) -> str:
    """The latencies of one tempo, the first notes as the other program heard them."""
    figures = dict(part["session"])
    figures |= {"ttfn_ms": part["ttfn_ms"]} if "ttfn_ms" in part else {}
    samples = samples_of(report.inputs, "bench", f"{part['bpm']:g} bpm")
    return f'<div class="tight">{timings(figures, samples, LIMITS_MS)}</div>'


def _session(report: KpiReport, steps: Steps) -> str:
    session = report.inputs.session
    if session is None:
        return ""
    minutes = session.figures["seconds"] / 60.0
    notice = f'<p class="notice">{escape(session.notice)}</p>' if session.notice else ""
    return (
        f"<h2>{PARTS['session'][0]}: {minutes:.1f} minutes</h2>"
        f'<p class="lede">{escape(session.title)}. {escape(session.headline)}</p>{notice}'
        f"{judged_table(report.of('session'), steps)}"
        '<h3 class="part">How they are spread</h3>'
        f'<div class="tight">{timings(session.figures, session.samples_ms)}</div>'
    )


def _exam(report: KpiReport, steps: Steps) -> str:
    exam = report.inputs.exam
    if exam is None:
        return ""
    asked = {PEOPLE: PEOPLE, exam["model"][:9]: exam["model"], MARKOV: MARKOV, RULE: RULE}
    soloists = {name: who for name, who in asked.items() if who in exam["soloists"]}
    boxes = []
    for figure in HUMAN_FIGURES:
        if figure.figure not in DOTS:
            continue
        rows = [(name, _values(exam, who, figure.figure)) for name, who in soloists.items()]
        drawing = dot_rows(rows, figure.top, figure.label)
        boxes.append(
            f'<section class="card"><h3>{figure.label}</h3><small>{figure.meaning}</small>'
            f"{drawing}</section>"
        )
    return (
        f"<h2>{PARTS['exam'][0]}: {escape(exam['model'])}</h2>"
        f'<p class="lede">{exam["settings"]["excerpts"]} held-out tunes. The model hears the hands'
        " only as they play, and is measured by the same code as the person who played the same"
        f" bars, and as a Markov chain and a rule that did.</p>"
        f"{exam_table(report.of('exam'), steps, exam)}"
        '<h3 class="part">Every tune, beside people</h3>'
        '<p class="lede">A dot is one tune, the band the middle half, the stroke the median.</p>'
        f'<div class="timings">{"".join(boxes)}</div>'
    )


def _values(exam: Mapping[str, Any], who: str, figure: str) -> list[float]:
    found = (figure_at(row, figure) for row in exam["excerpts"] if row["soloist"] == who)
    return [value for value in found if value is not None]


def _beside(beside: Mapping[str, Any] | None) -> str:
    if beside is None:
        return ""
    return (
        f'<h2>Side by side</h2><p class="lede">{escape(beside["how"])}</p>{_busy(beside)}'
        f"{beside_table(beside)}"
    )


def _busy(run: Mapping[str, Any]) -> str:
    warning = busy(run.get("machine") or {})
    return f'<p class="notice">{escape(warning)}</p>' if warning else ""
