"""What the stage must reach and where it should get to, and how far a benchmark run came."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from jambot.evaluation.gates import SIGNS, figure_at

Reached = Literal["aim", "must", "missed", "not measured"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row: the figure that must be `at` a limit, and the one that says whether the aim is met.

    Figures are dotted paths into a run. `must` None: there is only an aim. `bpm`: asked at this
    tempo alone.
    """

    name: str
    figure: str
    at: Literal["<=", ">="]
    must: float | None
    aimed: str
    aim: float
    unit: str = "ms"
    bpm: float | None = None

    @property
    def asks(self) -> str:
        """Limit and aim in symbols: `p95 ≤ 80, p99 ≤ 20`."""
        sign = SIGNS[self.at]
        must = "" if self.must is None else f"{_last(self.figure)}{sign} {self.must:g}"
        aim = f"{_last(self.aimed)}{sign} {self.aim:g}"
        return f"{must}, {aim}".removeprefix(", ")


HALF_A_FRAME_MS = 0.0105
"""A message is on its frame: rounding alone, at 48 kHz."""
TABLE = (
    Wanted("first note", "ttfn_ms.p95", "<=", 80, "ttfn_ms.p99", 20),
    Wanted(
        "new chord in the plan", "session.chord_heard_ms.p95", "<=", 250,
        "session.chord_heard_ms.p95", 60,
    ),
    Wanted(
        "first note on it, rests included", "session.chord_response_ms.p95", "<=", 250,
        "session.chord_response_ms.p95", 60,
    ),
    Wanted("stale notes", "session.stale_notes", "<=", None, "session.stale_notes", 0, ""),
    Wanted(
        "jitter", "session.jitter_ms.p99", "<=", 1, "session.jitter_ms.p99", HALF_A_FRAME_MS,
    ),
    Wanted(
        "lookahead", "session.lookahead_bars.p01", ">=", 1, "session.lookahead_bars.min", 1, "bars",
    ),
    Wanted("16ths with a plan", "session.isr", ">=", 0.99, "session.isr", 0.999, ""),
    Wanted("underruns", "session.underruns", "<=", 0, "session.underruns", 0, ""),
    Wanted("stuck notes", "stuck_notes", "<=", 0, "stuck_notes", 0, ""),
    Wanted("processor, share of a core", "cpu_share", "<=", 0.5, "cpu_share", 0.25, "", 120.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What a run came to; `aimed` is the figure that the aim is about."""

    name: str
    asks: str
    value: float | None
    aimed: float | None
    reached: Reached

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def judge_stage(run: Mapping[str, Any], table: Sequence[Wanted] = TABLE) -> list[Row]:
    """Every row of the table that is asked at the run's tempo."""
    return [_row(wanted, run) for wanted in table if wanted.bpm in (None, run.get("bpm"))]


def _row(wanted: Wanted, run: Mapping[str, Any]) -> Row:
    value, aimed = figure_at(run, wanted.figure), figure_at(run, wanted.aimed)
    reached: Reached = "not measured"
    if value is not None and aimed is not None:
        if _holds(aimed, wanted.at, wanted.aim):
            reached = "aim"
        elif wanted.must is None or not _holds(value, wanted.at, wanted.must):
            reached = "missed"
        else:
            reached = "must"
    return Row(wanted.name, f"{wanted.asks} {wanted.unit}".strip(), value, aimed, reached)


def _holds(value: float, at: str, limit: float) -> bool:
    return value <= limit if at == "<=" else value >= limit


def _last(path: str) -> str:
    """The percentile a path ends in, with a blank, or nothing."""
    last = path.rpartition(".")[2]
    return f"{last} " if last in ("p50", "p95", "p99", "p01", "min", "max") else ""
