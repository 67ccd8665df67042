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

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from jambot.model.folder import Replacement
from jambot.pipeline.home_page import write_page
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


def gather(work: Path, runs: Sequence[TrainConfig], home: Path) -> None:
    """Make `home` of what `runs` left, whole, in place of what stood there."""
    with Replacement(home) as new:
        for run in runs:
            for there, here in PLACES:
                _copy(run.folder / there.format(run.name), new / here.format(run.name))
        write_page(work, runs, new)
        files = sorted(path for path in new.rglob("*") if path.is_file())
        lines = [f"{_digest(path)}  {path.relative_to(new).as_posix()}\n" for path in files]
        (new / "sha256.txt").write_text("".join(lines), encoding="utf-8")


def _copy(there: Path, here: Path) -> None:
    here.parent.mkdir(parents=True, exist_ok=True)
    if there.is_dir():
        shutil.copytree(there, here)
    elif there.is_file():
        shutil.copy2(there, here)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
