"""The front door: the command `jambot`.

Each command parses, calls one function of the house, and says where the result lies. What a command
needs is imported inside it, so that playing never pays for training.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from jambot import __version__
from jambot.errors import JamBotError, UsageError

if TYPE_CHECKING:
    from jambot.evaluation.offline import Exam
    from jambot.realtime.session import SessionSettings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="JAM_BOT: you comp chords, it improvises the solo, in time, as plain MIDI.",
)
out = Console()
err = Console(stderr=True)

Seed = Annotated[int, typer.Option(help="Same seed, same chords: same solo.")]
Adapter = Annotated[
    str, typer.Option(help="Who solos: a shipped style, `chord-tones`, or an exported folder.")
]
Bpm = Annotated[float, typer.Option(min=20, max=400, help="Tempo in beats per minute.")]
BeatsPerBar = Annotated[int, typer.Option(min=1, max=12, help="Quarter-note beats in a bar.")]
Temperature = Annotated[float, typer.Option(min=0, max=2, help="0 is certain, 1 as trained.")]
TopP = Annotated[float, typer.Option(min=0.01, max=1, help="Keep the likeliest notes up to this.")]
Guidance = Annotated[
    float, typer.Option(min=0, max=4, help="How strongly the chords pull the pitches inside.")
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; faults of ours end with their message and their exit code."""
    try:
        app(arguments)
    except JamBotError as error:
        err.print(f"[bold red]jambot:[/] {error.found}", highlight=False)
        if error.expected:
            err.print(f"  expected: {error.expected}", highlight=False)
        if error.cure:
            err.print(f"  to mend it: {error.cure}", highlight=False)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in TRAINING_MODULES:
            err.print(
                f"[bold red]jambot:[/] this command needs {error.name}, which playing does not.\n"
                "  to mend it: pip install -c constraints.txt 'jambot[train]'",
                highlight=False,
            )
            sys.exit(1)
        raise


TRAINING_MODULES = {
    "accelerate", "joblib", "onnx", "peft", "safetensors", "sklearn", "tensorboard", "torch",
    "transformers",
}  # fmt: skip


