"""The files of a take, and whose a folder is: one take's, from its first moment to its last.

The log is made as a file that was not there before. Of two jams that want one folder one gets it,
on every system and every disk.
"""

from pathlib import Path

from jambot.errors import UsageError

LOG_FILE, MIDI_FILE, SOUND_FILE = "session.jsonl", "session.mid", "solo.wav"
FIGURES_FILE, PAGE_FILE = "report.json", "report.html"
TITLE_FILE = "title.txt"
"""What somebody calls the take."""
COMPING_FILE = "comping.mid"
"""What the hands play in a film."""
TAKE_FILES = (MIDI_FILE, FIGURES_FILE, PAGE_FILE, SOUND_FILE, LOG_FILE)
"""What a take may have, in the order in which it is told of."""


def claim(folder: Path) -> Path:
    """Make `folder` where it is not there, and an empty log in it, which only this caller writes.

    Raises UsageError where anything of another take lies there, or nothing can be written.
    """
    refuse_taken(folder)
    log = folder / LOG_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log.open("x").close()
    except FileExistsError as error:
        refuse_taken(folder)
        raise UsageError(f"{folder} is a file", "a folder to write to") from error
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}", "a folder to write to") from error
    return log


def refuse_taken(folder: Path) -> None:
    """Raise UsageError where something of a take lies in `folder`: nothing is written over it."""
    for name in (LOG_FILE, *TAKE_FILES, COMPING_FILE):
        if (folder / name).exists():
            raise UsageError(
                f"{folder}: a take lies there already, or is being played ({name})",
                "a folder of its own for every take",
                "name another folder, or leave the option out: takes then go by date and time",
            )


def let_go(folder: Path) -> None:
    """Give back a claimed folder into which nothing was written; what else lies there stays."""
    (folder / LOG_FILE).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
