"""From a role folder and models' names to a written exam: what `jambot evaluate` does."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jambot import __version__
from jambot.evaluation.exam.copying import KnownLines
from jambot.evaluation.exam.excerpts import BARS, held_out_excerpts, training_solos
from jambot.evaluation.exam.offline import Exam, Progress, Questions, examine
from jambot.evaluation.exam.page import write_exam
from jambot.evaluation.exam.pitch_markov import PitchMarkov
from jambot.evaluation.exam.results import Result, keep, kept, key_of
from jambot.evaluation.exam.soloists import Soloist, markov, people, rule, trained, unguided
from jambot.evaluation.exam.voicings import KnownVoicings
from jambot.generation import SamplingSettings
from jambot.realtime.machine import this_machine
from jambot.realtime.main import load_model, model_mark

WHOLE_BARS = 100_000
"""More bars than any tune has."""


@dataclass(frozen=True, slots=True)
class ExamSettings:
    """Who is examined, and on what.

    The first of `models` is whom the exam is about, and is also heard without guidance; `reference`
    is an exported folder that it is compared with token by token (int8 against fp32). `source`
    keeps the tunes of one corpus (None: all of them), `limit` takes that many, spread over the
    list; solos are `bars` long, while bits per note are taken on whole tunes. `fresh` examines
    anew what was examined before.
    """

    models: tuple[str, ...] = ("piano",)
    reference: str | None = None
    source: str | None = "wjd"
    bars: int = BARS
    limit: int | None = None
    seed: int = 1
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    fresh: bool = False


def run_exam(
    role_dir: Path,
    out: Path,
    settings: ExamSettings,
    progress: Progress = lambda step, done, total: None,
) -> tuple[Exam, Path, Path]:
    """Examine models on the held-out tunes of `role_dir`; the exam, its JSON and its page.

    Both are written as soon as the first model is done, and grow with each that follows. Results
    are kept in `out` and taken up again where nothing that they depend on has changed.
    Raises DatasetError without held-out tunes, UsageError or CheckpointError without a model.
    """
    models = list(examined(settings))
    name = models[0].name
    if settings.sampling.guidance:
        models.insert(1, unguided(models[0]))
    reference = load_model(settings.reference) if settings.reference else None
    progress("reading the tunes", 0, 1)
    whole = held_out_excerpts(role_dir, WHOLE_BARS, settings.source, settings.limit)
    samples = list(training_solos(role_dir, settings.source))
    solos = [sample.target for sample in samples]
    pianists = [sample.target for sample in samples if sample.meta.player == "pianist"]
    asked = Questions(
        [excerpt.cropped(settings.bars) for excerpt in whole],
        whole,
        KnownLines(solos) if solos else None,
        settings.seed,
        reference,
        name,
        KnownVoicings(pianists) if pianists else None,
    )
    baselines = [people(), rule(), *([markov(PitchMarkov.trained(samples))] if samples else [])]
    described = {
        "version": __version__,
        **{name: value for name, value in asdict(settings).items() if name != "fresh"},
        "excerpts": len(whole),
    }
    results: dict[str, Result] = {}
    for soloist in [*baselines, *models]:
        results[soloist.name] = _result(soloist, asked, settings, out, progress)
        exam = Exam(dict(results), name, described, this_machine())
        if name in results:
            written = write_exam(exam, out)
    return exam, *written


def examined(settings: ExamSettings) -> Iterator[Soloist]:
    """The soloists that the settings name, with what tells their weights apart."""
    for name, model in zip(_names(settings.models), settings.models, strict=True):
        yield trained(name, load_model(model), settings.sampling, model_mark(model))


def _names(models: Sequence[str]) -> list[str]:
    """The models' last names; whole paths where those are not distinct."""
    short = [Path(model).name for model in models]
    return short if len(set(short)) == len(short) else list(models)


def _result(
    soloist: Soloist, asked: Questions, settings: ExamSettings, out: Path, progress: Progress
) -> Result:
    compared = settings.reference if soloist.name == asked.compared else None
    key = key_of(
        soloist.name, soloist.identity, asdict(soloist.sampling), settings.seed, settings.bars,
        model_mark(compared) if compared else None, settings.source,
        repr(asked.whole), asked.known.digest if asked.known else None,
        asked.voicings.digest if asked.voicings else None,
    )  # fmt: skip
    safe = "".join(letter if letter.isalnum() else "_" for letter in soloist.name)
    path = out / "soloists" / f"{safe}.json"
    result = None if settings.fresh else kept(soloist.name, key, path, asked.excerpts)
    if result is None:
        result = examine(
            soloist,
            asked,
            lambda step, done, total: progress(f"{soloist.name}: {step}", done, total),
        )
        keep(result, key, path)
    return result
