"""Small SVG drawings for reports: how latencies are spread, and where a figure lies among people's.

Colours come from the page's style sheet by class; every drawing says in words what it shows.
"""

from collections.abc import Sequence
from html import escape

from jambot.evaluation.spread import Spread

WIDTH, STRIP_HEIGHT = 320.0, 84.0
BINS = 40
RANGE_WIDTH, RANGE_HEIGHT = 220.0, 26.0
MEANS_WIDTH, MEANS_LABEL, MEANS_LINE = 720.0, 240.0, 22.0


def latency_strip(samples_ms: Sequence[float], gate_ms: float | None, name: str) -> str:
    """A histogram of milliseconds with its gate as a line; no samples give an empty string.

    The axis starts at 0 and ends a little beyond the slowest sample, or at the gate where that is
    near; a gate that is far off is told at the right edge instead of squeezing the samples.
    """
    if not samples_ms:
        return ""
    slowest = max(samples_ms)
    shows_gate = gate_ms is not None and gate_ms <= max(slowest * 4.0, 1e-9)
    top = _round_up(max(slowest, gate_ms or 0.0) if shows_gate else slowest)
    counts = [0] * BINS
    for sample in samples_ms:
        counts[min(int(sample / top * BINS), BINS - 1)] += 1
    floor, most = STRIP_HEIGHT - 18.0, max(counts)
    parts = [
        f'<svg class="strip" viewBox="0 0 {WIDTH:g} {STRIP_HEIGHT:g}" role="img"'
        f' aria-label="{name}: {len(samples_ms)} samples, the slowest {slowest:.3g} ms">'
    ]
    step = WIDTH / BINS
    for i, count in enumerate(counts):
        if count:
            height = max(2.0, count / most * (floor - 8.0))
            parts.append(
                f'<rect class="bin" x="{i * step + 0.5:.1f}" y="{floor - height:.1f}"'
                f' width="{step - 1:.1f}" height="{height:.1f}" rx="1"/>'
            )
    parts.append(f'<path class="floor" d="M0 {floor:g}H{WIDTH:g}"/>')
    parts.append(f'<text class="axis" x="0" y="{STRIP_HEIGHT - 4:g}">0</text>')
    parts.append(_end_label(top, "ms"))
    if gate_ms is not None:
        parts.append(_gate_mark(gate_ms, top, floor, shows_gate))
    return "".join([*parts, "</svg>"])


def human_range(
    value: float, quartiles: tuple[float, float], top: float, name: str, said: str
) -> str:
    """A line from 0 to `top` with the middle half of people as a band and `value` as a dot."""
    top = max(top, value * 1.05)

    def x(figure: float) -> float:
        return 6.0 + figure / top * (RANGE_WIDTH - 12.0)

    low, high = quartiles
    middle = RANGE_HEIGHT / 2
    kind = "within" if low <= value <= high else "beyond"
    return (
        f'<svg class="range" viewBox="0 0 {RANGE_WIDTH:g} {RANGE_HEIGHT:g}" role="img"'
        f' aria-label="{name}: {said}">'
        f'<path class="floor" d="M6 {middle:g}H{RANGE_WIDTH - 6:g}"/>'
        f'<rect class="people" x="{x(low):.1f}" y="{middle - 6:g}"'
        f' width="{max(x(high) - x(low), 2):.1f}" height="12" rx="3"/>'
        f'<circle class="dot {kind}" cx="{x(value):.1f}" cy="{middle:g}" r="5"/></svg>'
    )


