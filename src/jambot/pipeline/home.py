"""The folder to take home: what plays, what it was trained from, what it sounds like, one page.

::

    report.html                what was made, how long it took, what it came to
    models/<run>/              ONNX, for `jambot jam --adapter`
    checkpoints/<run>/         the best weights, or the adapter
    logs/<run>/                log.jsonl and TensorBoard's files
    exams/<run>/               the exam, page and JSON
    samples/<run>/             solos: MIDI, WAV, piano rolls
    sha256.txt                 every file's digest, for `sha256sum -c`

The page has the journey's runs, their curves, what they came to, and what they sound like.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from jambot.evaluation.drawing.charts import curve
from jambot.evaluation.drawing.page import page
from jambot.pipeline.steps import Report, StepMarks
from jambot.realtime.machine import this_machine
from jambot.storage import Replacement, file_digest, sweep
from jambot.training.config import TrainConfig
from jambot.training.trainer import read_bits

PLACES = (
    ("best", "checkpoints/{}"),
    ("export/{}", "models/{}"),
    ("tensorboard", "logs/{}/tensorboard"),
    ("log.jsonl", "logs/{}/log.jsonl"),
    ("exam", "exams/{}"),
    ("samples", "samples/{}"),
)
"""Where each thing of a run lies, and where it goes."""
PARTS = ("all", "timing", "pitch", "colour", "duration", "velocity", "gap")


def gather(work: Path, runs: Sequence[TrainConfig], home: Path, report: Report) -> None:
    """Make `home` of what `runs` left, whole, in place of what stood there."""
    sweep(home)
    belongings = [found for run in runs for found in _belongings(run)]
    with Replacement(home) as new:
        for number, (there, here) in enumerate(belongings, 1):
            (new / here).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(there, new / here)
            report(number, len(belongings), here.as_posix())

        write_page(work, runs, new)
        files = sorted(path for path in new.rglob("*") if path.is_file())
        lines = [f"{file_digest(path)}  {path.relative_to(new).as_posix()}\n" for path in files]
        (new / "sha256.txt").write_text("".join(lines), encoding="utf-8")


def _belongings(run: TrainConfig) -> Iterator[tuple[Path, Path]]:
    """Each file of a run that is carried away, and its place at home."""
    for there, here in PLACES:
        place, goal = run.folder / there.format(run.name), Path(here.format(run.name))
        if place.is_file():
            yield place, goal
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield path, goal / path.relative_to(place)


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
