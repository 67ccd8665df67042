"""The KPI report: everything measured in one list, judged, beside the last report and the world."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from jambot.evaluation.figures import FIGURES, Figure, figure_of
from jambot.evaluation.gates import BenchRow, Judged, Reached, judge, judge_bench
from lab.kpi.inputs import Inputs, Samples
from lab.kpi.published import PUBLISHED

Part = Literal["bench", "session", "exam"]
Verdict = Literal["pass", "fail", "nearly", "not measured"]
REACHED: Mapping[Reached, tuple[Verdict, str]] = {
    "aim": ("pass", "the aim too"),
    "must": ("pass", "not the aim yet"),
    "missed": ("fail", ""),
    "not measured": ("not measured", ""),
}
SPREAD_TWICE = {
    "bits_per_note.pitch": "bits_per_note.ci.pitch",
    "bits_per_note.all_12": "bits_per_note.ci.all_12",
    "chord_swap.gap_bits": "chord_swap.gap_bits_ci",
    "realism_auc.raw": "realism_auc.raw_ci",
    "realism_auc.pitch": "realism_auc.pitch_ci",
    "realism_auc.texture": "realism_auc.texture_ci",
    "agreement.top1": "agreement.top1_ci",
    "agreement.kl_mean": "agreement.kl_mean_ci",
}
"""Where an exam keeps the interval of a figure; medians have theirs with the soloists."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure as measured once: in which part, under which setting, and what came of it.

    `conditions` is what must be the same for two values to be compared. `interval` is the 95 %
    bootstrap interval where there is one. `nearly`: only an aim was set, and it was missed.
    """

    part: Part
    setting: str
    figure: str
    value: float | None
    unit: str
    asks: str
    verdict: Verdict
    note: str = ""
    interval: tuple[float, float] | None = None
    conditions: str = ""

    @property
    def id(self) -> str:
        """Names the row from report to report: `bench/120 bpm/ttfn_ms.p95`."""
        return "/".join(filter(None, (self.part, self.setting, self.figure)))

    def as_dict(self) -> dict[str, Any]:
        """One row of `kpi.json`."""
        return {"id": self.id, "name": figure_of(self.figure).name, **asdict(self)}


@dataclass(frozen=True)
class KpiReport:
    """All rows, what they were made from, and when; `samples` are drawn, not written down."""

    rows: tuple[Kpi, ...]
    inputs: Inputs
    version: str
    commit: str | None
    date: str
    machine: Mapping[str, Any] = field(default_factory=dict)

    def of(self, part: Part, setting: str | None = None) -> list[Kpi]:
        """The rows of one part, or of one setting of it."""
        rows = (row for row in self.rows if row.part == part)
        return [row for row in rows if setting in (None, row.setting)]

    def count(self, verdict: Verdict, part: Part | None = None) -> int:
        """How many rows came to this, in all or in one part."""
        return sum(row.verdict == verdict and part in (None, row.part) for row in self.rows)

    @property
    def headline(self) -> str:
        """The whole report in one sentence."""
        judged = sum(self.count(verdict) for verdict in ("pass", "fail"))
        told = f"{self.count('pass')} of {judged} gates passed"
        failed, aims = self.count("fail"), self.count("nearly")
        left = self.count("not measured")
        told += f", {failed} failed" if failed else ""
        told += f", {aims} aim{'s' if aims > 1 else ''} missed" if aims else ""
        return f"{told}, {left} not measured." if left else f"{told}."

    def nearest(self, figure: str) -> Kpi | None:
        """Our row beside a published figure: as measured from outside where there is one."""
        same = [row for row in self.rows if figure_of(row.figure) == figure_of(figure)]
        return next((row for row in same if row.value is not None), None)

    def as_dict(self) -> dict[str, Any]:
        """`kpi.json`, without what a comparison with another report adds."""
        inputs = self.inputs
        return {
            "kind": "kpi",
            "headline": self.headline,
            "date": self.date,
            "version": self.version,
            "commit": self.commit,
            "machine": dict(self.machine),
            "missing": list(inputs.missing),
            "made_from": made_from(inputs),
            "rows": [row.as_dict() for row in self.rows],
            "definitions": {known.path: _defined(known) for known in FIGURES if known.limits},
            "published": [found.as_dict() for found in PUBLISHED],
            "side_by_side": inputs.beside,
        }


def kpi_report(
    inputs: Inputs, *, version: str, commit: str | None, date: str, machine: Mapping[str, Any]
) -> KpiReport:
    """Judge everything that was found."""
    rows = (*_bench(inputs), *_session(inputs), *_exam(inputs))
    return KpiReport(rows, inputs, version, commit, date, machine)


def made_from(inputs: Inputs) -> dict[str, dict[str, Any]]:
    """What each part was taken with: dates, commits, machines and settings, never a path."""
    told: dict[str, dict[str, Any]] = {}
    if bench := inputs.bench:
        head = {k: bench.get(k) for k in ("date", "version", "commit", "adapter", "backend")}
        tempi = [f"{part['bpm']:g}" for part in bench["runs"]]
        first = bench["runs"][0]
        lengths = {k: first.get(k) for k in ("comping_seconds", "triggers")}
        told["bench"] = {**head, "bpm": ", ".join(tempi), **lengths, **dict(bench["machine"])}
    if session := inputs.session:
        wanted = ("version", "adapter", "backend", "bpm", "response", "clock", "seed")
        head = {k: session.settings[k] for k in wanted if k in session.settings}
        told["session"] = {"seconds": session.figures["seconds"], **head, **session.machine}
    if exam := inputs.exam:
        settings = exam["settings"]
        head = {k: settings.get(k) for k in ("version", "source", "excerpts", "bars", "seed")}
        told["exam"] = {"model": exam["model"], **head, **exam["machine"]}
    return told


def _defined(figure: Figure) -> dict[str, Any]:
    """What a row of `kpi.json` is, how it is taken, and when a change of it is news."""
    names = ("name", "unit", "how", "more_is_better", "slack", "share")
    return {"what": figure.sentence, **{name: getattr(figure, name) for name in names}}


def _bench(inputs: Inputs) -> Iterator[Kpi]:
    bench = inputs.bench
    if bench is None:
        return
    where = _same(bench["machine"], ("system", "processor", "cores")) + f", {bench['backend']}"
    for run in bench["runs"]:
        for row in judge_bench(run):
            gate, (verdict, note) = row.gate, REACHED[row.reached]
            if gate.limit.must is None and row.reached == "missed":
                verdict, note = "nearly", "an aim, no gate"
            yield Kpi(
                "bench", f"{run['bpm']:g} bpm", gate.path, row.value, gate.unit, gate.both,
                verdict, _with_aim(row, note), conditions=where,
            )  # fmt: skip


def _session(inputs: Inputs) -> Iterator[Kpi]:
    session = inputs.session
    if session is None:
        return
    where = _same(session.machine, ("system", "processor"))
    where += f", {session.settings.get('backend')}, {session.settings.get('bpm')} bpm"
    for judged in session.gates:
        yield replace(_judged("session", judged), conditions=where)


def _exam(inputs: Inputs) -> Iterator[Kpi]:
    exam = inputs.exam
    if exam is None:
        return
    where = _same(exam["settings"], ("source", "bars", "excerpts"))
    here = f"{where}, {_same(exam['machine'], ('system', 'processor'))}"
    for judged in judge(exam, exam.get("kind", "exam")):
        figure = judged.gate.path
        yield replace(
            _judged("exam", judged),
            interval=_interval(exam, figure),
            conditions=here if figure.startswith("note_ms") else where,
        )


def _judged(part: Part, judged: Judged) -> Kpi:
    gate = judged.gate
    asks = f"{gate.asks}, aim {gate.aims}" if gate.aims else gate.asks
    note = judged.note
    if gate.aims and judged.value is not None and judged.verdict == "pass":
        note = REACHED["aim" if gate.meets_aim(judged.value) else "must"][1]
    return Kpi(part, "", gate.path, judged.value, gate.unit, asks, judged.verdict, note)


def _with_aim(row: BenchRow, note: str) -> str:
    """The figure that the aim is about, where it is another one: `p99 39.5, not the aim yet`."""
    if row.aimed is None or row.aimed == row.value:
        return note
    return f"{row.gate.aimed.rpartition('.')[2]} {row.aimed:.3g}" + (f", {note}" if note else "")


def _interval(exam: Mapping[str, Any], figure: str) -> tuple[float, float] | None:
    path = SPREAD_TWICE.get(figure)
    if path is not None:
        found: Any = exam
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return (float(found[0]), float(found[1])) if found else None
    spread = exam["soloists"][exam["model"]]["figures"].get(figure)
    return (float(spread["ci_low"]), float(spread["ci_high"])) if spread else None


def _same(found: Mapping[str, Any], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {found.get(name)}" for name in names)


def busy(machine: Mapping[str, Any]) -> str:
    """A sentence where the machine had more to do than it has cores, else nothing."""
    load, cores = machine.get("load"), machine.get("cores")
    if load is None or not cores or load <= cores:
        return ""
    return (
        f"The machine was busy with something else when this began (load {load:g} on {cores} cores"
        "): these are the figures of a busy machine."
    )


def samples_of(inputs: Inputs, part: Part, setting: str) -> Samples:
    """The single latencies behind the rows of a part, empty where none were kept."""
    if part == "bench":
        return inputs.samples.get(float(setting.split()[0]), {})
    return inputs.session.samples_ms if part == "session" and inputs.session else {}
