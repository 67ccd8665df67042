"""The command lines of the exams beside the exam."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.exam_screen import exam_bar, show_paths, show_sheet
from jambot.cli.option_groups import grouped, sampled
from jambot.cli.options import ExamOptions, ModelOptions, RoleDir
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.training.material import Material

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command()
@sampled
@grouped
def steering(
    *,
    sampling: "SamplingSettings",
    role_dir: RoleDir,
    exam: ExamOptions,
) -> None:
    """Turn every knob of a model over held-out tunes: what does each move?"""
    from lab.exams.run import run_steering
    from lab.exams.steering_page import steering_sheet

    settings = exam.settings(sampling)
    with exam_bar() as tell:
        found, figures = run_steering(role_dir, exam.out_dir, settings, tell)
    for who, turns in found.items():
        show_sheet(steering_sheet(who, turns))
    show_paths(figures)


@app.command("odd-cases")
@sampled
@grouped
def odd_cases(
    *,
    sampling: "SamplingSettings",
    exam: ModelOptions,
) -> None:
    """Play odd situations: very fast and very slow, three and five in a bar, no chords."""
    from lab.exams.odd_cases_page import odd_sheet
    from lab.exams.run import run_odd_cases

    settings = exam.settings(sampling, source=None)
    with exam_bar() as tell:
        found, figures, page = run_odd_cases(exam.out_dir, settings, tell)
    for who, solos in found.items():
        show_sheet(odd_sheet(who, solos))
    show_paths(figures, page)


@app.command()
@sampled
@grouped
def recognition(
    *,
    sampling: "SamplingSettings",
    role_dir: RoleDir,
    pianists: Annotated[
        list[str],
        typer.Option(
            metavar="MODEL=CONFIG", help="A model and its config. Repeat the option for more."
        ),
    ],
    exam: ExamOptions,
) -> None:
    """Ask whether a model plays like its config's pianists, beside the first model."""
    from lab.exams.recognition_page import recognition_sheet
    from lab.exams.run import run_recognition

    settings = exam.settings(sampling)
    asked = dict(_pianists_of(pair) for pair in pianists)
    with exam_bar() as tell:
        found, default, figures = run_recognition(role_dir, exam.out_dir, settings, asked, tell)
    show_sheet(recognition_sheet(found, default))
    show_paths(figures)


@app.command()
@sampled
@grouped
def rolls(
    *,
    sampling: "SamplingSettings",
    role_dir: RoleDir,
    exam: ExamOptions,
) -> None:
    """Draw every model's solos beside the person's own, tune by tune."""
    from lab.exams.run import run_rolls

    settings = exam.settings(sampling)
    with exam_bar() as tell:
        path = run_rolls(role_dir, exam.out_dir, settings, tell)
    show_paths(path)


def main(arguments: Sequence[str]) -> None:
    """Parse, run, print."""
    app(arguments, prog_name="python -m lab exams")


def _pianists_of(pair: str) -> "tuple[str, tuple[Material, ...]]":
    """`modern=configs/modern_lora.toml` as the model's name and the music of the config."""
    from jambot.training.config import TrainConfig

    name, _, path = pair.partition("=")
    if not name or not path:
        raise UsageError(f"--pianists {pair}", "MODEL=CONFIG", "name a model and its config")
    tables = TrainConfig.load(Path(path)).only
    if not tables:
        raise UsageError(f"{path}: no [[only]]", "whom the style learnt from", "see configs/")
    return name, tables
