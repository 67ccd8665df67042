"""What a report says, before it is drawn or written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jambot.evaluation.drawing.piano_roll import Roll
from jambot.evaluation.figures import FIGURES
from jambot.evaluation.gates import Judged, judge
from jambot.evaluation.headline import HeadlineAnswer, answers, headline

Kind = Literal["session", "file", "benchmark"]

NAMES = tuple(dict.fromkeys(figure.path.partition(".")[0] for figure in FIGURES))
"""Every figure of a report, in the table's order; null where it was not measured."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found out about one session, file or benchmark.

    `figures` go into `report.json` as they are; `samples_ms` holds the single latencies that are
    drawn; `rolls` are titled piano rolls.
    """

    kind: Kind
    title: str
    figures: dict[str, Any]
    samples_ms: Mapping[str, Sequence[float]] = field(default_factory=dict)
    rolls: tuple[tuple[str, Roll], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
    notice: str = ""

    @property
    def gates(self) -> list[Judged]:
        """The gates that concern this kind of report, judged."""
        return judge(self.figures, self.kind)

    @property
    def headline(self) -> str:
        """The report in one sentence."""
        return headline(self.figures, self.kind, self.gates)

    @property
    def answers(self) -> list[HeadlineAnswer]:
        """The pianist's questions, answered."""
        return answers(self.figures, self.kind)

    def as_dict(self) -> dict[str, Any]:
        """`report.json`: the figures at the top level under their own names, then the rest."""
        figures = dict.fromkeys(NAMES) | self.figures
        return {
            "kind": self.kind,
            "title": self.title,
            "headline": self.headline,
            **figures,
            "gates": [row.as_dict() for row in self.gates],
            "settings": dict(self.settings),
            "machine": dict(self.machine),
        }
