"""Files of takes that are over, made while the next take is played already."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from jambot.cli.screen import complain, out
from jambot.cli.take_folder import finish
from jambot.errors import JamBotError

NICENESS = 10
GIVES_WAY = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(
    subprocess, "CREATE_NEW_PROCESS_GROUP", 0
)
"""A jam comes first, and a Ctrl-C that ends it does not reach them; Windows says so from outside.
"""


@dataclass(slots=True)
class _Take:
    """A take whose files are asked for; `code` is how its process ended, None where none ran."""

    folder: Path
    sound: bool | None
    code: int | None = None
    over: threading.Event = field(default_factory=threading.Event)


class Finishing:
    """Makes MIDI file, report and sound of takes from their logs, one take at a time.

    Each is made by a process of low priority. What it complains of goes to the terminal. A take
    whose process is killed has its log still.

    Threads: one for each take that is not made yet; it waits for its turn, then for its process.
    """

    def __init__(self) -> None:
        self._takes: list[_Take] = []
        self._turn = threading.Lock()

    def begin(self, folder: Path, sound: bool | None) -> None:
        """Have the files of a take made; `sound` as in `make_files`."""
        take = _Take(folder, sound)
        self._takes.append(take)
        try:
            threading.Thread(target=self._make, args=(take,), daemon=True).start()
        except RuntimeError:  # the system starts no thread
            take.over.set()

    def wait(self) -> None:
        """Until all of them are made; what no process could be started for is made here.

        Raises JamBotError, after everything that can be made, naming the takes that were not.
        """
        failed = []
        while self._takes:
            take = self._takes.pop(0)
            if not (take.over.is_set() and take.code is not None):
                with suppress(OSError):  # nobody may be reading what is said
                    out.print(f"making the files of {take.folder} …")
            take.over.wait()
            if not _made(take):
                failed.append(str(take.folder))
        if failed:
            commands = ", ".join(f"`jambot report {folder}`" for folder in failed)
            raise JamBotError(
                f"files are missing for {', '.join(failed)}",
                "a MIDI file and a report for every take",
                f"make room if the disk is full, then {commands}",
            )

    def _make(self, take: _Take) -> None:
        try:
            with self._turn, suppress(OSError):
                take.code = _elsewhere(take.folder, take.sound)
        finally:
            take.over.set()


def _elsewhere(folder: Path, sound: bool | None) -> int:
    """Make the files in another process; how that ended. OSError where the system starts none."""
    asked = [] if sound is None else ["--sound" if sound else "--no-sound"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jambot", "report", str(folder), *asked],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        creationflags=GIVES_WAY,
        start_new_session=True,
    )
    if sys.platform != "win32":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process.wait()


def _made(take: _Take) -> bool:
    """Whether its files are there, made here where no process ran; of a deleted take none lack."""
    from jambot.music.take_files import LOG_FILE

    if not (take.folder / LOG_FILE).is_file():
        return True
    if take.code is not None:
        return take.code == 0
    try:
        finish(take.folder, take.sound)
    except JamBotError as error:
        complain(error.found, error.expected, error.cure)
        return not (take.folder / LOG_FILE).is_file()
    return True
