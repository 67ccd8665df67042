"""From a role folder and models' names to what the exams beside the exam found, written down."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jambot.errors import UsageError
from jambot.evaluation.exam.evaluate import ExamSettings, examined
from jambot.evaluation.exam.excerpts import held_out_excerpts
from jambot.evaluation.exam.offline import Progress
from jambot.training.material import Material
from lab.exams.odd_cases import OddSolo, play_odd_cases
from lab.exams.odd_cases_page import write_odd_cases
from lab.exams.recognition import Recognised, recognise_all
from lab.exams.recognition_page import write_recognition
from lab.exams.rolls import play_beside, write_rolls
from lab.exams.steering import Steered, measure_steering
from lab.exams.steering_page import write_steering


def run_steering(
    role_dir: Path,
    out: Path,
    settings: ExamSettings,
    progress: Progress = lambda step, done, total: None,
) -> tuple[dict[str, list[Steered]], Path]:
    """Turn every model's knobs over the same excerpts; what moved, and its JSON.

    Raises as `run_exam` does.
    """
    excerpts = held_out_excerpts(role_dir, settings.bars, settings.source, settings.limit)
    found: dict[str, list[Steered]] = {}
    for soloist in examined(settings):
        found[soloist.name] = measure_steering(soloist, excerpts, settings.seed, progress)
    return found, write_steering(found, out)


def run_recognition(
    role_dir: Path,
    out: Path,
    settings: ExamSettings,
    pianists: Mapping[str, Sequence[Material]],
    progress: Progress = lambda step, done, total: None,
) -> tuple[list[Recognised], str, Path]:
    """Which of the models play like their `pianists` (by the models' names), beside the first one.

    What was found, the first one's name, and the JSON. Raises as `run_exam` does, and UsageError
    for pianists of a model that is not examined, or of the first.
    """
    default, *others = examined(settings)
    named = {soloist.name: soloist for soloist in others}
    for name in pianists:
        if name not in named:
            wanted = ", ".join(named) or "a second --model"
            raise UsageError(f"pianists of {name}", wanted, "name the model as --model does")
    styles = {name: (named[name], tables) for name, tables in pianists.items()}
    excerpts = held_out_excerpts(role_dir, settings.bars, settings.source, settings.limit)
    found = recognise_all(
        default, styles, role_dir, settings.source, excerpts, settings.seed, progress
    )
    return found, default.name, write_recognition(found, out)


def run_rolls(
    role_dir: Path,
    out: Path,
    settings: ExamSettings,
    progress: Progress = lambda step, done, total: None,
) -> Path:
    """Draw every model's solos beside the person's; the page. Raises as `run_exam` does."""
    excerpts = held_out_excerpts(role_dir, settings.bars, settings.source, settings.limit)
    played = list(play_beside(list(examined(settings)), excerpts, settings.seed, progress))
    return write_rolls(played, out)


def run_odd_cases(
    out: Path, settings: ExamSettings, progress: Progress = lambda step, done, total: None
) -> tuple[dict[str, list[OddSolo]], Path, Path]:
    """Every model in every odd case; the solos, their JSON and their page."""
    found = {
        soloist.name: play_odd_cases(soloist, settings.seed, tell=progress)
        for soloist in examined(settings)
    }
    return found, *write_odd_cases(found, out)