def _version(asked: bool) -> None:
    if asked:
        out.print(f"jambot {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """JAM_BOT: you comp chords, it improvises the solo, in time, as plain MIDI."""


@app.command()
def jam(
    in_name: Annotated[str | None, typer.Option("--in", help="Keyboard: part of its name.")] = None,
    out_name: Annotated[str | None, typer.Option("--out", help="Where the solo goes.")] = None,
    backend: Annotated[str, typer.Option(help="auto, rtmidi, jack or memory.")] = "auto",
    bpm: Bpm = 120.0,
    beats_per_bar: BeatsPerBar = 4,
    response: Annotated[str, typer.Option(help="First note: now, beat or bar.")] = "now",
    adapter: Adapter = "jazz",
    seed: Seed = 1,
    seconds: Annotated[float | None, typer.Option(min=1, help="Stop after so long.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the take; default takes/<date>.")
    ] = None,
    clock: Annotated[str, typer.Option(help="internal (others follow in a later version).")] = (
        "internal"
    ),
    comping: Annotated[
        Path | None, typer.Option(help="A MIDI file that plays the chords instead of you.")
    ] = None,
    temperature: Temperature = 1.0,
    top_p: TopP = 0.95,
    guidance: Guidance = 0.75,
    lookahead: Annotated[float, typer.Option(min=1, max=4, help="Bars planned ahead.")] = 2.0,
    no_view: Annotated[bool, typer.Option("--no-view", help="No browser view, no status.")] = False,
    port: Annotated[int, typer.Option(help="Port of the browser view.")] = 8765,
) -> None:
    """Play: your keyboard in, the solo out. Without a keyboard a built-in pianist comps."""
    from jambot.generation import SamplingSettings
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play

    if clock != "internal":
        raise UsageError(
            f"--clock {clock}", "internal", "leave it out; start the DAW's clock by ear"
        )
    settings = JamSettings(
        _session(bpm, beats_per_bar, response, seed, lookahead),
        SamplingSettings(temperature=temperature, top_p=top_p, guidance=guidance),
        adapter,
        backend,
        in_name,
        out_name,
        comping,
        seconds,
    )
    folder = _take_folder(report)
    room = None
    if not no_view:
        from jambot.control.room import Room

        room = Room(port=port)
    try:
        play(settings, folder / "session.jsonl", room)
    finally:
        if room is not None:
            room.close()
    _finish_take(folder)


@app.command()
def demo(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the take.")],
    seconds: Annotated[float, typer.Option(min=1, help="Length.")] = 60.0,
    seed: Seed = 1,
    realtime: Annotated[
        bool, typer.Option("--realtime/--fast", help="In time, or as fast as it goes.")
    ] = False,
    comping: Annotated[Path | None, typer.Option(help="A MIDI file that plays the chords.")] = None,
    bpm: Bpm = 120.0,
    adapter: Adapter = "jazz",
    temperature: Temperature = 1.0,
    top_p: TopP = 0.95,
    guidance: Guidance = 0.75,
) -> None:
    """A bounded jam with the built-in pianist: take, report, and sound where FluidSynth is found.

    With --fast the same session runs on a clock moved by hand: the same notes for the same seed.
    """
    from jambot.assets import DEMO_COMPING
    from jambot.generation import SamplingSettings
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play

    settings = JamSettings(
        _session(bpm, 4, "now", seed, 2.0),
        SamplingSettings(temperature=temperature, top_p=top_p, guidance=guidance),
        adapter,
        "memory",
        performer=comping or DEMO_COMPING,
        seconds=seconds,
        realtime=realtime,
    )
    folder = _take_folder(out_dir)
    play(settings, folder / "session.jsonl")
    _finish_take(folder)


@app.command()
def generate(
    conditioning: Annotated[Path, typer.Argument(help="MIDI file with the chords.")],
    solo: Annotated[Path, typer.Option("-o", "--out", help="MIDI file to write.")],
    primer: Annotated[
        Path | None, typer.Option(help="MIDI file whose melody the solo goes on from.")
    ] = None,
    primer_max_tokens: Annotated[int, typer.Option(min=4, max=256)] = 64,
    adapter: Adapter = "jazz",
    temperature: Temperature = 1.0,
    top_p: TopP = 0.95,
    guidance: Guidance = 0.75,
    seed: Seed = 1,
    bars: Annotated[int | None, typer.Option(min=1, help="Length; default: the chords'.")] = None,
) -> None:
    """Solo over a MIDI file of chords."""
    from jambot.generation import SamplingSettings
    from jambot.generation.solo import solo_over_file
    from jambot.realtime.main import make_generator

    sampling = SamplingSettings(temperature, top_p, guidance, primer_max_tokens=primer_max_tokens)
    generator = make_generator(adapter, sampling, seed)
    notes = solo_over_file(generator, conditioning, solo, primer, bars)
    out.print(f"{solo}: {notes} notes")


@app.command()
def prepare(
    sources: Annotated[list[Path], typer.Argument(help="Corpora, folders or files of MIDI.")],
    out_dir: Annotated[Path, typer.Option("--out")] = Path("data/roles/lead"),
    split_pitch: Annotated[int, typer.Option(min=1, max=127, help="Two hands part here.")] = 60,
    transpose: Annotated[str, typer.Option(help="0, 6 (six either way) or all (keys).")] = "6",
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 2,
    seed: Seed = 0,
    engine: Annotated[str, typer.Option(help="local.")] = "local",
    comping_variants: Annotated[int, typer.Option(min=1, help="Per annotated solo.")] = 4,
) -> None:
    """MIDI in, role samples out: what the player gives, and what is answered."""
    from jambot.roles.prepare import prepare as make_samples

    with _bar("samples") as advance:
        made = make_samples(
            sources,
            out_dir,
            split_pitch=split_pitch,
            transpose=transpose,
            jobs=jobs,
            seed=seed,
            engine=engine,
            comping_variants=comping_variants,
            progress=lambda report: advance(
                report.items, 0, f"{report.written} written, {len(report.refused)} refused"
            ),
        )
    for source, name, reason in made.refused[:10]:
        out.print(f"  refused {source}/{name}: {reason}", highlight=False)
    if len(made.refused) > 10:
        out.print(f"  and {len(made.refused) - 10} more: {out_dir / 'prepare.json'}")
    out.print(
        f"{out_dir}: {made.written} samples written, {made.kept} kept, "
        f"{len(made.refused)} files refused, {made.seconds:.1f} s"
    )


@app.command()
def train(
    config: Annotated[Path, typer.Option(help="A TOML file; see configs/.")],
    fresh: Annotated[bool, typer.Option(help="Start anew instead of resuming.")] = False,
) -> None:
    """Train on role samples; a run that was cut off goes on where it stopped."""
    from jambot.training.config import TrainConfig
    from jambot.training.run import train as run

    with _bar("training") as advance:
        best = run(TrainConfig.load(config), fresh=fresh, report=advance)
    out.print(f"best checkpoint: {best}")


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Folder written by `jambot train`.")],
    out_dir: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    adapter: Annotated[Path | None, typer.Option(help="LoRA folder to merge in.")] = None,
    precision: Annotated[str, typer.Option(help="int8 or fp32.")] = "int8",
    check: Annotated[
        Path | None,
        typer.Option(help="Role dataset: compare with the checkpoint on its real prompts."),
    ] = None,
) -> None:
    """Checkpoint in, a folder that plays without torch out."""
    from jambot.model.agreement import measure_agreement
    from jambot.model.export import export_checkpoint
    from jambot.tokens import VOCABULARY
    from jambot.training.prompts import real_prompts

    model = export_checkpoint(
        checkpoint, out_dir, VOCABULARY.fingerprint, adapter=adapter, precision=precision
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


@app.command()
def evaluate(
    role_dir: Annotated[Path, typer.Argument(help="Role dataset; its held-out tunes are used.")],
    model: Annotated[str, typer.Option(help="A shipped style, or an exported folder.")] = "jazz",
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the exam.")] = Path("exam"),
    source: Annotated[str, typer.Option(help="One corpus, or `all`.")] = "wjd",
    bars: Annotated[int, typer.Option(min=4, help="Length of each solo.")] = 32,
    limit: Annotated[int | None, typer.Option(min=1, help="How many tunes; default all.")] = None,
    seed: Seed = 1,
    temperature: Temperature = 1.0,
    top_p: TopP = 0.95,
    guidance: Guidance = 0.75,
) -> None:
    """Examine a model on held-out tunes, beside people and a rule."""
    from jambot.evaluation.exam import ExamSettings, run_exam
    from jambot.generation import SamplingSettings

    settings = ExamSettings(
        adapter=model,
        source=None if source == "all" else source,
        bars=bars,
        limit=limit,
        seed=seed,
        sampling=SamplingSettings(temperature=temperature, top_p=top_p, guidance=guidance),
    )
    with _bar("exam") as advance:
        exam, figures, page = run_exam(
            role_dir, out_dir, settings, lambda step, done, total: advance(done + 1, total, step)
        )
    out.print(_exam_table(exam))
    out.print(exam.as_dict()["headline"], highlight=False)
    out.print(f"figures: {figures}   page: {page}", highlight=False)


@app.command()
def bench(
    out_file: Annotated[Path, typer.Option("--out", help="JSON lines; the run is added.")],
    jack: Annotated[
        bool | None, typer.Option("--jack/--no-jack", help="Over JACK; default: where it is.")
    ] = None,
    triggers: Annotated[int, typer.Option(min=1, help="First notes out of silence.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="Of comping.")] = 60.0,
    adapter: Adapter = "jazz",
) -> None:
    """Measure a jam on this machine, from outside: latencies, and everything that goes wrong."""
    from jambot.evaluation.bench import append_line
    from jambot.evaluation.bench import bench as measure

    with err.status("starting") as status:
        run = measure(
            adapter=adapter, seconds=seconds, triggers=triggers, jack=jack, said=status.update
        )
    append_line(run, out_file)
    out.print(_bench_table(run))
    out.print(f"added to {out_file}", highlight=False)


@app.command()
def ports() -> None:
    """List the MIDI ports that --in and --out can name."""
    from jambot.realtime.ports import list_ports

    found = list_ports()
    if not found:
        out.print("No MIDI ports. Plug in a keyboard, or jam without: a built-in pianist comps.")
        return
    table = Table("back end", "use with", "name")
    for port in found:
        table.add_row(port.backend, f"--{port.direction}", port.name)
    out.print(table)


def _exam_table(exam: "Exam") -> Table:
    """Medians, with the middle half of the tunes, of whoever soloed."""
    table = Table("figure", *exam.attempts)
    spreads = {who: exam.spreads(who) for who in exam.attempts}
    for figure in next(iter(spreads.values())):
        cells = [
            f"{s.median:.3f} ({s.q1:.3f}–{s.q3:.3f})" if (s := spreads[who].get(figure)) else "–"
            for who in spreads
        ]
        table.add_row(figure, *cells)
    for name, values in (("bits", exam.bits_per_note), ("chord_swap", exam.chord_swap)):
        for part, value in (values or {}).items():
            shown = f"{value:.3f}" if isinstance(value, float) else str(value)
            table.add_row(f"{name}.{part}", "", shown)
    return table


BENCH_FIGURES = (
    "ttfn_ms", "chord_response_ms", "jitter_ms", "lookahead_bars", "isr", "underruns",
    "fallback_notes", "late_notes", "dropped_notes", "stuck_notes", "unanswered_triggers",
    "notes_after_stop", "longest_silence_ms",
)  # fmt: skip


def _bench_table(run: Mapping[str, Any]) -> Table:
    """What was found outside, beside the session's own account."""
    table = Table("figure", "outside", "session's own", title=f"{run['adapter']}, {run['backend']}")
    for figure in BENCH_FIGURES:
        cells = [_cell(part.get(figure)) for part in (run, run["session"])]
        table.add_row(figure, *cells)
    return table


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{name} {_cell(part)}" for name, part in value.items())
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "–" if value is None else str(value)


def _session(
    bpm: float, beats_per_bar: int, response: str, seed: int, lookahead: float
) -> "SessionSettings":
    from jambot.realtime.session import Response, SessionSettings

    if response not in list(Response):
        raise UsageError(f"--response {response}", f"one of {', '.join(Response)}")
    return SessionSettings(
        bpm=bpm,
        beats_per_bar=beats_per_bar,
        response=Response(response),
        lookahead_bars=lookahead,
        seed=seed,
    )


def _take_folder(asked: Path | None) -> Path:
    from datetime import datetime

    folder = asked or Path("takes") / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}", "a folder to write to") from error
    return folder


def _finish_take(folder: Path) -> None:
    from jambot.evaluation.report import session_report, write_report
    from jambot.evaluation.sound import render
    from jambot.evaluation.take import read_take
    from jambot.evaluation.take_midi import write_session_midi

    take = read_take(folder)
    midi = folder / "session.mid"
    write_session_midi(take, midi)
    sound = render(midi, folder / "solo.wav")
    _, page = write_report(session_report(take), folder, sound.path.name if sound.path else None)
    out.print(f"take: {folder}   report: {page}", highlight=False)


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar; call what it gives with done, total (0: unknown) and a few words."""
    columns = (
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None)

        def advance(done: int, total: int, text: str) -> None:
            progress.update(task, completed=done, total=total or None, description=text)

        yield advance


if __name__ == "__main__":
    main()
