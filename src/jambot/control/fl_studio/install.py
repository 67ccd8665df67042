"""Putting JAM_BOT's script where FL Studio looks for scripts.

An installed script ends in a line with the fingerprint of all above it, so that one changed by hand
is known again and not lost.
"""

import hashlib
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jambot.assets import fl_script
from jambot.errors import UsageError
from jambot.storage import write_whole

HARDWARE = Path("FL Studio", "Settings", "Hardware")
IMAGE_LINE = "Image-Line"
SCRIPT = Path("JamBot", "device_JamBot.py")
MARK = b"# Installed by `jambot fl install`; sha256 of the lines above: "
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


@dataclass(frozen=True, slots=True)
class Installed:
    """A script found in its place. `version` is None where it names none; `own` is False where it
    was changed by hand or came from elsewhere.
    """

    path: Path
    version: int | None
    own: bool


def install(folder: Path | None = None, force: bool = False) -> Path:
    """Write the script into FL Studio's folder of hardware, or `folder`; gives where it lies.

    `folder` may be that folder itself or FL Studio's user data folder above it. UsageError where
    there is no such folder, or where a newer or a changed script lies there and `force` is off.
    """
    source = fl_script().read_bytes()
    path = hardware_folder(folder) / SCRIPT
    there = inspect(path)
    if there is not None and not force:
        _refuse_to_lose(there, shipped_version())
    marked = source + MARK + _fingerprint(source) + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, marked)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "a folder to write to") from error
    return path


def inspect(path: Path) -> Installed | None:
    """What lies at `path`; None where nothing does."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "a script that can be read") from error
    body, _, fingerprint = data.rpartition(MARK)
    return Installed(path, _version(data), fingerprint.strip() == _fingerprint(body))


def shipped_version() -> int:
    """The version of the script that comes with this JAM_BOT."""
    return _version(fl_script().read_bytes()) or 0


def hardware_folder(asked: Path | None = None, platform: str = sys.platform) -> Path:
    """FL Studio's folder of hardware scripts, below `asked` or where this platform keeps it.

    UsageError where FL Studio has left no trace.
    """
    if asked is not None:
        if not asked.is_dir():
            raise UsageError(f"{asked} is no folder", "the folder Hardware of FL Studio")
        below = (asked / HARDWARE, asked / IMAGE_LINE / HARDWARE)
        return next((folder for folder in below if folder.is_dir()), asked)
    places = [documents / IMAGE_LINE for documents in _documents(platform)]
    for place in places:
        if (place / HARDWARE.parts[0]).is_dir():
            return place / HARDWARE
    looked = ", ".join(str(place) for place in places)
    raise UsageError(
        f"no FL Studio in {looked or 'the usual place: it has none on this platform'}",
        "the user data folder that FL Studio makes when it first starts",
        "start FL Studio once, or name the folder with --folder "
        "(FL Studio shows it in Options ▸ File settings ▸ User data folder)",
    )


def _refuse_to_lose(there: Installed, shipped: int) -> None:
    if there.version is not None and there.version > shipped:
        raise UsageError(
            f"{there.path} is version {there.version}",
            f"version {shipped}, which this JAM_BOT has, or an older one",
            "upgrade JAM_BOT, or replace the script with --force",
        )
    if not there.own:
        raise UsageError(
            f"{there.path} was changed by hand",
            "the script as `jambot fl install` left it",
            "keep a copy of it, then replace it with --force",
        )


def _documents(platform: str) -> list[Path]:
    """Where this platform's people keep documents; on Windows that may be OneDrive."""
    if platform == "win32":
        return [Path(os.path.expandvars(_registered_documents())), Path.home() / "Documents"]
    return [Path.home() / "Documents"] if platform == "darwin" else []


def _registered_documents() -> str:
    """The folder of documents as Windows has it noted, its variables not yet filled in.

    Where nothing is noted, the usual one.
    """
    if sys.platform == "win32":
        import winreg

        with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, SHELL_FOLDERS) as key:
            return str(winreg.QueryValueEx(key, "Personal")[0])
    return str(Path.home() / "Documents")


def _version(source: bytes) -> int | None:
    found = re.search(rb"^VERSION = (\d+)\s*$", source, re.MULTILINE)
    return int(found[1]) if found else None


def _fingerprint(source: bytes) -> bytes:
    return hashlib.sha256(source).hexdigest().encode("ascii")
