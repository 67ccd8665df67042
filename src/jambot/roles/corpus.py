"""Corpora on disk: which kind a folder is, and the items in it, one at a time.

A folder with `solos.jsonl.gz` holds annotated solos, one with `piano.jsonl.gz` trio piano, one
with `leadsheets.jsonl.gz` lead sheets; any other folder is its MIDI files and the takes that
JAM_BOT recorded. A `metadata.csv` with `id` and `split` beside them fixes the splits.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jambot.errors import UsageError
from jambot.music.take_files import LOG_FILE
from jambot.roles.sample import is_sample
from jambot.roles.sources import lead_sheet, take, trio, weimar
from jambot.roles.sources.json_lines import count_json_lines, read_json_lines

METADATA_FILE = "metadata.csv"
MIDI_SUFFIXES = (".mid", ".midi", ".kar")
KNOWN_LICENCES = {
    "pop909": "MIT as stated; the songs are in copyright: never redistribute the MIDI",
    "openscore_lieder": "CC0",
    "openewld": "public domain",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to make samples of: a file at `path`, or a `record` of a collection.

    `kind` is midi, take, solo, trio, sheet, or outside (a link that leads out of the folder).
    """

    kind: str
    source: str
    name: str
    path: Path
    record: dict[str, Any] | None = field(default=None, repr=False)
    split: str | None = None
    licence: str = ""


def find_items(path: Path) -> Iterator[Item]:
    """The items at `path` (a folder or one MIDI file), in a stable order; broken ones included.

    Raises UsageError when there is nothing at `path`.
    """
    path = Path(path)
    if path.is_file():
        log = path.with_name(LOG_FILE)
        if path.name in (LOG_FILE, take.TAKE_MIDI) and log.is_file():
            yield Item("take", source_name(path.parent), path.stem, log)
        else:
            yield Item("midi", source_name(path.parent), path.stem, path)
    elif (path / weimar.SOLOS_FILE).is_file():
        for solo in weimar.read_solos(path):
            yield Item("solo", "wjd", str(solo.get("id")), path / weimar.SOLOS_FILE, solo)
    elif (path / trio.TRIO_FILE).is_file():
        for track in trio.read_tracks(path):
            yield Item("trio", "jtd", str(track.get("id")), path, track)
    elif (path / lead_sheet.SHEETS_FILE).is_file():
        for sheet in read_json_lines(path / lead_sheet.SHEETS_FILE):
            yield Item("sheet", "openewld", str(sheet.get("id")), path, sheet)
    elif path.is_dir():
        yield from _midi_files(path)
    else:
        raise UsageError(
            f"{path}: no such file or folder", "a folder of MIDI files", "check the path"
        )


def count_items(path: Path) -> int:
    """How many items `find_items` will give."""
    for name in (weimar.SOLOS_FILE, trio.TRIO_FILE, lead_sheet.SHEETS_FILE):
        if (path / name).is_file():
            return count_json_lines(path / name)
    return 1 if path.is_file() else sum(1 for _ in _midi_paths(path))


def source_name(folder: Path) -> str:
    """The name a folder's samples go by: the folder's own, `midi` folders after their parent."""
    folder = folder.resolve()
    return folder.parent.name if folder.name.lower() == "midi" else folder.name


def _midi_files(folder: Path) -> Iterator[Item]:
    source, root = source_name(folder), folder.resolve()
    splits = _splits(folder)
    for path in _midi_paths(folder):
        relative = path.relative_to(folder).with_suffix("")
        name = "/".join(part for part in relative.parts if part.lower() != "midi")
        if not _is_inside(path, root):
            yield Item("outside", source, name, path)
            continue
        if path.name == LOG_FILE:
            yield Item("take", source, name, path, None, splits.get(path.parent.name))
            continue
        licence = KNOWN_LICENCES.get(source, "")
        yield Item("midi", source, name, path, None, splits.get(path.stem), licence)


def _midi_paths(folder: Path) -> Iterator[Path]:
    """MIDI files and takes below `folder`, folder by folder in order, and links to folders.

    Linked folders and role samples are not entered. Of a take its log is given, not the MIDI file
    beside it.
    """
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_sample(Path(parent, name)))
        yield from (Path(parent, name) for name in folders if Path(parent, name).is_symlink())
        for name in sorted(files):
            midi = name.lower().endswith(MIDI_SUFFIXES) and not name.startswith("._")
            if name == LOG_FILE or (midi and not (name == take.TAKE_MIDI and LOG_FILE in files)):
                yield Path(parent, name)


def _is_inside(path: Path, root: Path) -> bool:
    """Whether `path` is a file of this folder; linked folders and links in a ring are not."""
    try:
        return path.resolve().is_relative_to(root) and not path.is_dir()
    except (OSError, RuntimeError):
        return False


def _splits(folder: Path) -> dict[str, str]:
    """id -> split from the folder's metadata (or its parent's, for a `midi` folder)."""
    places = [folder / METADATA_FILE]
    if folder.name.lower() == "midi":
        places.append(folder.parent / METADATA_FILE)
    for path in places:
        if path.is_file():
            with path.open(encoding="utf-8", newline="", errors="replace") as file:
                rows = csv.DictReader(file)
                if {"id", "split"} <= set(rows.fieldnames or ()):
                    return {row["id"]: row["split"] for row in rows}
    return {}
