"""What a sweep found: every cell's score, which is best, and what each setting does by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import prod
from typing import Any

from jambot.evaluation.exam.human_band import inside
from jambot.evaluation.exam.results import Result
from lab.sweep.grid import Axes, Cell
from lab.sweep.score import Mean, Score, mean_over_tunes


@dataclass(frozen=True)
class Swept:
    """Results by cell, `base` among them, over the same bars as `people`; so far as played."""

    axes: Axes
    base: Cell
    score: Score
    people: Result
    results: Mapping[Cell, Result]
    settings: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_grid(self) -> list[Cell]:
        """The cells of the grid that have been played; the base only where it is one of them."""
        return [c for c in self.results if all(c.value(a) in v for a, v in self.axes.items())]

    @property
    def best(self) -> Cell:
        """The cell with the least score; the first of several, the base before the grid is."""
        return min(self.in_grid or [self.base], key=lambda cell: self.scores[cell].mean)

    @cached_property
    def scores(self) -> dict[Cell, Mean]:
        """The score of each cell."""
        return {c: mean_over_tunes(values, self._tunes) for c, values in self._values.items()}

    @cached_property
    def people_score(self) -> Mean:
        """The score of people over the same bars."""
        return mean_over_tunes(self._solo_scores(self.people), self._tunes)

    def from_base(self, cell: Cell) -> Mean:
        """By how much a cell's score is more than the base's, solo by solo."""
        return self._difference([cell], [self.base])

    def by_value(self, axis: str) -> list[tuple[Any, Mean, Mean]]:
        """What one axis does by itself: value, score, and what that is more than the best value's.

        Scores are of all cells of the grid with that value, once the whole grid is played; empty
        before, and for an axis of one value.
        """
        values = self.axes[axis]
        if len(values) < 2 or len(self.in_grid) < prod(len(v) for v in self.axes.values()):
            return []
        cells = {v: [c for c in self.in_grid if c.value(axis) == v] for v in values}
        means = {v: mean_over_tunes(*self._pooled(those)) for v, those in cells.items()}
        best = min(values, key=lambda value: means[value].mean)
        return [(v, means[v], self._difference(cells[v], cells[best])) for v in values]

    def as_dict(self) -> dict[str, Any]:
        """`sweep.json`."""
        return {
            "kind": "sweep",
            "score": {"name": self.score.name, "meaning": self.score.meaning},
            "best": self._row(self.best),
            "base": self._row(self.base),
            "people": {
                "score": asdict(self.people_score),
                "figures": {k: asdict(found) for k, found in self.people.spreads.items()},
            },
            "axes": {
                axis: [
                    {"value": v, "score": asdict(mean), "from_best": asdict(more)}
                    for v, mean, more in self.by_value(axis)
                ]
                for axis in self.axes
            },
            "cells": [self._row(cell) for cell in self.in_grid],
            "settings": dict(self.settings),
            "machine": dict(self.machine),
        }

    def _row(self, cell: Cell) -> dict[str, Any]:
        result = self.results[cell]
        within = inside(result.spreads, self.people.spreads)
        return {
            "turned": {axis: cell.value(axis) for axis in self.axes},
            "score": asdict(self.scores[cell]),
            "from_base": asdict(self.from_base(cell)),
            "solos": len(result.attempts),
            "silent": sum(not attempt.solo for attempt in result.attempts),
            "notes": sum(len(attempt.solo) for attempt in result.attempts),
            "inside_human_iqr": sum(within.values()),
            "figures": {k: asdict(found) for k, found in result.spreads.items()},
        }

    @cached_property
    def _values(self) -> dict[Cell, list[float]]:
        """The score of every solo."""
        return {cell: self._solo_scores(result) for cell, result in self.results.items()}

    @property
    def _tunes(self) -> list[str]:
        return [attempt.excerpt.tune for attempt in self.people.attempts]

    def _solo_scores(self, result: Result) -> list[float]:
        return [self.score.of(attempt, self.people.spreads) for attempt in result.attempts]

    def _pooled(self, cells: Sequence[Cell]) -> tuple[list[float], list[str]]:
        values = [value for cell in cells for value in self._values[cell]]
        return values, self._tunes * len(cells)

    def _difference(self, these: Sequence[Cell], those: Sequence[Cell]) -> Mean:
        more, tunes = self._pooled(these)
        less, _ = self._pooled(those)
        return mean_over_tunes([a - b for a, b in zip(more, less, strict=True)], tunes)
