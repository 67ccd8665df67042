"""From a folder of MIDI to a style that plays: what `jambot style` does, step by step.

::

    <own>/making/<name>/roles/              what was prepared
    <own>/making/<name>/<key>/samples/      the same, with its sides drawn anew
    <own>/making/<name>/<key>/style/        the adapter and its log
    <own>/making/<name>/<key>/before_after/ the page
    <own>/styles/<name>/                    what plays

`key` follows from the samples, the base and the recipe: where any of them changes, the style is
trained anew; where none does, every step goes on where it was cut off.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from jambot.assets import BASE, FIRST_STYLE
from jambot.assets.own_styles import own_folder, own_style_folder
from jambot.errors import DatasetError
from jambot.evaluation.exam.soloists import trained
from jambot.evaluation.style.gate import (
    Comparison,
    Contender,
    Music,
    compare,
    own_music,
    person,
    play,
)
from jambot.evaluation.style.page import PAGE, write_before_after
from jambot.generation import SamplingSettings
from jambot.model.adapters import GUIDANCE, AdapterConfig
from jambot.model.export import export_checkpoint
from jambot.realtime.main import load_model, model_mark
from jambot.roles.prepare import PrepareReport, prepare
from jambot.roles.sample import RoleSample
from jambot.roles.sides import Amount, amount_of, digest_of, samples_from, write_divided
from jambot.storage import Replacement, file_digest
from jambot.tokens import VOCABULARY
from jambot.training.batches import Augmentation
from jambot.training.config import TrainConfig
from jambot.training.loss import LossWeights
from jambot.training.run import Report, train

NEEDED_NOTES = 500
"""Notes of a solo below which nothing is tried: about two minutes of playing."""
STRENGTHS = (1.0, 0.6, 0.3)
"""Shares of the adapter that are tried in turn until one passes."""
DOUBTS_SHOWN = 5
FILES_SHOWN = 20
RECIPE = TrainConfig(
    name="style",
    steps=80,
    rows=8,
    optimizer="adamw",
    learning_rate=1e-3,
    warmup_steps=10,
    weight_decay=0.0,
    evaluate_every=10,
    patience=3,
    adapter=AdapterConfig(rank=8, alpha=16, dropout=0.1),
    augmentation=Augmentation(misremember=0.12),
    loss=LossWeights(timing=0.7, pitch=1.3, duration=0.8, velocity=0.7),
)
"""Few steps: on ten minutes of playing the held-out bits are least after a few dozen."""


@dataclass(frozen=True, slots=True)
class Style:
    """A finished style: where it lies, its page, what it was made of, its share of the adapter."""

    folder: Path
    page: Path
    amount: Amount
    strength: float
    seconds: float


def make_style(
    sources: Sequence[Path],
    name: str,
    *,
    track: str | None = None,
    seed: int = 1,
    steps: int = RECIPE.steps,
    jobs: int = 2,
    threads: int = RECIPE.threads,
    fresh: bool = False,
    base: Path = BASE,
    base_style: str = FIRST_STYLE,
    report: Report = lambda done, total, text: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> Style:
    """Learn a style from MIDI files and put it where it can be asked for by name.

    `track` names the track of MIDI files that is the solo. `base` is the checkpoint that
    `base_style` (a name or an exported folder) plays, with the adapter of its guidance in it where
    that holds any. Raises DatasetError where there is too little music, or where no share of what
    was learnt passes the gates: then what was there stays.
    """
    began = monotonic()
    making = own_folder() / "making" / name
    if fresh:
        shutil.rmtree(making, ignore_errors=True)
    roles = making / "roles"
    prepared = prepare(
        sources,
        roles,
        track=track,
        transpose="0",
        jobs=jobs,
        progress=lambda so_far: report(so_far.items, so_far.total, "reading your playing"),
    )
    samples = samples_from(sources, roles)
    material = _material(samples, prepared)
    for file, fate in material[:FILES_SHOWN]:
        say(f"{file}: {fate}")
    if len(material) > FILES_SHOWN:
        say(f"and {len(material) - FILES_SHOWN} files more: the page has them all")
    for doubt in prepared.doubts_in_words(DOUBTS_SHOWN):
        say(doubt)
    amount = amount_of(samples)
    _refuse_too_little(amount, prepared)
    say(f"{name}: {amount.pieces} pieces, {amount.minutes:.1f} minutes, {amount.notes} notes")
    recipe = replace(RECIPE, init_from=str(base), seed=seed, steps=steps, threads=threads)
    place = making / _key(samples, base, recipe)
    _forget_others(making, place)
    write_divided(samples, place / "samples")
    config = replace(recipe, roles=str(place / "samples"), out=str(place))
    train(config, report=report, say=say)
    comparison, exported, strength = _best(name, base_style, config, seed, report, say)
    facts = _facts(amount, prepared, strength, steps)
    html, _ = write_before_after(comparison, facts, place / "before_after", material)
    if not comparison.passed:
        raise _unfit(name, comparison, html)
    folder = _install(name, exported, html.parent, config.folder / "best")
    return Style(folder, folder / PAGE, amount, strength, monotonic() - began)


def _install(name: str, exported: Path, before_after: Path, adapter: Path) -> Path:
    """Put what plays, its page and its adapter where styles are found by name."""
    folder = own_style_folder(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Replacement(folder) as new:
        shutil.copytree(exported, new, dirs_exist_ok=True)
        shutil.copytree(before_after, new, dirs_exist_ok=True)
        shutil.copytree(adapter, new / "adapter")
    return folder


def _unfit(name: str, found: Comparison, page: Path) -> DatasetError:
    failed = "; ".join(
        f"{gate.gate.meaning}: {gate.value or 0:.3f}, asked {gate.gate.asks}"
        for gate in found.gates
        if gate.verdict != "pass"
    )
    return DatasetError(
        f"{name} is not fit to play: {failed}",
        "a style that has learnt, listens to the chords and does not copy",
        f"see {page}; more music helps most, ten minutes or above",
    )


def _best(
    name: str,
    base_style: str,
    config: TrainConfig,
    seed: int,
    report: Report,
    say: Callable[[str], None],
) -> tuple[Comparison, Path, float]:
    """The strongest share of the adapter that passes; else the weakest that was tried."""
    music = own_music(Path(config.roles))
    checkpoint, adapter = config.result
    theirs = person(music)
    before = _play(Path(base_style).name, base_style, music, seed, report)
    manner = load_model(base_style).manner
    for strength in STRENGTHS:
        exported = config.folder / f"export_{round(100 * strength)}"
        export_checkpoint(
            checkpoint,
            exported,
            VOCABULARY.fingerprint,
            adapter=adapter,
            strength=strength,
            guidance=checkpoint / GUIDANCE if manner.guidance else None,
            manner=manner,
        )
        found = compare(theirs, before, _play(name, str(exported), music, seed, report))
        if found.passed:
            break
        missed = ", ".join(gate.gate.path for gate in found.gates if gate.verdict != "pass")
        say(f"{name}: at strength {strength:g} it misses {missed}")
    return found, exported, strength


def _play(name: str, model: str, music: Music, seed: int, report: Report) -> Contender:
    soloist = trained(name, load_model(model), SamplingSettings(), model_mark(model))
    return play(
        soloist,
        music,
        seed,
        lambda step, done, total: report(done + 1, total, f"{name}: {step}"),
    )


def _material(
    samples: Sequence[RoleSample], prepared: PrepareReport
) -> tuple[tuple[str, str], ...]:
    """Each file and what became of it: what of it was taken for the solo, or why nothing was."""
    taken = {
        sample.meta.source_id: f"taken, {sample.meta.choice or 'as a take'}:"
        f" {len(sample.target)} notes"
        for sample in samples
    }
    refused = {name or source: f"left out: {reason}" for source, name, reason in prepared.refused}
    return (*sorted(taken.items()), *sorted(refused.items()))


def _refuse_too_little(amount: Amount, prepared: PrepareReport) -> None:
    if amount.notes >= NEEDED_NOTES:
        return
    refused = [f"{name or source}: {reason}" for source, name, reason in prepared.refused]
    shown = "".join(f"\n    {line}" for line in refused[:5])
    more = f"\n    and {len(refused) - 5} more" if len(refused) > 5 else ""
    found = (
        f"{amount.notes} notes of solo, {amount.minutes:.1f} minutes, in {amount.pieces} of"
        f" {prepared.total} files"
        if prepared.total
        else "no MIDI file (.mid, .midi, .kar) and no take"
    )
    raise DatasetError(
        found + (f"; refused:{shown}{more}" if refused and prepared.total else ""),
        f"at least {NEEDED_NOTES} notes of solo over chords; ten minutes are good",
        "record more to a click: two hands on one piano, or a melody track over chords",
    )


def _key(samples: Sequence[RoleSample], base: Path, recipe: TrainConfig) -> str:
    weights = file_digest(base / "model.safetensors")
    parts = [digest_of(samples), weights, repr(replace(recipe, init_from=None, threads=1))]
    return sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _forget_others(making: Path, place: Path) -> None:
    """Remove what was made of other music, or by another recipe."""
    for folder in making.iterdir():
        if folder.is_dir() and folder.name not in ("roles", place.name):
            shutil.rmtree(folder, ignore_errors=True)


def _facts(amount: Amount, prepared: PrepareReport, strength: float, steps: int) -> dict[str, Any]:
    return {
        "pieces": amount.pieces,
        "minutes": round(amount.minutes, 1),
        "notes": amount.notes,
        "files_refused": len(prepared.refused),
        "strength": strength,
        "steps_at_most": steps,
    }