def intervals(spreads: Sequence[Spread], top: float, name: str, said: str) -> str:
    """One line a soloist, from 0 to `top`: quartiles thin, the median's interval thick, a dot."""
    top = max(top, *(spread.q3 * 1.05 for spread in spreads))

    def x(figure: float) -> float:
        return 6.0 + min(max(figure / top, 0.0), 1.0) * (RANGE_WIDTH - 12.0)

    height = 12.0 * len(spreads) + 4.0
    parts = [
        f'<svg class="spread" viewBox="0 0 {RANGE_WIDTH:g} {height:g}" role="img"'
        f' aria-label="{name}: {said}">'
        f'<path class="floor" d="M6 2V{height - 2:g}M{RANGE_WIDTH - 6:g} 2V{height - 2:g}"/>'
    ]
    for i, spread in enumerate(spreads):
        y = 8.0 + 12.0 * i
        parts.append(
            f'<g class="soloist{i}"><path class="thin" d="M{x(spread.q1):.1f} {y:g}'
            f'H{x(spread.q3):.1f}"/><path class="thick" d="M{x(spread.ci_low):.1f} {y:g}'
            f'H{x(spread.ci_high):.1f}"/><circle cx="{x(spread.median):.1f}" cy="{y:g}" r="4"/></g>'
        )
    return "".join([*parts, "</svg>"])


def means(
    rows: Sequence[tuple[str, float, float, float]],
    best: int,
    band: tuple[float, float] | None,
    name: str,
) -> str:
    """One line a row of (label, mean, low, high), the `best` marked, `band` behind all of them."""
    edges = [edge for _, _, *ends in rows for edge in ends] + list(band or ())
    least, most = min(edges), max(edges)
    margin = (most - least) * 0.05 or 0.05

    def x(figure: float) -> float:
        share = (figure - least + margin) / (most - least + 2 * margin)
        return MEANS_LABEL + share * (MEANS_WIDTH - MEANS_LABEL)

    height = MEANS_LINE * (len(rows) + 1)
    parts = [
        f'<svg class="means" viewBox="0 0 {MEANS_WIDTH:g} {height:g}" role="img"'
        f' aria-label="{escape(name)}: {len(rows)} means, the best {escape(rows[best][0])}">'
    ]
    floor = height - MEANS_LINE
    if band:
        low, high = (x(edge) for edge in band)
        parts.append(
            f'<rect class="people" x="{low:.1f}" y="0" width="{high - low:.1f}"'
            f' height="{floor:g}"/>'
        )
    for i, (label, mean, *ends) in enumerate(rows):
        y, (low, high) = MEANS_LINE * (i + 0.5), (x(end) for end in ends)
        parts.append(
            f'<text x="{MEANS_LABEL - 14:g}" y="{y + 4:g}" text-anchor="end">{escape(label)}</text>'
            f'<g class="soloist{0 if i == best else 1}"><path class="thick" d="M{low:.1f} {y:g}'
            f'H{high:.1f}"/><circle cx="{x(mean):.1f}" cy="{y:g}" r="5"/></g>'
        )
    for edge in (least, most):
        parts.append(
            f'<text x="{x(edge):.1f}" y="{height - 6:g}" text-anchor="middle">{edge:.3f}</text>'
        )
    return "".join([*parts, "</svg>"])


def _end_label(top: float, unit: str) -> str:
    x, y = WIDTH, STRIP_HEIGHT - 4
    return f'<text class="axis" x="{x:g}" y="{y:g}" text-anchor="end">{top:g} {unit}</text>'


def _gate_mark(gate_ms: float, top: float, floor: float, on_axis: bool) -> str:
    if not on_axis:
        text = f"gate {gate_ms:g} ms →"
        return f'<text class="gate" x="{WIDTH:g}" y="10" text-anchor="end">{text}</text>'
    x = min(gate_ms / top * WIDTH, WIDTH - 1)
    side, anchor = (-4, "end") if x > WIDTH / 2 else (4, "start")
    return (
        f'<path class="gateline" d="M{x:.1f} 2V{floor:g}"/>'
        f'<text class="gate" x="{x + side:.1f}" y="10" text-anchor="{anchor}">'
        f"gate {gate_ms:g}</text>"
    )


def _round_up(figure: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten at or above `figure`."""
    if figure <= 0:
        return 1.0
    power = 10.0 ** int(f"{figure:e}".split("e")[1])
    return next(
        step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10, 15) if step * power >= figure * 0.9999
    )
