"""Takes on the disk: which there are, what each has, and copies of them for a DAW."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jambot.errors import JamBotError, UsageError
from jambot.music.take_events import MOST
from jambot.music.take_files import FIGURES_FILE, LOG_FILE, TAKE_FILES

MOST_TAKES = 50


@dataclass(frozen=True, slots=True)
class ShelvedTake:
    """A recorded session; `seconds`, `notes` and `headline` are its report's, once it has one.

    `files` are those of `TAKE_FILES` that lie there, `kept` the bars kept while it was played. Of
    the one that is `running` there is a log alone.
    """

    name: str
    running: bool
    when: datetime
    seconds: float | None
    notes: int | None
    headline: str
    files: tuple[str, ...]
    kept: tuple[str, ...]


class Shelf:
    """The takes that lie in one folder; None: there is none."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def folders(self, running: Path | None = None) -> dict[str, Path]:
        """Takes by name, newest first, the one that is being played before all."""
        if self.folder is None:
            return {}
        try:
            found = [f for f in self.folder.iterdir() if is_own_file(f, LOG_FILE)]
        except OSError:
            return {}
        found.sort(key=lambda folder: (folder == running, _changed(folder)), reverse=True)
        return {folder.name: folder for folder in found[:MOST_TAKES]}

    def takes(self, running: Path | None = None) -> list[ShelvedTake]:
        """What there is to say of each of them."""
        return [_take(path, path == running) for path in self.folders(running).values()]

    def find(self, name: str | None) -> Path:
        """The take of this name, the newest for None. UsageError where there is none."""
        found = self.folders()
        if not found:
            raise UsageError(f"no take in {self.folder}", "a recorded session", "jam first")
        if name is None:
            return next(iter(found.values()))
        if name not in found:
            raise UsageError(f"no take {name!r}", f"one of {', '.join(found)}")
        return found[name]

    def export(self, path: Path, target: Path) -> list[Path]:
        """Copy what a take has into the new folder `target`, all of it or nothing.

        UsageError where that exists, JamBotError where the disk does not take it.
        """
        try:
            target.mkdir(parents=True)
        except FileExistsError as error:
            raise UsageError(f"{target} is there already", "a new folder") from error
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}", "a folder to write to") from error
        there = [path / name for name in TAKE_FILES if is_own_file(path, name)]
        try:
            return [Path(shutil.copy2(file, target)) for file in there]
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            found = f"{target}: the take could not be copied ({error.strerror})"
            raise JamBotError(found, "room for all of its files") from error


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
        running=running,
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
