"""Commands that make music: jam, demo, generate, ports, bench."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from jambot.cli.options import (
    Adapter,
    AnyChannel,
    BeatsPerBar,
    Bpm,
    Channel,
    FormChart,
    Seed,
    sampled,
    session_settings,
    stage_options,
    steered,
)
from jambot.cli.screen import bench_tables, err, out
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.realtime.clock import Clock
    from jambot.realtime.orders import Order
    from jambot.realtime.ports import InputPort
    from jambot.realtime.status import SessionStatus
    from jambot.tokens import Controls

app = typer.Typer()
LOG_FILE = "session.jsonl"

Show = Callable[["SessionStatus"], None]
Hear = Callable[["InputPort", "Clock"], "InputPort"]
Orders = Callable[[], "list[Order]"]


@app.command()
@sampled
@steered
def jam(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    in_name: Annotated[str | None, typer.Option("--in", help="Keyboard: part of its name.")] = None,
    out_name: Annotated[str | None, typer.Option("--out", help="Where the solo goes.")] = None,
    in_channel: AnyChannel = None,
    out_channel: Channel = 1,
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
    clock: Annotated[
        str, typer.Option(help="internal, midi (a host's clock) or link (Ableton Link).")
    ] = "internal",
    clock_in: Annotated[
        str | None, typer.Option("--clock-in", help="A port for the host's clock alone.")
    ] = None,
    fl: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="IN OUT", help="Follow FL Studio: the cables from and to its script."),
    ] = None,
    clock_out: Annotated[
        bool, typer.Option("--clock-out", help="Send a MIDI clock with the solo.")
    ] = False,
    gestures: Annotated[
        Path | None, typer.Option(help="TOML: which knob, pedal or pad asks for what.")
    ] = None,
    split: Annotated[
        int, typer.Option(min=0, max=127, help="Melodies from this key on are answered; 0: none.")
    ] = 60,
    form: FormChart = None,
    trade: Annotated[int, typer.Option(min=0, max=32, help="Take turns of so many bars.")] = 0,
    touch: Annotated[
        bool, typer.Option("--touch/--no-touch", help="Hard or soft hands: a loud or soft solo.")
    ] = True,
    comping: Annotated[
        Path | None, typer.Option(help="A MIDI file that plays the chords instead of you.")
    ] = None,
    lookahead: Annotated[float, typer.Option(min=1, max=4, help="Bars planned ahead.")] = 2.0,
    latency_ms: Annotated[
        float, typer.Option(min=0, max=250, help="Notes leave so much early: your sound's delay.")
    ] = 0.0,
    no_view: Annotated[bool, typer.Option("--no-view", help="No browser view, no status.")] = False,
    port: Annotated[int, typer.Option(help="Port of the browser view.")] = 8765,
    host: Annotated[
        str,
        typer.Option(help="Address of the browser view; 0.0.0.0: for other machines, by token."),
    ] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(help="What other machines must know; default: a new one.")
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser view by itself.")
    ] = True,
) -> None:
    """Play: your keyboard in, the solo out. Without a keyboard a built-in pianist comps."""
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play
    from jambot.realtime.stopping import Stopping

    if fl is not None and clock != "internal":
        raise UsageError(f"--fl with --clock {clock}", "one host", "leave one of them out")
    others = stage_options(
        clock if fl is None else "midi",
        clock_in,
        clock_out,
        in_channel,
        out_channel,
        gestures,
        split,
        trade,
    )
    settings = JamSettings(
        session_settings(
            bpm,
            beats_per_bar,
            response,
            seed,
            lookahead,
            form,
            controls=knobs,
            touch=touch,
            latency_seconds=latency_ms / 1e3,
            **others,
        ),
        sampling,
        adapter,
        backend,
        in_name,
        out_name,
        clock_in,
        comping,
        seconds,
    )
    with (
        Stopping() as stopping,
        _take(report) as folder,
        _room(folder, not no_view, port, host, token, open_page) as (show, hear, orders),
        _host(fl, backend, hear) as hear_all,
    ):
        play(settings, folder / LOG_FILE, show, hear_all, stopping, orders)


@app.command()
@sampled
@steered
def demo(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the take.")],
    seconds: Annotated[float, typer.Option(min=1, help="Length.")] = 60.0,
    seed: Seed = 1,
    realtime: Annotated[
        bool, typer.Option("--realtime/--fast", help="In time, or as fast as it goes.")
    ] = False,
    comping: Annotated[Path | None, typer.Option(help="A MIDI file that plays the chords.")] = None,
    form: FormChart = None,
    bpm: Bpm = 120.0,
    adapter: Adapter = "jazz",
) -> None:
    """A bounded jam with the built-in pianist: take, report, and sound where FluidSynth is found.

    With --fast the same session runs on a clock moved by hand: the same notes for the same seed.
    """
    from jambot.assets import DEMO_COMPING
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play
    from jambot.realtime.stopping import Stopping

    settings = JamSettings(
        session_settings(bpm, 4, "now", seed, 2.0, form, controls=knobs),
        sampling,
        adapter,
        "memory",
        performer=comping or DEMO_COMPING,
        seconds=seconds,
        realtime=realtime,
    )
    with Stopping() as stopping, _take(out_dir) as folder:
        play(settings, folder / LOG_FILE, stopping=stopping)


@app.command()
@sampled
@steered
def generate(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    conditioning: Annotated[Path, typer.Argument(help="MIDI file with the chords.")],
    solo: Annotated[Path, typer.Option("-o", "--out", help="MIDI file to write.")],
    primer: Annotated[
        Path | None, typer.Option(help="MIDI file whose melody the solo goes on from.")
    ] = None,
    adapter: Adapter = "jazz",
    seed: Seed = 1,
    bars: Annotated[int | None, typer.Option(min=1, help="Length; default: the chords'.")] = None,
    form: FormChart = None,
) -> None:
    """Solo over a MIDI file of chords."""
    from jambot.generation.solo import solo_over_file
    from jambot.music import chart_text
    from jambot.realtime.main import make_generator

    generator = make_generator(adapter, sampling, seed)
    chart = None if form is None else chart_text(form)
    notes = solo_over_file(generator, conditioning, solo, primer, bars, knobs, chart)
    out.print(f"{solo}: {notes} notes")


@app.command()
def bench(
    out_file: Annotated[Path, typer.Option("--out", help="JSON lines; the run is added.")],
    bpm: Annotated[
        list[float] | None,
        typer.Option(min=20, max=400, help="Tempo; again for another. Default 120."),
    ] = None,
    jack: Annotated[
        bool | None, typer.Option("--jack/--no-jack", help="Over JACK; default: where it is.")
    ] = None,
    triggers: Annotated[int, typer.Option(min=1, help="First notes out of silence.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="Of comping.")] = 60.0,
    report: Annotated[
        Path | None, typer.Option(help="Folder that keeps the takes and their report.html.")
    ] = None,
    adapter: Adapter = "jazz",
) -> None:
    """Measure a jam on this machine, from outside: latencies, and everything that goes wrong.

    Over JACK a jam with its player and its room is comped to, then asked out of silence again and
    again. The table says what it must reach, what it aims at, and how far it came.
    """
    from jambot.evaluation.bench import append_line, expected_seconds
    from jambot.evaluation.bench import bench as measure

    tempi = bpm or [120.0]
    expected = expected_seconds(seconds, triggers, tempi)
    err.print(f"about {expected / 60:.1f} minutes", highlight=False)
    with Progress(console=err) as progress:
        bar = progress.add_task("starting", total=expected)

        def told(words: str, gone: float) -> None:
            progress.update(bar, description=words, advance=gone)

        run = measure(
            adapter=adapter,
            seconds=seconds,
            triggers=triggers,
            tempi=tempi,
            jack=jack,
            folder=report,
            told=told,
        )
    append_line(run, out_file)
    for table in bench_tables(run):
        out.print(table)
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


@contextmanager
def _room(
    take: Path, wanted: bool, port: int, host: str, token: str | None, open_page: bool
) -> Iterator[tuple[Show, Hear, Orders]]:
    """What the stage needs of a room process: how to show itself, to hear its keys, its orders.

    The page opens by itself only where somebody sits at the terminal.
    """
    if not wanted:
        yield lambda status: None, lambda keyboard, clock: keyboard, list
        return
    from jambot.control.room import Room
    from jambot.control.room_input import RoomInput

    seen = open_page and sys.stdout is not None and sys.stdout.isatty()
    room = Room(port, host, open_page=seen, token=token, take=take.resolve())
    try:
        yield room.show, lambda keyboard, clock: RoomInput(keyboard, room, clock.now), room.orders
    finally:
        room.close()


@contextmanager
def _host(cables: tuple[str, str] | None, backend: str, hear: Hear) -> Iterator[Hear]:
    """How the stage hears, and FL Studio's beat with it where its cables are named."""
    if cables is None:
        yield hear
        return
    from jambot.control.fl_link import following

    with following(backend, cables, hear) as hear_both:
        yield hear_both


@contextmanager
def _take(asked: Path | None) -> Iterator[Path]:
    """A folder for a take; whatever was played into it is kept and reported, also after a fault."""
    folder = asked or Path("takes") / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}", "a folder to write to") from error
    log = folder / LOG_FILE
    log.unlink(missing_ok=True)
    try:
        yield folder
    finally:
        if log.is_file() and log.stat().st_size:
            _finish(folder)
        else:
            log.unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()


def _finish(folder: Path) -> None:
    """Make the MIDI file, the sound and the report of what was played."""
    from jambot.evaluation.report import session_report, write_report
    from jambot.evaluation.sound import render
    from jambot.music.take import read_take
    from jambot.music.take_midi import write_session_midi

    take = read_take(folder)
    midi = folder / "session.mid"
    write_session_midi(take, midi)
    sound = render(midi, folder / "solo.wav")
    _, page = write_report(session_report(take), folder, sound.path.name if sound.path else None)
    out.print(f"take: {folder}   report: {page}", highlight=False)
