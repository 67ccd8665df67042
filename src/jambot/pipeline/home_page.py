"""The page of a journey: its runs, their curves, what they came to, and what they sound like."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from jambot.evaluation.drawing.charts import curve
from jambot.evaluation.drawing.page import page
from jambot.pipeline.steps import StepMarks
from jambot.realtime.machine import this_machine
from jambot.training.config import TrainConfig
from jambot.training.trainer import read_bits

PARTS = ("all", "timing", "pitch", "colour", "duration", "velocity", "gap")


def write_page(work: Path, runs: Sequence[TrainConfig], home: Path) -> Path:
    """Write `report.html` into `home`, where everything else lies already."""
    journal = StepMarks(work / "steps")
    took: dict[str, str] = {}
    for mark in sorted(journal.folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
        done = journal.of(mark.stem)
        if done:
            took[mark.stem.replace("_", " ", 1)] = f"{done.seconds:.1f} s"
    path = home / "report.html"
    made = page(
        "training.html",
        heads=PARTS,
        bits=[(run.name, _bits(run)) for run in runs],
        runs=[_run(run, home) for run in runs],
        took=took,
        machine=this_machine(),
    )
    path.write_text(made, encoding="utf-8")
    return path


def _bits(run: TrainConfig) -> list[str]:
    """The step of a run's best, and its held-out bits per note by part; nothing held out, none."""
    found = read_bits(run.folder)
    if not found:
        return []
    step, bits = min(found, key=lambda one: run.loss.of_bits(one[1]))
    return [str(step), *(f"{getattr(bits, part):.3f}" for part in PARTS)]


def _run(run: TrainConfig, home: Path) -> dict[str, Any]:
    links = [
        (path.relative_to(home).as_posix(), said)
        for said, folder in (("exam", "exams"), ("solos", "samples"))
        for path in sorted((home / folder / run.name).glob("*.html"))
    ]
    sounds = sorted((home / "samples" / run.name).glob("*.wav"))[:2]
    told, drawing = _curve(run)
    return {
        "name": run.name,
        "exam": _exam(home / "exams" / run.name / "offline.json"),
        "links": links,
        "sounds": [path.relative_to(home).as_posix() for path in sounds],
        "curve": drawing,
        "told": told,
    }


def _exam(path: Path) -> str:
    if not path.is_file():
        return "no exam: nothing was held out"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return str(found["headline"])


def _curve(run: TrainConfig) -> tuple[str, Markup]:
    """What became of the loss in words, and as a line over the steps."""
    lines = (run.folder / "log.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "loss" in row]
    if not rows:
        return "", Markup()
    told = f"loss {rows[0]['loss']:.2f} to {rows[-1]['loss']:.2f} nats in {rows[-1]['step']} steps"
    return told, curve([(row["step"], row["loss"]) for row in rows], told)
