"""One item of a corpus made into samples: the unit of work of `prepare`.

Runs in worker processes: everything here pickles, knows no journal and no progress.
"""

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from jambot import __version__
from jambot.errors import JamBotError
from jambot.music import read_midi
from jambot.roles.copies import CopySettings, samples_of
from jambot.roles.corpus import Item
from jambot.roles.journal import Entry
from jambot.roles.piece import Piece, RefusedError
from jambot.roles.sample import META_FILE, write_encoded
from jambot.roles.sources.lead_sheet import sheet_piece
from jambot.roles.sources.midi_piece import midi_piece
from jambot.roles.sources.weimar import solo_piece
from jambot.roles.twins import side_of, signature_of

FORMAT = 2
"""Raise it when the same source and settings give other samples: old ones are then made anew."""


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """What `prepare` makes of each item."""

    out: Path
    copies: CopySettings
    split_pitch: int = 60

    @property
    def made(self) -> str:
        """What shapes a single sample: another value, and samples are made anew."""
        return f"{__version__}.{FORMAT} seed {self.copies.seed} split {self.split_pitch}"

    @property
    def asked(self) -> str:
        """Which copies are wanted: another value, and the missing ones are added."""
        return f"{self.copies.transpose} x{self.copies.comping_variants}"


@dataclass(frozen=True, slots=True)
class Task:
    """An item to do; `anew` where its source or the settings changed since it was last done."""

    item: Item
    stamp: str
    anew: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The journal entry of an item, how many samples were written now, and how many were there."""

    entry: Entry
    written: int = 0
    kept: int = 0


def stamp_of(item: Item) -> str:
    """What changes when the source of an item changes: size and time, or the record's hash."""
    if item.record is not None:
        return sha256(json.dumps(item.record, sort_keys=True).encode()).hexdigest()[:24]
    try:
        status = item.path.stat()
    except OSError:
        return "unreadable"
    return f"{status.st_size}-{status.st_mtime_ns}"


def make_samples(task: Task, settings: PrepareSettings) -> Outcome:
    """Make what is missing of one item's samples; a refusal is an outcome, not an error."""
    item = task.item
    entry = Entry(item.source, item.name, task.stamp, settings.made, settings.asked)
    written: list[str] = []
    kept: list[str] = []

    def wanted(sample_id: str) -> bool:
        if not task.anew and (settings.out / sample_id / META_FILE).is_file():
            kept.append(sample_id)
            return False
        return True

    try:
        piece, digest = read_item(item, settings.split_pitch)
        for sample in samples_of(piece, settings.copies, digest, wanted):
            write_encoded(sample, settings.out / sample.sample_id)
            written.append(sample.sample_id)
    except JamBotError as error:
        return Outcome(replace(entry, refusal=str(error)))
    except ValueError as error:  # pitches or velocities no MIDI file can hold
        return Outcome(replace(entry, refusal=f"{item.name}: {error}"))
    if not written and not kept:
        return Outcome(replace(entry, refusal=f"{item.name}: no copy stays in playable range"))
    signature = signature_of(piece.target)
    entry = replace(
        entry,
        samples=tuple(sorted(written + kept)),
        split=piece.split or side_of(signature),
        split_given=piece.split is not None,
        signature=signature,
    )
    return Outcome(entry, len(written), len(kept))


def read_item(item: Item, split_pitch: int) -> tuple[Piece, str]:
    """The piece of an item and the sha256 of what it was read from. Raises JamBotError."""
    if item.kind == "outside":
        raise RefusedError(f"{item.name}: a link that leads out of the folder")
    if item.record is not None:
        text = json.dumps(item.record, sort_keys=True)
        piece = sheet_piece(item.record) if item.kind == "sheet" else solo_piece(item.record)
        return _with_known_split(piece), sha256(text.encode()).hexdigest()
    if item.path.exists() and not item.path.is_file():
        raise RefusedError(f"{item.name}: not a regular file")
    song = read_midi(item.path)
    digest = sha256(item.path.read_bytes()).hexdigest()
    piece = midi_piece(song, item.source, item.name, split_pitch)
    return _with_known_split(replace(piece, split=item.split, licence=item.licence)), digest


def _with_known_split(piece: Piece) -> Piece:
    return piece if piece.split in ("train", "val", None) else replace(piece, split=None)
