"""The gates: what a report must reach, and whether it did.

A gate that a report cannot decide (no samples, a clock moved by hand, a session too short) is "not
measured" and says why: it is never passed by silence. The limits stand in `figures`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jambot.evaluation.figures import FIGURES, LIVE, Figure, Figures, Limit, figure_at

Verdict = Literal["pass", "fail", "not measured"]
Reached = Literal["aim", "must", "missed", "not measured"]
UNDERRUN_MINUTES = 10.0
UNANSWERED_SHARE = 0.05
"""More triggers without an answer than this, and the 95th percentile is no number any more."""
SIGNS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit of one figure."""

    figure: Figure
    limit: Limit

    @property
    def path(self) -> str:
        """What is judged: `ttfn_ms.p95`."""
        return ".".join(filter(None, (self.figure.path, self.limit.at)))

    @property
    def meaning(self) -> str:
        """What is judged, in a few words."""
        return self.limit.meaning or self.figure.meaning

    @property
    def aimed(self) -> str:
        """What the aim is about: `ttfn_ms.p99`."""
        aim_at = self.limit.aim_at or self.limit.at
        return ".".join(filter(None, (self.figure.path, aim_at)))

    @property
    def unit(self) -> str:
        """The unit of limit and aim."""
        return self.figure.unit if self.limit.unit is None else self.limit.unit

    @property
    def asks(self) -> str:
        """The limit in symbols, empty without one: `≤ 120 ms`."""
        must = self.limit.must
        if must is None:
            return ""
        counts = must == 0 and "." not in self.path
        return f"{'=' if counts else self._sign} {must:g} {self.unit}".strip()

    @property
    def aims(self) -> str:
        """The aim in symbols, empty without one: `≤ 60`."""
        return "" if self.limit.aim is None else f"{self._sign} {self.limit.aim:g}"

    @property
    def both(self) -> str:
        """Limit and aim with their percentiles: `p95 ≤ 80 ms, aim p99 ≤ 20 ms`."""
        limit, unit = self.limit, self.unit
        must = "" if limit.must is None else f"{limit.at} {self._sign} {limit.must:g} {unit}"
        aim = self.aims and f"aim {limit.aim_at or limit.at} {self.aims} {unit}"
        return ", ".join(" ".join(part.split()) for part in (must, aim) if part)

    def holds(self, value: float) -> bool:
        """Whether the limit is reached; without one it is not."""
        return self._reached(value, self.limit.must)

    def meets_aim(self, value: float) -> bool:
        """Whether the aim is reached; without one it is not."""
        return self._reached(value, self.limit.aim)

    def _reached(self, value: float, limit: float | None) -> bool:
        if limit is None:
            return False
        return value >= limit if self.figure.more_is_better else value <= limit

    @property
    def _sign(self) -> str:
        return SIGNS[">=" if self.figure.more_is_better else "<="]


GATES = tuple(Gate(figure, limit) for figure in FIGURES for limit in figure.limits)


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate with what was found; `note` says why it is not measured, or what to bear in mind."""

    gate: Gate
    value: float | None
    verdict: Verdict
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """One row of `report.json`."""
        return {
            "name": self.gate.path,
            "asks": self.gate.asks,
            "aims": self.gate.aims,
            "value": self.value,
            "verdict": self.verdict,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class BenchRow:
    """What a run of the bench came to; `aimed` is the figure that the aim is about."""

    gate: Gate
    value: float | None
    aimed: float | None
    reached: Reached

    def as_dict(self) -> dict[str, Any]:
        """One row of the run's table, ready for JSON."""
        return {
            "name": self.gate.figure.head,
            "asks": self.gate.both,
            "value": self.value,
            "aimed": self.aimed,
            "reached": self.reached,
        }


def must(path: str, kind: str) -> float:
    """The limit that a report of this kind must keep. Raises KeyError where there is none.

    >>> must("ttfn_ms.p95", "session"), must("ttfn_ms.p95", "bench")
    (120, 80)
    """
    for gate in GATES:
        if gate.path == path and kind in gate.limit.kinds and gate.limit.must is not None:
            return gate.limit.must
    raise KeyError(path)


