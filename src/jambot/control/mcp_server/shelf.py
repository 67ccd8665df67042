"""Takes on the disk: which there are, their reports, and copies of them for a DAW."""

import json
import shutil
from pathlib import Path
from typing import Any

from jambot.control.mcp_server.results import Report, TakeRow
from jambot.errors import UsageError
from jambot.evaluation.report import session_report
from jambot.music.take import read_take

LOG_FILE = "session.jsonl"
FILES = ("session.mid", "report.json", "report.html", "solo.wav", LOG_FILE)
MOST_TAKES = 50


class Shelf:
    """The takes that lie in one folder, and `running`, wherever that is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, running: Path | None) -> list[TakeRow]:
        """Every take, newest first."""
        return [_row(name, path, path == running) for name, path in self._found().items()]

    def find(self, name: str | None) -> Path:
        """The take of this name, the newest for None. UsageError where there is none."""
        found = self._found()
        if not found:
            raise UsageError(f"no take in {self.folder}", "a recorded session", "jam first")
        if name is None:
            return next(iter(found.values()))
        if name not in found:
            raise UsageError(f"no take {name!r}", f"one of {', '.join(found)}")
        return found[name]

    def report(self, path: Path) -> Report:
        """A take's figures: measured now, from its log, as far as it has been written."""
        take = read_take(path)
        return Report(take=path.name, whole=take.whole, figures=session_report(take).as_dict())

    def export(self, path: Path, target: Path) -> list[Path]:
        """Copy what a take has into the new folder `target`. UsageError where that exists."""
        try:
            target.mkdir(parents=True)
        except FileExistsError as error:
            raise UsageError(f"{target} is there already", "a new folder") from error
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}", "a folder to write to") from error
        return [
            Path(shutil.copy2(path / name, target)) for name in FILES if (path / name).is_file()
        ]

    def _found(self) -> dict[str, Path]:
        if not self.folder.is_dir():
            return {}
        logs = sorted(self.folder.glob(f"*/{LOG_FILE}"), key=_changed, reverse=True)
        return {log.parent.name: log.parent for log in logs[:MOST_TAKES]}


def _row(name: str, path: Path, running: bool) -> TakeRow:
    report = _read_json(path / "report.json")
    return TakeRow(
        name=name,
        running=running,
        seconds=report.get("seconds"),
        notes=report.get("notes"),
        files=[file for file in FILES if (path / file).is_file()],
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _changed(path: Path) -> float:
    return path.stat().st_mtime
