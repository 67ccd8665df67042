"""Drawings of the KPI page: every tune as a dot, and the verdicts as one bar."""

from collections.abc import Sequence
from statistics import quantiles

from markupsafe import Markup

from jambot.evaluation.drawing.charts import WIDTH
from jambot.evaluation.drawing.svg import circle, element, path, rect, svg, text


def dot_rows(rows: Sequence[tuple[str, Sequence[float]]], top: float, name: str) -> Markup:
    """One row of dots for each (name, values), from 0 to `top`, its quartiles as a band behind.

    A dot is half seen through, so that many on one place show as one dark place. Rows of the same
    drawing have the same scale; no values give nothing.
    """
    shown = [(who, sorted(values)) for who, values in rows if values]
    if not shown:
        return Markup()
    top = max(top, *(values[-1] * 1.02 for _, values in shown))
    left, right, step = 64.0, WIDTH - 8.0, 22.0

    def x(figure: float) -> float:
        return left + max(figure, 0.0) / top * (right - left)

    height, parts = step * len(shown) + 16.0, []
    for i, (who, values) in enumerate(shown):
        y = step * i + step / 2
        low, middle, high = quantiles(values, n=4) if len(values) > 1 else values * 3
        band = rect("band", x(low), y - 8, max(x(high) - x(low), 1.0), 16, 3)
        dots = [circle(x(value), y, 3.2) for value in values]
        median = path("median", f"M{x(middle):.1f} {y - 9:g}v18")
        parts += [text(0, y + 4, who), element("g", band, *dots, median, kind=f"soloist{i}")]
    return svg(
        "dots", WIDTH, height,
        f"{name}: " + "; ".join(f"{who}, {len(values)} values" for who, values in shown),
        *parts,
        path("floor", f"M{left:g} {height - 14:g}H{right:g}"),
        text(left, height - 2, "0"),
        text(right, height - 2, f"{top:.3g}", anchor="end"),
    )  # fmt: skip


def gate_bar(counts: Sequence[tuple[str, int]]) -> Markup:
    """One bar cut by how often each verdict was given; nothing for nothing."""
    total = sum(count for _, count in counts)
    if not total:
        return Markup()
    parts, at = [], 0.0
    for verdict, count in counts:
        width = count / total * WIDTH
        if count:
            parts.append(rect(verdict.replace(" ", "-"), at, 0, width - 2, 10, 3))
        at += width
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    return svg("gatebar", WIDTH, 10, said, *parts, preserveAspectRatio="none")