def limits_ms(kind: str) -> dict[str, float]:
    """The limits of latencies in reports of this kind, by figure, without their percentiles."""
    return {
        gate.figure.path: gate.limit.must
        for gate in GATES
        if gate.unit == "ms" and kind in gate.limit.kinds and gate.limit.must is not None
    }


def judge(figures: Figures, kind: str) -> list[Judged]:
    """Every gate that concerns this kind of report, decided on its figures."""
    return [_judged(gate, figures) for gate in GATES if kind in gate.limit.kinds]


def judge_bench(run: Mapping[str, Any]) -> list[BenchRow]:
    """Every gate of a bench that is asked at the run's tempo."""
    asked = [gate for gate in GATES if "bench" in gate.limit.kinds]
    return [_bench_row(gate, run) for gate in asked if gate.limit.bpm in (None, run.get("bpm"))]


def _bench_row(gate: Gate, run: Mapping[str, Any]) -> BenchRow:
    figures = run if gate.figure.outside else run.get("session") or {}
    value, aimed = figure_at(figures, gate.path), figure_at(figures, gate.aimed)
    reached: Reached = "not measured"
    if value is not None and aimed is not None:
        reached = "aim" if gate.meets_aim(aimed) else "must" if gate.holds(value) else "missed"
    return BenchRow(gate, value, aimed, reached)


def _judged(gate: Gate, figures: Figures) -> Judged:
    value = figure_at(figures, gate.path)
    obstacle = next((why for rule in _OBSTACLES if (why := rule(gate, figures))), "")
    if value is None:
        return Judged(gate, None, "not measured", obstacle or "nothing to measure in this report")
    reached = gate.holds(value)
    if gate.path == "ttfn_ms.p95" and (left := _unanswered(figures)):
        return Judged(gate, value, "fail", left)
    if obstacle and (reached or gate.path != "underruns"):
        return Judged(gate, value, "not measured", obstacle)
    return Judged(gate, value, "pass" if reached else "fail")


def _on_a_clock_moved_by_hand(gate: Gate, figures: Figures) -> str:
    of_the_machine = gate.limit.kinds == LIVE and gate.path != "stuck_notes"
    moved = of_the_machine and figures.get("realtime") is False
    return "the clock was moved by hand (--fast)" if moved else ""


def _waiting_for_a_line(gate: Gate, figures: Figures) -> str:
    response = figures.get("response", "now")
    waits = gate.path == "ttfn_ms.p95" and response != "now"
    return f"taken at response “now”; this one waited for the {response}" if waits else ""


def _too_short(gate: Gate, figures: Figures) -> str:
    minutes = float(figures.get("seconds", 0.0)) / 60.0
    short = gate.path == "underruns" and minutes < UNDERRUN_MINUTES - 0.05
    return (
        f"none in {minutes:.1f} min; the gate is taken over {UNDERRUN_MINUTES:g}" if short else ""
    )


def _micro_timed(gate: Gate, figures: Figures) -> str:
    bits = figures.get("bits_per_note") or {}
    finer = gate.path == "bits_per_note.all_12" and bits.get("off_12", 0.0) > 0.01
    return (
        "asked of solos on 12 places a beat (docs/kpi.md); these are micro-timed" if finer else ""
    )


_OBSTACLES: tuple[Callable[[Gate, Figures], str], ...] = (
    _on_a_clock_moved_by_hand,
    _waiting_for_a_line,
    _too_short,
    _micro_timed,
)


def _unanswered(figures: Figures) -> str:
    left = int(figures.get("unanswered_triggers", 0))
    asked = left + int(figures.get("ttfn_ms", {}).get("n", 0))
    if left <= UNANSWERED_SHARE * asked or figures.get("realtime") is False:
        return ""
    return f"{left} of {asked} triggers had no answer"
