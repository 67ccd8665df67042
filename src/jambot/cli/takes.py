"""Commands for what was recorded: report, replay, keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.options import Sound
from jambot.cli.screen import out
from jambot.errors import JamBotError, UsageError

app = typer.Typer()

TakePath = Annotated[Path, typer.Argument(help="A take's folder, or its session.jsonl.")]


@app.command()
def report(take_path: TakePath, sound: Sound = None) -> None:
    """Make a take's MIDI file, report and sound from its log: after a kill, or a full disk."""
    from jambot.cli.take_folder import finish

    finish(take_path if take_path.is_dir() else take_path.parent, sound)


@app.command()
def replay(
    take_path: TakePath,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="Folder for a session.mid of what was made again.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(help="Where the take's model lies now; default: as recorded.")
    ] = None,
) -> None:
    """Make a take's solo again from its log, and say whether it is the same, note by note."""
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
    bars: Annotated[int, typer.Option(min=1, help="How many; the last ones.")] = 32,
    midi: Annotated[
        Path | None, typer.Option("-o", "--out", help="MIDI file; default: in the take's folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the last bars of a take to a MIDI file, from bar line to bar line."""
    from jambot.music.take import read_take
    from jambot.realtime.keeping import keep_bars, last_bars
    from jambot.storage import free_name, refuse_to_lose

    log = _log_of(take_path)
    if midi is not None:
        refuse_to_lose(midi, [log], force=force)
    take = read_take(take_path)
    happened = (e for e in take.events if e["event"] != "expected")  # those tell of what may come
    beat = max((float(event["beat"]) for event in happened if "beat" in event), default=0.0)
    if beat <= 0:
        raise UsageError(f"{log}: nothing was played", "a take with a bar in it")
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
            f"{path} was not written ({error.strerror})", "a place with room that can be written to"
        ) from error
