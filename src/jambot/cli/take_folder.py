"""The folder of a take: claimed before it, finished after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from jambot.cli.screen import complain, out
from jambot.errors import JamBotError, UsageError

LONG_BYTES = 4_000_000
"""A log of some ten minutes; what is made of a longer one is told step by step."""


@contextmanager
def take_folder(
    asked: Path | None,
    sound: bool | None = None,
    make: Callable[[Path, bool | None], None] | None = None,
) -> Iterator[Path]:
    """A folder for a take; whatever was played into it is kept and reported, also after a fault.

    `sound` is that of `make_files`; `make` makes the files instead of `finish`. Raises UsageError
    where the folder is another take's or cannot be written to, and JamBotError at the end where
    something of the take could not be written.
    """
    from jambot.music.take_files import claim

    folder = asked or _by_date()
    log, make = claim(folder), make or finish
    try:
        yield folder
    except BaseException:
        try:
            _end(folder, log, sound, make)
        except JamBotError as error:
            complain(error.found, error.expected, error.cure)
        raise
    _end(folder, log, sound, make)


def finish(folder: Path, sound: bool | None = None) -> None:
    """Make the MIDI file, the report and the sound of what was played, and say where they are.

    Raises JamBotError, after everything that can be made, for what could not.
    """
    from jambot.evaluation.take.files import make_files
    from jambot.music.take_files import LOG_FILE

    log = folder / LOG_FILE
    long = log.is_file() and log.stat().st_size > LONG_BYTES

    def told(step: str) -> None:
        if long:
            with suppress(OSError):  # nobody may be reading what is said
                out.print(f"take: {step} …")

    made = make_files(folder, sound, told)
    if made.missing:
        raise JamBotError(
            f"{folder}: {'; '.join(made.missing)}",
            "a disk with room for the take",
            f"make room, then `jambot report {folder}`; the log is kept",
        )
    if made.silent:
        out.print(f"no sound: {made.silent}")
    out.print(f"take: {folder}   report: {made.page}")


def _by_date() -> Path:
    return another_folder(Path("takes") / datetime.now().strftime("%Y-%m-%d_%H-%M-%S"))


def another_folder(named: Path) -> Path:
    """A new folder of this name, with a number where it is taken. UsageError where none can be."""
    from jambot.storage import new_folder

    try:
        return new_folder(named)
    except OSError as error:
        raise UsageError(f"{named}: {error.strerror}", "a folder to write to") from error


def _end(
    folder: Path, log: Path, sound: bool | None, make: Callable[[Path, bool | None], None]
) -> None:
    from jambot.music.take_files import let_go

    if not log.is_file():
        raise JamBotError(f"{log} was removed while it was being written", "the log of the take")
    if log.stat().st_size:
        make(folder, sound)
    else:
        let_go(folder)
