"""The page of a journey: its runs, their curves, what they came to, and what they sound like."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from jambot.evaluation.drawing.page import page, pairs
from jambot.pipeline.steps import Journal
from jambot.realtime.machine import this_machine
from jambot.training.config import TrainConfig
from jambot.training.trainer import read_bits

PARTS = ("all", "timing", "pitch", "duration", "velocity", "gap")
WIDTH, HEIGHT, POINTS = 600, 120, 200


def write_page(work: Path, runs: Sequence[TrainConfig], home: Path) -> Path:
    """Write `report.html` into `home`, where everything else lies already."""
    journal = Journal(work / "steps")
    took: dict[str, str] = {}
    for mark in sorted(journal.folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
        done = journal.of(mark.stem)
        if done:
            took[mark.stem.replace("_", " ", 1)] = f"{done.seconds:.1f} s"
    body = (
        '<p class="kind">JAM_BOT · Training</p>'
        f"<h1>{len(runs)} runs, from music to a player</h1>"
        f"{_table(runs)}{''.join(_run(run, home) for run in runs)}"
        f"{pairs('What each step took', took)}{pairs('Machine', this_machine())}"
    )
    path = home / "report.html"
    path.write_text(page("JAM_BOT · Training", body), encoding="utf-8")
    return path


def _table(runs: Sequence[TrainConfig]) -> str:
    """Held-out bits per note of each run's best, by part."""
    heads = "".join(f"<th>{part}</th>" for part in PARTS)
    rows = "".join(_row(run) for run in runs)
    return (
        "<h2>Held-out bits per note</h2><p class='lede'>Fewer is better; of the gap, more.</p>"
        f'<div class="sheet"><table class="stacked"><thead><tr><th>run</th><th>step</th>{heads}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(run: TrainConfig) -> str:
    found = read_bits(run.folder)
    if not found:
        return f"<tr><th>{escape(run.name)}</th><td>nothing was held out</td></tr>"
    step, bits = min(found, key=lambda one: run.loss.of_bits(one[1]))
    cells = "".join(f'<td class="number">{getattr(bits, part):.3f}</td>' for part in PARTS)
    return f'<tr><th>{escape(run.name)}</th><td class="number">{step}</td>{cells}</tr>'


def _run(run: TrainConfig, home: Path) -> str:
    name = escape(run.name)
    links = [
        f'<a href="{path.relative_to(home).as_posix()}">{said}</a>'
        for said, folder in (("exam", "exams"), ("solos", "samples"))
        for path in sorted((home / folder / run.name).glob("*.html"))
    ]
    sound = "".join(
        f'<p><audio controls preload="none" src="{path.relative_to(home).as_posix()}"></audio></p>'
        for path in sorted((home / "samples" / run.name).glob("*.wav"))[:2]
    )
    told = _exam(home / "exams" / run.name / "offline.json")
    return (
        f"<h2>{name}</h2><p class='lede'>{escape(told)}</p>{_curve(run)}"
        f"<p>{' · '.join(links)}</p>{sound}"
    )


def _exam(path: Path) -> str:
    if not path.is_file():
        return "no exam: nothing was held out"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return str(found["headline"])


def _curve(run: TrainConfig) -> str:
    """The loss over the steps as a line, no more than `POINTS` of them."""
    lines = (run.folder / "log.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "loss" in row]
    if not rows:
        return ""
    shown = rows[:: max(1, len(rows) // POINTS)]
    low, high = (pick(row["loss"] for row in rows) for pick in (min, max))
    scale = (HEIGHT - 10) / max(high - low, 1e-9)
    points = " ".join(
        f"{WIDTH * row['step'] / rows[-1]['step']:.1f},{5 + (high - row['loss']) * scale:.1f}"
        for row in shown
    )
    said = f"loss {rows[0]['loss']:.2f} to {rows[-1]['loss']:.2f} nats in {rows[-1]['step']} steps"
    return (
        f'<div class="sheet"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
        f"<small>{said}</small></div>"
    )
