"""How a training run ends: its guidance learnt by heart where that is asked, an int8 folder that
plays, an exam of it, and solos to listen to.

Nothing below may do this: `training` knows no `evaluation`.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from jambot.evaluation.exam.evaluate import ExamSettings, run_exam
from jambot.evaluation.exam.samples import write_samples
from jambot.model.export import export_checkpoint
from jambot.roles.sample import find_samples
from jambot.tokens import VOCABULARY
from jambot.training.config import TrainConfig
from jambot.training.run import Report, train
from jambot.training.team import Team

DONE = "finished.txt"
"""Holds the digest of the weights that export, exam and samples were made of."""
TEACHER = "teacher.txt"
"""Holds the digest of the weights whose guidance is learnt, and how much of it."""


def finish_run(config: TrainConfig, report: Report, say: Callable[[str], None]) -> None:
    """Make of the best of a run its `export`, `exam` and `samples`, unless they are made already.

    Where nothing is held out there is no exam, and no solos over it.
    """
    digest = _digest(config.folder / "best")
    mark = config.folder / DONE
    exported = config.folder / "export" / config.name
    done = mark.is_file() and mark.read_text(encoding="utf-8").strip() == digest
    if done and exported.is_dir():
        say(f"{config.name}: finished")
        return
    checkpoint, adapter = config.result
    if config.distillation.guidance:
        _learn_guidance(config, digest, report, say)
        checkpoint, adapter = config.guided.result
    export_checkpoint(
        checkpoint,
        exported,
        VOCABULARY.fingerprint,
        adapter=adapter,
        manner=config.manner,
    )
    say(f"{config.name}: plays as {exported}")
    if find_samples(Path(config.roles), "val"):
        _examine(config, exported, report, say)
    mark.write_text(digest + "\n", encoding="utf-8")


def _learn_guidance(
    config: TrainConfig, digest: str, report: Report, say: Callable[[str], None]
) -> None:
    """Go on with the run `guided` to its end; begun anew where the result is another."""
    guidance, run = config.distillation.guidance, config.guided
    run.folder.mkdir(parents=True, exist_ok=True)
    teacher, told = run.folder / TEACHER, f"{digest} {guidance}\n"
    same = teacher.is_file() and teacher.read_text(encoding="utf-8") == told
    teacher.write_text(told, encoding="utf-8")
    train(run, fresh=not same, report=report, say=say, team=Team.alone(), guidance=guidance)


def _examine(
    config: TrainConfig, exported: Path, report: Report, say: Callable[[str], None]
) -> None:
    settings = ExamSettings(
        models=(str(exported),),
        source=config.exam_source or None,
        bars=config.exam_bars,
        limit=config.exam_tunes or None,
    )
    exam, _, page = run_exam(
        Path(config.roles),
        config.folder / "exam",
        settings,
        lambda step, done, total: report(done + 1, total, step),
    )
    samples = write_samples(exam, config.folder / "samples")
    say(f"{config.name}: {exam.as_dict()['headline']}")
    say(f"{config.name}: exam {page}   solos {samples.page}")
    if samples.silent:
        say(f"{config.name}: no sound: {samples.silent}")


def _digest(folder: Path) -> str:
    """SHA-256 of whatever weights a checkpoint or adapter folder holds."""
    weights = sorted(folder.glob("*.safetensors"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in weights)).hexdigest()
