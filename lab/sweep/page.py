"""A sweep as JSON, as a page, and as the tables that the terminal shows too."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from jambot.evaluation.drawing.page import page, write_report
from jambot.evaluation.drawing.sheet import EMPTY, Cell, Sheet
from jambot.evaluation.drawing.svg import circle, element, path, rect, svg, text
from jambot.evaluation.exam.human_band import SEVEN, inside
from jambot.evaluation.exam.results import Result
from jambot.evaluation.exam.tables import heads as heads_of
from lab.sweep.grid import Cell as Played
from lab.sweep.grid import said
from lab.sweep.score import DEAD_AIR, Mean
from lab.sweep.swept import Swept

AS_IT_IS, PEOPLE = "as it is", "people"
"""What the base is called where it is no cell of the grid; and who stands beside."""
MEANS_WIDTH, MEANS_LABEL, MEANS_LINE = 720.0, 240.0, 22.0


def write_sweep(swept: Swept, folder: Path) -> tuple[Path, Path]:
    """Write `sweep.json` and `sweep.html` into `folder` and give their paths."""
    return write_report(folder, "sweep", swept.as_dict(), sweep_page(swept), default=str)


def headline(swept: Swept) -> str:
    """The best cell, and whether it is surely better than the base."""
    best, score = name_of(swept, swept.best), swept.scores[swept.best]
    if swept.best == swept.base:
        return f"Best as it is: {swept.score.name} {score.mean:.3f}"
    more, base = swept.from_base(swept.best), swept.scores[swept.base]
    sure = "no better" if more.mean >= 0 else "surely better" if more.is_sure else "perhaps better"
    found = f"{swept.score.name} {score.mean:.3f}, {sure} than {AS_IT_IS} ({base.mean:.3f})"
    return f"Best of the grid: {best}, {found}"


def name_of(swept: Swept, cell: Played) -> str:
    """A cell by its place in the grid; the base, where that is outside it, by a word."""
    if cell == swept.base and cell not in swept.in_grid:
        return AS_IT_IS
    return cell.named(list(swept.axes))


def sheets(swept: Swept) -> list[Sheet]:
    """The cells' scores, each axis by itself, the cells' figures."""
    alone = (_alone(swept, axis) for axis in swept.axes)
    return [_scores(swept), *(sheet for sheet in alone if sheet.rows), _figures(swept)]


def _scores(swept: Swept) -> Sheet:
    """A row a cell: its score, and what that is more than the base's."""
    heads = (swept.score.name, "interval", f"more than {AS_IT_IS}", "interval", "silent solos")
    caption = (
        f"{swept.score.name}: {swept.score.meaning}. Means over the solos with their 95 % interval,"
        f" tunes resampled; the tick marks the best. Then what it is more than {AS_IT_IS}, solo by"
        " solo: ± where 0 lies in the interval."
    )
    rows = [(PEOPLE, (*_mean(swept.people_score), EMPTY, EMPTY, _silent(swept.people)))]
    for cell, result in swept.results.items():
        best = True if cell == swept.best else None
        more = (EMPTY, EMPTY) if cell == swept.base else _more(swept.from_base(cell))
        row = (*_mean(swept.scores[cell], best), *more, _silent(result))
        rows.append((name_of(swept, cell), row))
    return Sheet("The grid", caption, heads, tuple(rows))


def _figures(swept: Swept) -> Sheet:
    """A row a cell: the seven figures, and how many of them are inside people's middle half."""
    rows = [(PEOPLE, (*_medians(swept.people, {}), EMPTY))]
    for cell, result in swept.results.items():
        within = inside(result.spreads, swept.people.spreads)
        count = Cell(f"{sum(within.values())} of {len(within)}")
        rows.append((name_of(swept, cell), (*_medians(result, within), count)))
    caption = "Medians over the solos. A tick: inside the middle half of people on the same bars."
    return Sheet("The music", caption, (*heads_of(SEVEN), "inside"), tuple(rows))


