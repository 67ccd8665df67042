"""Takes on the disk: which there are, what each has and is called, and copies of them for a DAW."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jambot.errors import JamBotError, UsageError
from jambot.music.take_events import MOST, read_event
from jambot.music.take_files import (
    COMPING_FILE,
    FIGURES_FILE,
    LOG_FILE,
    TAKE_FILES,
    TITLE_FILE,
)
from jambot.storage import Replacement, write_whole

MOST_TAKES = 500
LONGEST_TITLE = 80
OPENING_BYTES = 65536
"""Of a log so much is read for the tempo that its first line tells."""


@dataclass(frozen=True, slots=True)
class ShelvedTake:
    """A recorded session; `seconds`, `notes` and `headline` are its report's, once it has one.

    `title` is what somebody calls it, empty as a rule; `bpm` is the tempo it began at.
    `files` are those of `TAKE_FILES` that lie there, `kept` the bars kept while it was played. Of
    the one that is `running` there is a log alone.
    """

    name: str
    title: str
    running: bool
    bpm: float | None
    when: datetime
    seconds: float | None
    notes: int | None
    headline: str
    files: tuple[str, ...]
    kept: tuple[str, ...]


class Shelf:
    """The takes that lie in one folder, the newest `most`; None: there is no folder."""

    def __init__(self, folder: Path | None, most: int = MOST_TAKES) -> None:
        self.folder, self._most = folder, most

    def folders(self, running: Path | None = None) -> dict[str, Path]:
        """Takes by name, newest first, the one that is being played before all."""
        if self.folder is None:
            return {}
        try:
            found = [f for f in self.folder.iterdir() if is_own_file(f, LOG_FILE)]
        except OSError:
            return {}
        found.sort(key=lambda folder: (folder == running, _changed(folder)), reverse=True)
        return {folder.name: folder for folder in found[: self._most]}

    def takes(self, running: Path | None = None) -> list[ShelvedTake]:
        """What there is to say of each of them."""
        return [_take(path, path == running) for path in self.folders(running).values()]

    def find(self, name: str | None) -> Path:
        """The take of this name, the newest for None. UsageError where there is none."""
        found = self.folders()
        if not found:
            raise UsageError(
                f"no take in {self.folder}", "a recorded session", "record a take with `jambot jam`"
            )
        if name is None:
            return next(iter(found.values()))
        if name not in found:
            raise UsageError(f"no take {name!r}", f"one of {', '.join(found)}")
        return found[name]

    def entitle(self, name: str, title: str) -> None:
        """Call a take something; an empty title is none. UsageError where that cannot be."""
        path = self.find(name)
        title = " ".join(title.split())
        if len(title) > LONGEST_TITLE or not title.isprintable():
            raise UsageError(f"title {title!r:.50}", f"{LONGEST_TITLE} letters at most")
        try:
            if title:
                write_whole(path / TITLE_FILE, title + "\n")
            else:
                (path / TITLE_FILE).unlink(missing_ok=True)
        except OSError as error:
            found = f"{name} was not named ({error.strerror})"
            raise UsageError(found, "a disk that can be written to") from error

    def delete(self, name: str) -> None:
        """Delete what belongs to a take, its log last; other files stay, and so does their folder.

        UsageError where there is no such take, or the disk lets nothing be deleted.
        """
        path = self.find(name)
        own = [file for file in TAKE_FILES if file != LOG_FILE]
        names = [*own, *kept_files(path), COMPING_FILE, TITLE_FILE, LOG_FILE]
        try:
            for file in names:
                if is_own_file(path, file):
                    (path / file).unlink()
            if not any(path.iterdir()):
                path.rmdir()
        except OSError as error:
            found = f"{name} was not deleted ({error.strerror})"
            raise UsageError(found, "files that may be deleted") from error

    def export(self, path: Path, target: Path) -> list[Path]:
        """Copy what a take has into the new folder `target`, all of it or nothing.

        UsageError where that exists, JamBotError where the disk does not take it.
        """
        there = [path / name for name in TAKE_FILES if is_own_file(path, name)]
        try:
            with Replacement(target, fresh=True) as new:
                for file in there:
                    shutil.copy2(file, new)
            return [target / file.name for file in there]
        except FileExistsError as error:
            raise UsageError(f"{target} exists already", "a new folder") from error
        except OSError as error:
            found = f"{target}: the take could not be copied ({error.strerror})"
            raise JamBotError(found, "a folder to write to, with room for the take") from error


def is_own_file(folder: Path, name: str) -> bool:
    """Whether a take has this file: it lies in the folder, and neither is a link to elsewhere."""
    path = folder / name
    try:
        return path.is_file() and path.resolve() == folder.parent.resolve() / folder.name / name
    except OSError:
        return False


def kept_files(folder: Path) -> tuple[str, ...]:
    """The MIDI files of bars that were kept while a take was played, newest first."""
    found = sorted((file.name for file in folder.glob("keep_*.mid")), reverse=True)
    return tuple(name for name in found if is_own_file(folder, name))


def _take(folder: Path, running: bool) -> ShelvedTake:
    has_report = not running and is_own_file(folder, FIGURES_FILE)
    report = _read_json(folder / FIGURES_FILE) if has_report else {}
    own = (LOG_FILE,) if running else TAKE_FILES
    return ShelvedTake(
        name=folder.name,
        title=_title(folder),
        running=running,
        bpm=_count(_opening(folder / LOG_FILE), "bpm"),
        when=datetime.fromtimestamp(_changed(folder)),
        seconds=_count(report, "seconds"),
        notes=None if (notes := _count(report, "notes")) is None else int(notes),
        headline=headline if isinstance(headline := report.get("headline"), str) else "",
        files=tuple(file for file in own if is_own_file(folder, file)),
        kept=kept_files(folder),
    )


def _count(report: dict[str, Any], name: str) -> float | None:
    """A number of a report that anybody may have changed; None for what is none."""
    value = report.get(name)
    return value if isinstance(value, int | float) and 0 <= value <= MOST else None


def _title(folder: Path) -> str:
    if not is_own_file(folder, TITLE_FILE):
        return ""
    try:
        words = (folder / TITLE_FILE).read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return ""
    return " ".join(words)[:LONGEST_TITLE]


def _opening(log: Path) -> dict[str, Any]:
    """The first line of a log; empty where that is none."""
    try:
        with log.open("rb") as file:
            line = file.readline(OPENING_BYTES)
    except OSError:
        return {}
    return read_event(line.decode("utf-8", "replace")) or {}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _changed(folder: Path) -> float:
    try:
        return (folder / LOG_FILE).stat().st_mtime
    except OSError:
        return 0.0
