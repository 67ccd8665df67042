"""Commands that make players: prepare, chords, train, compare, export, evaluate."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.help_pages import CommandPage
from jambot.cli.option_groups import grouped, sampled
from jambot.cli.options import ExamOptions, RoleDir
from jambot.cli.screen import agreement_table, err, out, progress_bar, say, splits_table
from jambot.errors import DatasetError, UsageError, add_extra

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.roles.prepare import PrepareReport
    from jambot.training.run import Report
    from jambot.training.team import Team

app = typer.Typer()

SHOWN = 10
"""Pieces whose doubts or refusals the terminal tells; the rest stands in `prepare.json`."""


@app.command()
def prepare(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="Corpora, folders or MIDI files. With --check: datasets."),
    ] = None,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder of the dataset.")] = Path(
        "data/roles/lead"
    ),
    split_pitch: Annotated[
        str,
        typer.Option(help="How to split two hands: a MIDI key, hands, or several (52,60,hands)."),
    ] = "hands",
    track: Annotated[
        str | None, typer.Option(help="Track of the MIDI files that leads, by name or number.")
    ] = None,
    transpose: Annotated[
        str, typer.Option(help="Copies in other keys: 0 (none), 6 (six either way) or all.")
    ] = "0",
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 2,
    seed: Annotated[int, typer.Option(help="Seed of the comping that is made.")] = 0,
    engine: Annotated[str, typer.Option(help="Where the work is done: local or dask.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler: tcp://HOST:8786. Default: workers here.")
    ] = None,
    comping_variants: Annotated[
        int, typer.Option(min=1, help="How many compings to make for each annotated solo.")
    ] = 4,
    check: Annotated[bool, typer.Option("--check", help="Check the dataset afterwards.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Also write dataset.html and provenance.parquet.")
    ] = False,
    compare_splits: Annotated[
        bool,
        typer.Option(help="Only measure how well --split-pitch finds hands that are written down."),
    ] = False,
) -> None:
    """Make training data from MIDI: role samples, each with chords and the solo over them.

    Run it again, and it makes only what is missing. --check and --report read the datasets that you
    name, or --out if you name none.
    """
    from jambot.roles.prepare import prepare as make_samples
    from jambot.roles.sample import is_dataset
    from jambot.roles.sources.two_hands import parse_splits
    from jambot.roles.split_table import compare_splits as compare

    if compare_splits:
        out.print(splits_table(compare(sources or [], parse_splits(split_pitch))))
        return
    looked_at = [out_dir]
    if not sources and not (check or report):
        raise UsageError("no source", "folders or MIDI files, or --check or --report")
    if sources and (check or report) and all(map(is_dataset, sources)):
        looked_at, sources = sources, None
    if sources:
        with progress_bar("pieces") as advance:
            made = make_samples(
                sources,
                out_dir,
                split_pitch=split_pitch,
                track=track,
                transpose=transpose,
                jobs=jobs,
                seed=seed,
                engine=engine,
                scheduler=scheduler,
                comping_variants=comping_variants,
                progress=lambda so_far: advance(so_far.items, so_far.total, _rate(so_far)),
            )
        _tell_doubts(made, out_dir)
        _tell_refusals(made, out_dir)
    for folder in looked_at:
        if report:
            _report(folder)
        if check:
            _check(folder, jobs)


def _rate(report: "PrepareReport") -> str:
    return f"{report.written} samples, {report.items_per_second:.1f} pieces/s"


def _tell_doubts(made: "PrepareReport", folder: Path) -> None:
    for sentence in made.doubts_in_words(SHOWN):
        out.print(f"  {_printable(sentence)}")
    if len(made.doubts) > SHOWN:
        out.print(f"  and {len(made.doubts) - SHOWN} more: {folder / 'prepare.json'}")


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _tell_refusals(made: "PrepareReport", folder: Path) -> None:
    for source, name, reason in made.refused[:SHOWN]:
        out.print(_printable(f"  refused {source}/{name}: {reason}"))
    if len(made.refused) > SHOWN:
        out.print(f"  and {len(made.refused) - SHOWN} more: {folder / 'prepare.json'}")
    out.print(
        f"{folder}: {made.written} samples written, {made.kept} kept, "
        f"{len(made.refused)} pieces refused, {made.seconds:.1f} s, "
        f"at most {made.peak_bytes / 1e6:.0f} MB of memory",
    )


def _report(folder: Path) -> None:
    from jambot.evaluation.dataset.report import write_dataset_report

    with progress_bar("report") as advance:
        page, table = write_dataset_report(folder, lambda done, total: advance(done, total, ""))
    out.print(f"report: {page}")
    told = table or f"not written; it needs pyarrow: {add_extra('train')}"
    out.print(f"provenance: {told}")


def _check(folder: Path, jobs: int) -> None:
    from jambot.roles.check import check_dataset

    faults = 0
    with progress_bar("check") as advance:
        for fault in check_dataset(folder, lambda done, total: advance(done, total, ""), jobs):
            faults += 1
            err.print(f"fault: {fault}")
    if faults:
        raise DatasetError(f"{folder}: {faults} faults", "no fault", "run `jambot prepare` again")
    out.print(f"{folder}: complete, no faults")


@app.command()
def chords(
    sources: Annotated[list[Path], typer.Argument(help="Corpora with written chords.")],
    split: Annotated[str, typer.Option(help="train, val or all.")] = "val",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Pieces of each corpus. Default: all.")
    ] = None,
) -> None:
    """Find the chords of corpora that have written chords, and say how well they agree."""
    from jambot.roles.chord_agreement import chord_agreement

    if split not in ("train", "val", "all"):
        raise UsageError(f"--split {split}", "train, val or all")
    side = None if split == "all" else split
    with progress_bar("pieces") as advance:
        rows = chord_agreement(sources, side, limit, lambda done, name: advance(done, 0, name))
    if not rows:
        raise DatasetError("no piece with written chords", "Weimar, POP909 or OpenEWLD", "")
    out.print(agreement_table({name: (row.pieces, row.shares()) for name, row in rows.items()}))


@app.command()
def train(
    config: Annotated[Path, typer.Option(help="TOML file with a run or a list of runs.")],
    fresh: Annotated[bool, typer.Option(help="Start again from zero instead of resuming.")] = False,
    finish: Annotated[
        bool, typer.Option(help="Export, examine and sample each run at its end.")
    ] = True,
) -> None:
    """Train on role samples. Resume runs that were interrupted, and leave finished runs alone.

    Under torchrun or accelerate several processes train as one. When all runs are trained, one of
    them does the finishing.
    """
    from jambot.pipeline.finishing import finish_run
    from jambot.training.config import load_runs
    from jambot.training.run import train as run
    from jambot.training.team import Team

    runs, team = load_runs(config), Team.assemble()
    for one in runs:
        with _bar_of(team, one.name) as advance:
            best = run(one, fresh=fresh, report=advance, say=say, team=team)
            if finish and team.size == 1:
                finish_run(one, advance, say)
        if team.leads:
            out.print(f"best checkpoint: {best}")
    team.part()
    for one in runs if finish and team.leads and team.size > 1 else ():
        with progress_bar(one.name) as advance:
            finish_run(one, advance, say)


def _bar_of(team: "Team", words: str) -> "AbstractContextManager[Report]":
    """A progress bar for the one who leads; the others work in silence."""
    if team.leads:
        return progress_bar(words)
    return nullcontext(lambda done, total, text: None)


@app.command()
def compare(
    config: Annotated[Path, typer.Option(help="TOML file with a run or a list of runs.")],
    source: Annotated[str, typer.Option(help="One corpus, or `all`.")] = "wjd",
) -> None:
    """Compare runs on the same held-out solos: a table of bits per note."""
    from jambot.training.comparison import compare as measure
    from jambot.training.config import load_runs

    parts = ("all", "timing", "pitch", "colour", "duration", "velocity", "gap")
    rows = [f"| run | tunes | {' | '.join(parts)} |", "|---" * (len(parts) + 2) + "|"]
    with progress_bar("comparing") as advance:
        for found in measure(load_runs(config), None if source == "all" else source, advance):
            figures = " | ".join(f"{getattr(found.bits, part):.3f}" for part in parts)
            rows.append(f"| {found.name} | {found.tunes} | {figures} |")
    for row in rows:
        out.print(row)


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Folder written by `jambot train`.")],
    out_dir: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    adapter: Annotated[Path | None, typer.Option(help="LoRA folder to merge in.")] = None,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="How much of the adapter to merge in.")
    ] = 1.0,
    precision: Annotated[
        str, typer.Option(help="Precision of the weights: int8 or fp32.")
    ] = "int8",
    player: Annotated[
        str, typer.Option(help="Play like a pianist, a horn or a voice.")
    ] = "pianist",
    chord_bias: Annotated[
        float | None,
        typer.Option(
            min=-4,
            max=4,
            help="How readily it strikes chords. Default: the player's.",
        ),
    ] = None,
    guidance: Annotated[
        float,
        typer.Option(min=0, max=4, help="Guidance that the weights were distilled with."),
    ] = 0.0,
    to_train_on: Annotated[
        bool,
        typer.Option(
            "--to-train-on",
            help="Write fp16 weights, for training styles. --adapter is their guidance.",
        ),
    ] = False,
    check: Annotated[
        Path | None,
        typer.Option(help="Role dataset: compare with the checkpoint on its prompts."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing model.")] = False,
) -> None:
    """Export a checkpoint to a folder that plays without torch."""
    from jambot.model.adapters import write_base
    from jambot.model.agreement import measure_agreement
    from jambot.model.checkpoint import CONFIG
    from jambot.model.export import export_checkpoint
    from jambot.model.folder import MODEL_DESCRIPTION, Manner, refuse_to_lose_folder
    from jambot.tokens import VOCABULARY
    from jambot.tokens.vocabulary import PLAYERS
    from jambot.training.prompts import real_prompts

    if player not in PLAYERS:
        raise UsageError(f"player {player!r}", " or ".join(PLAYERS))
    read = [path for path in (checkpoint, adapter, check) if path is not None]
    if to_train_on:
        if check is not None:
            raise UsageError("--to-train-on with --check", "one of them")
        refuse_to_lose_folder(out_dir, read, CONFIG, force=force)
        write_base(checkpoint, out_dir, VOCABULARY.fingerprint, adapter)
        out.print(f"{out_dir}: fp16 weights, for training styles")
        return
    refuse_to_lose_folder(out_dir, read, MODEL_DESCRIPTION, force=force)
    model = export_checkpoint(
        checkpoint,
        out_dir,
        VOCABULARY.fingerprint,
        adapter=adapter,
        strength=strength,
        precision=precision,
        manner=Manner(player, chord_bias, guidance),
    )
    size = (out_dir / "model.onnx").stat().st_size / 1e6
    out.print(f"{out_dir}: {size:.1f} MB, {precision}")
    if check is not None:
        found = measure_agreement(
            model, out_dir, real_prompts(check, model.config.max_position_embeddings)
        )
        out.print(
            f"against the checkpoint in fp32, at {found.positions} places of held-out prompts: "
            f"top-1 {found.top1:.4f}, KL mean {found.kl_mean:.2g}, p99 {found.kl_p99:.2g} nats"
        )


@app.command(cls=CommandPage)
@sampled
@grouped
def evaluate(
    *,
    sampling: "SamplingSettings",
    role_dir: RoleDir,
    reference: Annotated[
        str | None,
        typer.Option(help="Compare the first model with this one, such as int8 with fp32."),
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Examine again what is already there.")] = False,
    exam: ExamOptions,
) -> None:
    """Examine models on held-out tunes, beside people, rules and a Markov chain.

    The first model is also examined without guidance. Run it again after an interruption, and it
    goes on after the last complete row.
    """
    from jambot.cli.exam_screen import exam_bar, show_exam
    from jambot.evaluation.exam.evaluate import run_exam

    settings = exam.settings(sampling, reference=reference, fresh=fresh)
    with exam_bar() as tell:
        found = run_exam(role_dir, exam.out_dir, settings, tell)
    show_exam(*found)