def sweep_page(swept: Swept) -> str:
    """The whole page."""
    spread = swept.people.spreads.get(DEAD_AIR) if swept.score.name == DEAD_AIR else None
    return page(
        "sweep.html",
        Path(__file__).parent,
        swept=swept,
        headline=headline(swept),
        band=spread is not None,
        drawing=_drawing(swept, (spread.q1, spread.q3) if spread else None),
        alone=[_alone_drawn(swept, axis) for axis in swept.axes if swept.by_value(axis)],
        sheets=sheets(swept),
    )


def _alone(swept: Swept, axis: str) -> Sheet:
    """What one axis does, all cells with the same value taken together."""
    found = swept.by_value(axis)
    least = min((mean.mean for _, mean, _ in found), default=0.0)
    rows = tuple(
        (said(axis, value), (*_mean(mean, True if mean.mean == least else None), *_more(more)))
        for value, mean, more in found
    )
    caption = "All cells with this value together; then what it is more than the best value."
    heads = (swept.score.name, "interval", "more than the best", "interval")
    return Sheet(f"{axis.replace('_', ' ')} by itself", caption, heads, rows)


def _alone_drawn(swept: Swept, axis: str) -> Markup:
    found = swept.by_value(axis)
    rows = [(said(axis, value), mean.mean, mean.low, mean.high) for value, mean, _ in found]
    best = min(range(len(rows)), key=lambda i: rows[i][1])
    return means(rows, best, None, axis)


def _drawing(swept: Swept, band: tuple[float, float] | None) -> Markup:
    rows = [(name_of(swept, c), s.mean, s.low, s.high) for c, s in swept.scores.items()]
    return means(rows, list(swept.results).index(swept.best), band, swept.score.name)


def _medians(result: Result, within: Mapping[str, bool]) -> tuple[Cell, ...]:
    return tuple(
        Cell(f"{found.median:.{0 if name == 'range' else 3}f}", right=within.get(name))
        if (found := result.spreads.get(name))
        else EMPTY
        for name in SEVEN
    )


def _silent(result: Result) -> Cell:
    return Cell(str(sum(not attempt.solo for attempt in result.attempts)))


def _mean(found: Mean, best: bool | None = None) -> tuple[Cell, Cell]:
    return Cell(f"{found.mean:.4f}", right=best), Cell(f"{found.low:.3f}–{found.high:.3f}")


def _more(found: Mean) -> tuple[Cell, Cell]:
    if found.mean == found.low == found.high == 0:
        return EMPTY, EMPTY
    sure = "" if found.is_sure else " ±"
    return Cell(f"{found.mean:+.4f}{sure}"), Cell(f"{found.low:+.3f} to {found.high:+.3f}")


def means(
    rows: Sequence[tuple[str, float, float, float]],
    best: int,
    band: tuple[float, float] | None,
    name: str,
) -> Markup:
    """One line a row of (label, mean, low, high), the `best` marked, `band` behind all of them."""
    edges = [edge for _, _, *ends in rows for edge in ends] + list(band or ())
    least, most = min(edges), max(edges)
    margin = (most - least) * 0.05 or 0.05

    def x(figure: float) -> float:
        share = (figure - least + margin) / (most - least + 2 * margin)
        return MEANS_LABEL + share * (MEANS_WIDTH - MEANS_LABEL)

    floor = MEANS_LINE * len(rows)
    height = floor + MEANS_LINE
    parts = [rect("people", x(band[0]), 0, x(band[1]) - x(band[0]), floor, 0)] if band else []
    for i, (label, mean, low, high) in enumerate(rows):
        y = MEANS_LINE * (i + 0.5)
        whole = path("thick", f"M{x(low):.1f} {y:g}H{x(high):.1f}")
        mark = element("g", whole, circle(x(mean), y, 5), kind=f"soloist{0 if i == best else 1}")
        parts += [text(MEANS_LABEL - 14, y + 4, label, None, "end"), mark]
    parts += [text(x(edge), height - 6, f"{edge:.3f}", None, "middle") for edge in (least, most)]
    told = f"{name}: {len(rows)} means, the best {rows[best][0]}"
    return svg("means", MEANS_WIDTH, height, told, *parts)
