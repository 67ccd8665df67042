"""Small SVG drawings for reports: how latencies are spread, and where a figure lies among people's.

Colours come from the page's style sheet by class; every drawing says in words what it shows.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from markupsafe import Markup

from jambot.evaluation.drawing.svg import circle, element, path, rect, svg, text
from jambot.evaluation.figures import People
from jambot.evaluation.spread import Spread

WIDTH, STRIP_HEIGHT = 320.0, 84.0
BINS = 40
CURVE_WIDTH, CURVE_HEIGHT, CURVE_POINTS = 600.0, 120.0, 200
BARS_WIDTH, BARS_HEIGHT, WIDEST_BAR = 360.0, 120.0, 40.0
RANGE_WIDTH, RANGE_HEIGHT = 220.0, 26.0


def latency_strip(samples_ms: Sequence[float], gate_ms: float | None, name: str) -> Markup:
    """A histogram of milliseconds with its gate as a line; no samples give nothing.

    The axis starts at 0 and ends a little beyond the slowest sample, or at the gate where that is
    near; a gate that is far off is told at the right edge instead of squeezing the samples.
    """
    if not samples_ms:
        return Markup()
    slowest = max(samples_ms)
    shows_gate = gate_ms is not None and gate_ms <= max(slowest * 4.0, 1e-9)
    top = _round_up(max(slowest, gate_ms or 0.0) if shows_gate else slowest)
    counts = [0] * BINS
    for sample in samples_ms:
        counts[min(int(sample / top * BINS), BINS - 1)] += 1
    floor, most, step = STRIP_HEIGHT - 18.0, max(counts), WIDTH / BINS
    heights = [max(2.0, count / most * (floor - 8.0)) if count else 0.0 for count in counts]
    return svg(
        "strip", WIDTH, STRIP_HEIGHT,
        f"{name}: {len(samples_ms)} samples, the slowest {slowest:.3g} ms",
        *(
            rect("bin", i * step + 0.5, floor - height, step - 1, height, 1)
            for i, height in enumerate(heights)
            if height
        ),
        path("floor", f"M0 {floor:g}H{WIDTH:g}"),
        text(0, STRIP_HEIGHT - 4, "0"),
        text(WIDTH, STRIP_HEIGHT - 4, f"{top:g} ms", anchor="end"),
        *(() if gate_ms is None else _gate_mark(gate_ms, top, floor, shows_gate)),
    )  # fmt: skip


def human_range(value: float, people: People, name: str, said: str) -> Markup:
    """A line from 0 with the middle half of people as a band and `value` as a dot."""
    top = max(people.top, value * 1.05)

    def x(figure: float) -> float:
        return 6.0 + figure / top * (RANGE_WIDTH - 12.0)

    low, high = x(people.low), x(people.high)
    middle = RANGE_HEIGHT / 2
    kind = "within" if people.low <= value <= people.high else "beyond"
    return svg(
        "range", RANGE_WIDTH, RANGE_HEIGHT, f"{name}: {said}",
        path("floor", f"M6 {middle:g}H{RANGE_WIDTH - 6:g}"),
        rect("people", low, middle - 6, max(high - low, 2.0), 12, 3),
        circle(x(value), middle, 5, f"dot {kind}"),
    )  # fmt: skip


def intervals(spreads: Sequence[Spread], top: float, said: str) -> Markup:
    """One line a soloist, from 0 to `top`: quartiles thin, the median's interval thick, a dot."""
    top = max(top, *(spread.q3 * 1.05 for spread in spreads))

    def x(figure: float) -> float:
        return 6.0 + min(max(figure / top, 0.0), 1.0) * (RANGE_WIDTH - 12.0)

    def line(kind: str, low: float, high: float, y: float) -> Markup:
        return path(kind, f"M{x(low):.1f} {y:g}H{x(high):.1f}")

    height = 12.0 * len(spreads) + 4.0
    edges = f"M6 2V{height - 2:g}M{RANGE_WIDTH - 6:g} 2V{height - 2:g}"
    lines = []
    for i, spread in enumerate(spreads):
        y = 8.0 + 12.0 * i
        thin = line("thin", spread.q1, spread.q3, y)
        thick = line("thick", spread.ci_low, spread.ci_high, y)
        dot = circle(x(spread.median), y, 4)
        lines.append(element("g", thin, thick, dot, kind=f"soloist{i}"))
    return svg("spread", RANGE_WIDTH, height, said, path("floor", edges), *lines)


def curve(points: Sequence[tuple[float, float]], said: str) -> Markup:
    """A line through (x, y) points from x = 0 on, no more than `CURVE_POINTS` of them.

    No points give nothing.
    """
    if not points:
        return Markup()
    shown = points[:: max(1, len(points) // CURVE_POINTS)]
    low, high = (pick(y for _, y in points) for pick in (min, max))
    scale = (CURVE_HEIGHT - 10) / max(high - low, 1e-9)
    told = " ".join(
        f"{CURVE_WIDTH * x / points[-1][0]:.1f},{5 + (high - y) * scale:.1f}" for x, y in shown
    )
    line = element("polyline", points=told, fill="none", stroke="currentColor", stroke_width=1.5)
    return svg("curve", CURVE_WIDTH, CURVE_HEIGHT, said, line)


def bars(title: str, counts: Mapping[str, int]) -> Markup:
    """A bar for each count, with its label and count as a tooltip; no counts give nothing."""
    if not counts:
        return Markup()
    top, step = max(counts.values()), min(BARS_WIDTH / len(counts), WIDEST_BAR)
    every = max(1, ceil(len(counts) * 42 / BARS_WIDTH))
    parts = []
    for i, (label, count) in enumerate(counts.items()):
        height = BARS_HEIGHT * count / top
        told = element("title", f"{label}: {count:,}")
        parts.append(rect(None, i * step, BARS_HEIGHT - height, step * 0.85, height, 0, told))
        if i % every == 0:
            parts.append(text((i + 0.4) * step, BARS_HEIGHT + 13, label[:9], None))
    return svg("bars", BARS_WIDTH, BARS_HEIGHT + 18, title, *parts, top=-2.0)


def _gate_mark(gate_ms: float, top: float, floor: float, on_axis: bool) -> tuple[Markup, ...]:
    if not on_axis:
        return (text(WIDTH, 10, f"gate {gate_ms:g} ms →", "gate", "end"),)
    x = min(gate_ms / top * WIDTH, WIDTH - 1)
    side, anchor = (-4, "end") if x > WIDTH / 2 else (4, "start")
    line = path("gateline", f"M{x:.1f} 2V{floor:g}")
    return line, text(x + side, 10, f"gate {gate_ms:g}", "gate", anchor)


def _round_up(figure: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten at or above `figure`."""
    if figure <= 0:
        return 1.0
    power = 10.0 ** int(f"{figure:e}".split("e")[1])
    return next(
        step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10, 15) if step * power >= figure * 0.9999
    )
