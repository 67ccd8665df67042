"""Commands for what was recorded: takes, report, replay, keep."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.options import Sound
from jambot.cli.screen import out
from jambot.errors import JamBotError, UsageError

app = typer.Typer()

TakePath = Annotated[Path, typer.Argument(help="A take's folder, or its session.jsonl.")]


@app.command()
def takes(
    folder: Annotated[Path, typer.Argument(help="Folder with the takes.")] = Path("takes"),
    list_only: Annotated[bool, typer.Option("--list", help="Print the list only.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page. 0: any free port.")
    ] = 8765,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """List your takes and serve a page to find, hear, name and delete them. No jam runs."""
    from jambot.control.room.shelf import Shelf

    if not folder.is_dir():
        raise UsageError(
            f"{folder}: no such folder",
            "a folder with takes",
            "name the folder, or record a take with `jambot jam`",
        )
    for take in Shelf(folder).takes():
        length = "" if take.seconds is None else f"{take.seconds / 60:.1f} min"
        tempo = "" if take.bpm is None else f"{take.bpm:g} bpm"
        told = (f"{take.when:%Y-%m-%d %H:%M}", take.title or take.name, tempo, length)
        out.print(", ".join(filter(None, told)))
    if not list_only:
        _show_on_a_page(folder.resolve(), port, open_page)


def _show_on_a_page(folder: Path, port: int, open_page: bool) -> None:
    """Serve the shelf until Ctrl-C."""
    import webbrowser

    from jambot.control.room.address import open_address
    from jambot.control.room.door import LOOPBACK
    from jambot.control.room.live_view import LiveView
    from jambot.control.room.room_process import has_a_screen
    from jambot.control.room.take_pages import TakePages

    listening, address = open_address(LOOPBACK[0], port, None)
    if listening is None:
        raise JamBotError("no port is free for the page", "one free port", "try --list")
    url = f"{address.url}/shelf.html"
    out.print(f"takes: {url}   (Ctrl-C ends)")
    if open_page and has_a_screen():
        webbrowser.open(url)
    with suppress(KeyboardInterrupt):
        LiveView(listening, lambda commands: None, takes=TakePages(folder)).serve()
    listening.close()


@app.command()
def report(take_path: TakePath, sound: Sound = None) -> None:
    """Make a take's MIDI file, report and sound from its log, for example after a crash."""
    from jambot.cli.take_folder import finish

    finish(take_path.parent if take_path.is_file() else take_path, sound)


@app.command()
def replay(
    take_path: TakePath,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="Folder for the new session.mid.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(help="The take's model, if it has moved. Default: as recorded.")
    ] = None,
) -> None:
    """Make a take's solo again from its log and compare it with the recording, note by note."""
    from jambot.assets import find_style
    from jambot.generation import Generator
    from jambot.music.take import read_take
    from jambot.music.take_files import MIDI_FILE
    from jambot.music.take_midi import write_session_midi
    from jambot.realtime.main import load_model, model_mark
    from jambot.realtime.replay import replay as make_again
    from jambot.realtime.replay import same_player, sampling_of, seed_of
    from jambot.storage import free_name

    take = read_take(take_path)
    recorded = str(take.session.get("adapter"))
    try:
        same_player(take, model_mark(adapter) if adapter else model_mark(recorded, find_style))
    except UsageError as error:
        cure = error.cure if adapter else "say with --adapter where the model lies that played it"
        raise UsageError(error.found, error.expected, cure) from error
    sampling, seed = sampling_of(take), seed_of(take)

    def make(style: str) -> Generator:
        """A log names styles: a path that somebody wrote into one is not opened."""
        named = adapter if style == recorded else None
        return Generator(
            load_model(named) if named else load_model(style, find_style), sampling, seed
        )

    again = make_again(take, make)
    if out_dir is not None:
        midi = free_name(out_dir / MIDI_FILE)
        with _written(midi):
            out_dir.mkdir(parents=True, exist_ok=True)
            write_session_midi(take, midi, again.notes)
        out.print(f"made again: {midi}")
    if again.difference:
        raise JamBotError(
            f"not the same: {again.difference}",
            "the notes of the take",
            "play it again on the machine that recorded it; rounding differs between processors",
        )
    cut = "" if take.whole else "; the log has no end, and is the same as far as it goes"
    out.print(f"the same {len(again.notes)} notes, from {again.asked} questions{cut}")


@app.command()
def keep(
    take_path: TakePath,
    bars: Annotated[int, typer.Option(min=1, help="How many of the last bars.")] = 32,
    midi: Annotated[
        Path | None, typer.Option("-o", "--out", help="MIDI file. Default: in the take's folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write the last bars of a take to a MIDI file, from bar line to bar line."""
    from jambot.music.take import read_take
    from jambot.realtime.log.keeping import keep_bars, last_bars
    from jambot.storage import free_name, refuse_to_lose

    log = _log_of(take_path)
    if midi is not None:
        refuse_to_lose(midi, [log], force=force)
    take = read_take(take_path)
    happened = (e for e in take.events if e["event"] != "expected")  # those tell of what may come
    beat = max((float(event["beat"]) for event in happened if "beat" in event), default=0.0)
    if beat <= 0:
        raise UsageError(f"{log}: nothing was played", "a take of at least one bar")
    first, last = last_bars(take.meter, beat, bars)
    file = midi or free_name(log.with_name(f"keep_bars_{first + 1}-{last}.mid"))
    with _written(file):
        notes = keep_bars(log, file, take.meter.bar_start(first), take.meter.bar_start(last))
    out.print(f"{file}: bars {first + 1} to {last}, {notes} notes of the solo")


def _log_of(take_path: Path) -> Path:
    from jambot.music.take_files import LOG_FILE

    return take_path / LOG_FILE if take_path.is_dir() else take_path


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """JamBotError where the disk does not take what is written to `path`."""
    try:
        yield
    except OSError as error:
        raise JamBotError(
            f"{path} was not written ({error.strerror})", "a disk with room that can be written to"
        ) from error
