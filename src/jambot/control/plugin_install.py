"""Putting the instrument where the DAWs of this system look for a user's own plugins.

What was put there is written down with its fingerprint, so that a plugin that somebody else put in
the same place, or changed, is known again and not lost.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jambot.assets import plugin_binaries
from jambot.assets.own_styles import own_folder
from jambot.errors import UsageError
from jambot.realtime.ports.plugin_key import make_key, read_key
from jambot.storage import Replacement, settled, sweep, whole_file, write_whole

NAME = "JAM_BOT"
SUFFIXES = (".vst3", ".clap", ".lv2")
RECORD_FILE = "plugin_installed.json"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what ships here, where it goes, and what lies there.

    `shipped` None: this JAM_BOT has none for this system. `there` is the fingerprint of what lies
    at `path`, None where nothing does; `own` whether `install` put it there, unchanged since.
    """

    name: str
    shipped: Path | None
    path: Path
    fresh: str | None
    there: str | None
    own: bool

    @property
    def current(self) -> bool:
        """Whether what lies there is what ships."""
        return self.there is not None and self.there == self.fresh


def formats(
    system: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    home: Path | None = None,
    binaries: Path | None = None,
) -> list[Format]:
    """The formats of this system, be they shipped and installed or not."""
    folders = _folders(system, environment, home or Path.home())
    shipped = binaries or plugin_binaries(system)
    ours = _record()
    found = []
    for suffix, folder in folders.items():
        path = folder / f"{NAME}{suffix}"
        source = None if shipped is None else shipped / f"{NAME}{suffix}"
        source = source if source is not None and source.exists() else None
        there = fingerprint(path)
        own = there is not None and ours.get(str(path)) == there
        fresh = None if source is None else fingerprint(source)
        found.append(Format(suffix[1:].upper(), source, path, fresh, there, own))
    return found


def install(found: list[Format], *, force: bool = False) -> list[Path]:
    """Put in place what ships; gives what lies where now. It makes the user's key too.

    UsageError where nothing ships, where a folder refuses, or where something lies there that
    `install` did not put there and `force` is off.
    """
    ships = [form for form in found if form.shipped is not None]
    if not ships:
        raise UsageError(
            "this JAM_BOT has no plugin for this system",
            "a wheel that has it, or a plugin built here",
            "in a clone with g++ and DPF (Debian: dpf-source): make plugin",
        )
    for form in ships:
        if form.there is not None and not form.own and not form.current and not force:
            raise UsageError(
                f"{form.path} was not installed by this command, or was changed",
                "nothing, or what `jambot plugin install` installed",
                "keep a copy of it, then install with --force",
            )
    for form in ships:
        assert form.shipped is not None
        _put(form.shipped, form.path)
    record = _record() | {str(form.path): str(fingerprint(form.path)) for form in ships}
    _write_record(record)
    if read_key() is None:
        make_key()
    return [form.path for form in ships]


def uninstall(found: list[Format], *, force: bool = False) -> list[Path]:
    """Take out what `install` put there, and what else lies there with `force`; gives which."""
    gone = []
    record = _record()
    for form in found:
        if form.there is None or not (form.own or force):
            continue
        with _own_and_free(form.path):
            _take_out(form.path)
        record.pop(str(form.path), None)
        gone.append(form.path)
    _write_record(record)
    return gone


def fingerprint(path: Path) -> str | None:
    """What tells a plugin, a file or a folder, from every other; None where there is none."""
    if not path.exists():
        return None
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file())
    told = hashlib.sha256()
    for file in files:
        told.update(str(file.relative_to(path.parent)).replace("\\", "/").encode())
        told.update(file.read_bytes())
    return told.hexdigest()


def _folders(system: str, environment: Mapping[str, str], home: Path) -> dict[str, Path]:
    if system == "win32":
        local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        common = local / "Programs" / "Common"
        return {".vst3": common / "VST3", ".clap": common / "CLAP"}
    if system == "darwin":
        plugins = home / "Library" / "Audio" / "Plug-Ins"
        return {".vst3": plugins / "VST3", ".clap": plugins / "CLAP"}
    return {suffix: home / suffix for suffix in SUFFIXES}


def _put(source: Path, path: Path) -> None:
    with _own_and_free(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.is_dir() != source.is_dir():
            _take_out(path)
        if source.is_dir():
            settled(path)
            sweep(path)
            with Replacement(path) as new:
                shutil.copytree(source, new, dirs_exist_ok=True)
        else:
            with whole_file(path) as new:
                shutil.copyfile(source, new)


@contextmanager
def _own_and_free(path: Path) -> Iterator[None]:
    """UsageError where a folder cannot be written, or a DAW holds what lies there."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{error.filename or path}: {error.strerror}",
            "a plugin folder of yours that no DAW is using",
            "close the DAW, and check that the disk has room and the folder is yours",
        ) from error


def _take_out(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _record() -> dict[str, str]:
    try:
        said = json.loads((own_folder() / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}


def _write_record(record: Mapping[str, str]) -> None:
    path = own_folder() / RECORD_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(dict(record), indent=1))
