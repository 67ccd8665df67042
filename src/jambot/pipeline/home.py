"""The folder to take home: what plays, what it was trained from, what it sounds like, one page.

::

    report.html                what was made, how long it took, what it came to
    models/<run>/              ONNX, for `jambot jam --adapter`
    checkpoints/<run>/         the best weights, or the adapter
    logs/<run>/                log.jsonl and TensorBoard's files
    exams/<run>/               the exam, page and JSON
    samples/<run>/             solos: MIDI, WAV, piano rolls
    sha256.txt                 every file's digest, for `sha256sum -c`
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from jambot.pipeline.home_page import write_page
from jambot.pipeline.steps import Report
from jambot.storage import Replacement, file_digest, sweep
from jambot.training.config import TrainConfig

PLACES = (
    ("best", "checkpoints/{}"),
    ("export/{}", "models/{}"),
    ("tensorboard", "logs/{}/tensorboard"),
    ("log.jsonl", "logs/{}/log.jsonl"),
    ("exam", "exams/{}"),
    ("samples", "samples/{}"),
)
"""Where each thing of a run lies, and where it goes."""


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
