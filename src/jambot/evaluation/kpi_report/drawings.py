"""Drawings of the KPI page: every tune as a dot, and the verdicts as one bar."""

from collections.abc import Sequence
from html import escape
from statistics import quantiles

from jambot.evaluation.drawing.charts import WIDTH


def dot_rows(rows: Sequence[tuple[str, Sequence[float]]], top: float, name: str) -> str:
    """One row of dots for each (name, values), from 0 to `top`, its quartiles as a band behind.

    A dot is half seen through, so that many on one place show as one dark place. Rows of the same
    drawing have the same scale; no values give an empty string.
    """
    shown = [(who, sorted(values)) for who, values in rows if values]
    if not shown:
        return ""
    top = max(top, *(values[-1] * 1.02 for _, values in shown))
    left, right, step = 64.0, WIDTH - 8.0, 22.0

    def x(figure: float) -> float:
        return left + max(figure, 0.0) / top * (right - left)

    said = "; ".join(f"{escape(who)}, {len(values)} values" for who, values in shown)
    height = step * len(shown) + 16.0
    parts = [
        f'<svg class="dots" viewBox="0 0 {WIDTH:g} {height:g}" role="img"'
        f' aria-label="{name}: {said}">'
    ]
    for i, (who, values) in enumerate(shown):
        y = step * i + step / 2
        low, middle, high = quantiles(values, n=4) if len(values) > 1 else values * 3
        parts.append(
            f'<text class="axis" x="0" y="{y + 4:g}">{escape(who)}</text><g class="soloist{i}">'
            f'<rect class="band" x="{x(low):.1f}" y="{y - 8:g}"'
            f' width="{max(x(high) - x(low), 1):.1f}" height="16" rx="3"/>'
            + "".join(f'<circle cx="{x(v):.1f}" cy="{y:g}" r="3.2"/>' for v in values)
            + f'<path class="median" d="M{x(middle):.1f} {y - 9:g}v18"/></g>'
        )
    parts.append(f'<path class="floor" d="M{left:g} {height - 14:g}H{right:g}"/>')
    parts.append(f'<text class="axis" x="{left:g}" y="{height - 2:g}">0</text>')
    parts.append(
        f'<text class="axis" x="{right:g}" y="{height - 2:g}" text-anchor="end">{top:.3g}</text>'
    )
    return "".join([*parts, "</svg>"])


def gate_bar(counts: Sequence[tuple[str, int]]) -> str:
    """One bar cut by how often each verdict was given; nothing for nothing."""
    total = sum(count for _, count in counts)
    if not total:
        return ""
    parts, at = [], 0.0
    for verdict, count in counts:
        if count:
            width = count / total * WIDTH
            kind = verdict.replace(" ", "-")
            parts.append(
                f'<rect class="{kind}" x="{at:.1f}" width="{width - 2:.1f}" height="10" rx="3"/>'
            )
            at += width
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    return (
        f'<svg class="gatebar" viewBox="0 0 {WIDTH:g} 10" preserveAspectRatio="none" role="img"'
        f' aria-label="{said}">{"".join(parts)}</svg>'
    )
