"""The folder of a take: made before it, finished after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from jambot.cli.screen import out
from jambot.errors import UsageError

LOG_FILE = "session.jsonl"


@contextmanager
def take_folder(asked: Path | None) -> Iterator[Path]:
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
    from jambot.evaluation.sound import render
    from jambot.evaluation.take.report import session_report, write_report
    from jambot.music.take import read_take
    from jambot.music.take_midi import write_session_midi

    take = read_take(folder)
    midi = folder / "session.mid"
    write_session_midi(take, midi)
    sound = render(midi, folder / "solo.wav")
    _, page = write_report(session_report(take), folder, sound.path.name if sound.path else None)
    out.print(f"take: {folder}   report: {page}")
