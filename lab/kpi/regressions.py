"""What changed since the last KPI report, and which of it is a step back.

Two values are compared only where their conditions are the same: another machine, tempo or set of
tunes is no news about the program. A change counts where it is larger than runs of one program
differ by (`slack` and `share` of the figure) and leaves the value's own interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from jambot.evaluation.figures import figure_of
from lab.kpi.report import Kpi

Outcome = Literal["worse", "better", "same", "new", "gone", "not comparable"]


@dataclass(frozen=True, slots=True)
class Change:
    """A row beside its last value; `why` says it where the two cannot be compared."""

    id: str
    outcome: Outcome
    value: float | None
    last: float | None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def changes(rows: Sequence[Kpi], last: Mapping[str, Any]) -> list[Change]:
    """Every row of this report and of the last one, in this one's order, what is gone at the end.

    A gate that passed and fails now, under the same conditions, is worse however small the step; so
    is a figure that was measured and is not any more.
    """
    before = {row["id"]: row for row in last["rows"]}
    found = [_change(row, before.pop(row.id, None)) for row in rows]
    gone = [
        Change(id, "gone", None, row["value"], "not in this report") for id, row in before.items()
    ]
    return found + gone


def regressed(found: Sequence[Change]) -> list[Change]:
    """The steps back."""
    return [change for change in found if change.outcome == "worse"]


def _change(row: Kpi, before: Mapping[str, Any] | None) -> Change:
    if before is None:
        return Change(row.id, "new", row.value, None)
    last = before["value"]
    if last is None and row.value is None:
        return Change(row.id, "same", None, None)
    if last is None:
        return Change(row.id, "new", row.value, None, "not measured the last time")
    if row.value is None:
        return Change(row.id, "worse", None, last, "measured the last time, not now")
    if before["conditions"] != row.conditions:
        why = f"then {before['conditions']}; now {row.conditions}"
        return Change(row.id, "not comparable", row.value, last, why)
    if (before["verdict"], row.verdict) == ("pass", "fail"):
        return Change(row.id, "worse", row.value, last, "the gate passed the last time")
    return Change(row.id, _outcome(row, last), row.value, last)


def _outcome(row: Kpi, last: float) -> Outcome:
    known = figure_of(row.figure)
    assert row.value is not None
    step = last - row.value if known.more_is_better else row.value - last
    usual = max(known.slack, known.share * abs(last))
    within = row.interval is not None and row.interval[0] <= last <= row.interval[1]
    if within or abs(step) <= usual:
        return "same"
    return "worse" if step > 0 else "better"
