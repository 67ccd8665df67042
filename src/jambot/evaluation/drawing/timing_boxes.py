"""Latencies drawn: a box for each, with what it is, how it is spread, and where its gate stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from jambot.evaluation.drawing.charts import latency_strip
from jambot.evaluation.gates import GATES
from jambot.evaluation.headline import duration

TIMINGS = (
    ("ttfn_ms", "First note", "from asking (a key, the pedal, a pad) to the first solo note"),
    ("chord_response_ms", "New chord", "from a new chord to the first note that knows it"),
    ("chord_heard_ms", "Heard", "from a new chord until the plan was made knowing it"),
    ("chord_deaf_ms", "Old chord", "from a new chord to the last note that did not know it"),
    ("jitter_ms", "Jitter", "how far notes strayed from the time they were due"),
)
LIMITS_MS = {
    name: gate.limit
    for name, _, _ in TIMINGS
    for gate in GATES
    if gate.figure.startswith(f"{name}.")
}
"""Where the gate of each stands in a session."""


def timings(
    figures: Mapping[str, Any],
    samples_ms: Mapping[str, Sequence[float]],
    limits_ms: Mapping[str, float] = LIMITS_MS,
) -> str:
    """How latencies are spread, a box each with its gate; what was not taken is left out."""
    boxes = []
    for name, label, meaning in TIMINGS:
        summary = figures.get(name) or {}
        if not summary.get("n"):
            continue
        quantiles = "".join(
            f"<span>{q} <b>{duration(summary[q])}</b></span>" for q in ("p50", "p95", "p99", "max")
        )
        boxes.append(
            f'<section class="card"><h3>{label}</h3><small>{meaning} · {summary["n"]} taken</small>'
            f"{latency_strip(samples_ms.get(name, ()), limits_ms.get(name), label)}"
            f'<div class="quantiles">{quantiles}</div></section>'
        )
    return f'<div class="timings">{"".join(boxes)}</div>' if boxes else ""
