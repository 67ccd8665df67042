"""From a role folder and a model's name to a written exam: what `jambot evaluate` does."""

from dataclasses import dataclass, field
from pathlib import Path

from jambot import __version__
from jambot.evaluation.copying import known_shapes
from jambot.evaluation.excerpts import BARS, held_out_excerpts
from jambot.evaluation.offline import Exam, Progress, examine, with_machine
from jambot.evaluation.offline_page import write_exam
from jambot.generation import SamplingSettings
from jambot.realtime.machine import this_machine
from jambot.realtime.main import load_model

WHOLE_BARS = 100_000
"""More bars than any tune has."""


@dataclass(frozen=True, slots=True)
class ExamSettings:
    """What is examined, and on what.

    `source` keeps the tunes of one corpus (None: all of them), `limit` takes that many, spread over
    the list; solos are `bars` long, while bits per note are taken on whole tunes.
    """

    adapter: str = "jazz"
    source: str | None = "wjd"
    bars: int = BARS
    limit: int | None = None
    seed: int = 1
    sampling: SamplingSettings = field(default_factory=SamplingSettings)


def run_exam(
    role_dir: Path, out: Path, settings: ExamSettings, progress: Progress | None = None
) -> tuple[Exam, Path, Path]:
    """Examine a model on the held-out tunes of `role_dir`; the exam, its JSON and its page.

    Raises DatasetError without held-out tunes, UsageError or CheckpointError without the model.
    """
    model = load_model(settings.adapter)
    asked = (role_dir, settings.bars, settings.source, settings.limit)
    excerpts = held_out_excerpts(*asked)
    whole = held_out_excerpts(role_dir, WHOLE_BARS, settings.source, settings.limit)
    exam = examine(
        excerpts,
        model,
        settings.sampling,
        seed=settings.seed,
        whole=whole,
        known=known_shapes(role_dir, settings.source),
        progress=progress,
    )
    described = {
        "version": __version__,
        "adapter": Path(settings.adapter).name,
        "source": settings.source,
        "bars": settings.bars,
    }
    exam = with_machine(exam, described, this_machine())
    return exam, *write_exam(exam, out)
