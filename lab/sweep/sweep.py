"""Every cell of a grid plays the same bars by the same seeds: what `python -m lab sweep` does.

A cell's solos are kept as soon as the last of them is played (`cells/` in the output folder), and a
sweep that was cut off goes on after the last whole cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jambot import __version__
from jambot.errors import UsageError
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.offline import Progress
from jambot.evaluation.exam.results import ROOMS, Result, attempt, keep, kept, key_of
from jambot.evaluation.exam.soloists import PEOPLE, Soloist
from jambot.generation import LanguageModel
from jambot.music import Note
from jambot.realtime.machine import this_machine
from jambot.realtime.main import load_model, model_mark
from lab.sweep.grid import FIRST_GRID, Cell, cells_of, parse_grid
from lab.sweep.on_stage import solo_on_stage
from lab.sweep.page import write_sweep
from lab.sweep.score import DEAD_AIR, Score
from lab.sweep.swept import Swept
from lab.sweep.two_handed import continued, long_excerpts
from lab.sweep.work import in_order

PRIMER_BARS = 8
"""Enough of a person's bars for the longest primer of the first grid: 128 tokens are 32 notes."""
BARS = 16


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """What is turned, and on what it is heard.

    `grid` is as `parse_grid` reads it, and everything else is as `base` has it, which is played as
    well. Each cell plays `samples` solos of `bars` bars: over the held-out tunes of `source` (None:
    of all corpora) in turn, each time round by other seeds; None takes each tune once. Before each
    the person plays for `primer_bars`; on a stage (an axis `lookahead_bars`) there is no primer,
    and None means 0 there, `PRIMER_BARS` else. `jobs` processes play; `fresh` plays anew what was
    kept.
    """

    grid: tuple[str, ...] = FIRST_GRID
    base: Cell = field(default_factory=Cell)
    score: str = DEAD_AIR
    source: str | None = "wjd"
    bars: int = BARS
    primer_bars: int | None = None
    samples: int | None = None
    seed: int = 1
    jobs: int = 1
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    """One solo: of which cell, over which excerpt (as it is heard by that cell), by which seed."""

    cell: Cell
    excerpt: Excerpt
    seed: int


def run_sweep(
    role_dir: Path,
    out: Path,
    settings: SweepSettings,
    progress: Progress = lambda step, done, total: None,
) -> tuple[Swept, Path, Path]:
    """Play a grid over the held-out tunes of `role_dir`; the sweep, its JSON and its page.

    Both are written as soon as the first cell is done, and grow with each that follows. Raises
    UsageError for a grid, a score or a model that is none, DatasetError without tunes long enough.
    """
    axes, score = parse_grid(settings.grid), Score.named(settings.score)
    cells = list(dict.fromkeys([settings.base, *cells_of(settings.base, axes)]))
    marks = {cell.adapter: model_mark(cell.adapter) for cell in cells}
    primer_bars = _primer_bars(settings, cells)
    progress("reading the tunes", 0, 1)
    tunes = long_excerpts(role_dir, primer_bars + settings.bars, settings.source, settings.samples)
    wholes = [tunes[i % len(tunes)] for i in range(settings.samples or len(tunes))]
    heard = {
        split: [continued(whole, primer_bars, split) for whole in wholes]
        for split in dict.fromkeys(cell.split_pitch for cell in cells)
    }
    played = {cell: heard[cell.split_pitch] for cell in cells}
    keys = {
        cell: key_of(
            marks[cell.adapter],
            cell.as_dict(),
            settings.seed,
            repr(played[cell]),
            rooms=_rooms(cell),
        )
        for cell in cells
    }
    described: dict[str, Any] = {
        "version": __version__,
        **{k: v for k, v in asdict(settings).items() if k not in ("base", "jobs", "fresh")},
        "primer_bars": primer_bars,
        "base": settings.base.as_dict(),
        "tunes": len({tune.tune for tune in tunes}),
        "solos": len(tunes),
    }
    people = Result(PEOPLE, tuple(attempt(e, e.human) for e in next(iter(heard.values()))))
    results: dict[Cell, Result] = {}
    for cell, result in _results(played, keys, settings, out / "cells", progress):
        results[cell] = result
        swept = Swept(axes, settings.base, score, people, results, described, this_machine())
        written = write_sweep(swept, out)
    return swept, *written


def _primer_bars(settings: SweepSettings, cells: Sequence[Cell]) -> int:
    """Bars the person plays first. Raises UsageError where a stage would have to play them."""
    staged = any(cell.lookahead_bars is not None for cell in cells)
    if staged and settings.primer_bars:
        raise UsageError(
            f"--primer-bars {settings.primer_bars} with a lookahead",
            "0: on a stage a solo begins in silence",
            "leave --primer-bars or the lookahead out",
        )
    return (0 if staged else PRIMER_BARS) if settings.primer_bars is None else settings.primer_bars


def _rooms(cell: Cell) -> tuple[str, ...]:
    """What code its solos depend on."""
    here = (*ROOMS, "lab.sweep")
    return here if cell.lookahead_bars is None else (*here, "jambot.realtime")


def _results(
    played: Mapping[Cell, Sequence[Excerpt]],
    keys: Mapping[Cell, str],
    settings: SweepSettings,
    folder: Path,
    progress: Progress,
) -> Iterator[tuple[Cell, Result]]:
    """Each cell's result, kept or played now, in the order of the cells."""
    axes = list(parse_grid(settings.grid))
    names = {cell: cell.named(axes) for cell in played}
    found: dict[Cell, Result | None] = {}
    for cell, excerpts in played.items():
        path = folder / f"{keys[cell]}.json"
        found[cell] = None if settings.fresh else kept(names[cell], keys[cell], path, excerpts)
    tasks = [
        _Task(cell, excerpt, settings.seed + i)
        for cell, excerpts in played.items()
        if found[cell] is None
        for i, excerpt in enumerate(excerpts)
    ]
    done, total = 0, len(tasks)
    with closing(in_order(_play, tasks, settings.jobs)) as solos:
        for cell, excerpts in played.items():
            result = found[cell]
            if result is None:
                attempts = []
                for excerpt in excerpts:
                    progress(names[cell], done, total)
                    attempts.append(attempt(excerpt, next(solos)))
                    done += 1
                result = Result(names[cell], tuple(attempts), settings=cell.as_dict())
                keep(result, keys[cell], folder / f"{keys[cell]}.json")
            yield cell, result


def _play(task: _Task) -> tuple[Note, ...]:
    """One solo, in whatever process."""
    cell, excerpt = task.cell, task.excerpt
    if cell.lookahead_bars is not None:
        return solo_on_stage(excerpt, cell.adapter, cell.sampling, cell.lookahead_bars, task.seed)
    soloist = Soloist(cell.adapter, _model(cell.adapter), cell.sampling)
    return soloist.solo(excerpt, task.seed).notes


@cache
def _model(adapter: str) -> LanguageModel:
    return load_model(adapter)
