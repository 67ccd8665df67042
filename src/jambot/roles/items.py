"""One item of a corpus made into samples: the unit of work of `prepare`.

Runs in worker processes: everything here pickles, knows no journal and no progress.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from jambot import __version__
from jambot.errors import JamBotError
from jambot.music import read_midi
from jambot.roles.copies import CopySettings, samples_of
from jambot.roles.corpus import Item
from jambot.roles.journal import Entry
from jambot.roles.piece import Piece, RefusedError, together
from jambot.roles.sample import META_FILE, write_encoded
from jambot.roles.sources.lead_sheet import sheet_piece
from jambot.roles.sources.midi_piece import midi_pieces
from jambot.roles.sources.take import keys_of_song, pieces_of, take_pieces
from jambot.roles.sources.trio import track_pieces
from jambot.roles.sources.two_hands import HANDS, Split
from jambot.roles.sources.weimar import solo_piece
from jambot.roles.twins import side_of

FORMAT = 8
"""Raise it when the same source and settings give other samples: old ones are then made anew."""


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """What `prepare` makes of each item."""

    out: Path
    copies: CopySettings
    splits: tuple[Split, ...] = (HANDS,)
    track: str | None = None

    @property
    def made(self) -> str:
        """What shapes a single sample: another value, and samples are made anew."""
        track = "" if self.track is None else f" track {self.track}"
        return f"{__version__}.{FORMAT} seed {self.copies.seed}{track}"

    @property
    def asked(self) -> str:
        """Which copies are wanted: another value, and the missing ones are added."""
        splits = ",".join(map(str, self.splits))
        return f"{self.copies.transpose} x{self.copies.comping_variants} split {splits}"


@dataclass(frozen=True, slots=True)
class Task:
    """An item to do; `anew` where its source or the settings changed since it was last done."""

    item: Item
    stamp: str
    anew: bool


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The journal entry of an item, how many samples were written now, and how many were there.

    `doubt` says what else might have been its target.
    """

    entry: Entry
    written: int = 0
    kept: int = 0
    doubt: str = ""


def stamp_of(item: Item) -> str:
    """What changes when the source of an item changes: size and time, or the record's hash."""
    if item.record is not None:
        return sha256(json.dumps(item.record, sort_keys=True).encode()).hexdigest()[:24]
    try:
        status = item.path.stat()
    except OSError:
        return "unreadable"
    return f"{status.st_size}-{status.st_mtime_ns}"


def make_samples(task: Task, settings: PrepareSettings) -> ItemOutcome:
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
        pieces, digest = read_item(item, settings.splits, settings.track)
        for piece in pieces:
            for sample in samples_of(piece, settings.copies, digest, wanted):
                write_encoded(sample, settings.out / sample.sample_id)
                written.append(sample.sample_id)
    except JamBotError as error:
        return ItemOutcome(replace(entry, refusal=str(error)))
    except ValueError as error:  # pitches or velocities no MIDI file can hold
        return ItemOutcome(replace(entry, refusal=f"{item.name}: {error}"))
    if not written and not kept:
        return ItemOutcome(replace(entry, refusal=f"{item.name}: no copy stays in playable range"))
    entry = replace(
        entry,
        samples=tuple(sorted(written + kept)),
        split=piece.split or side_of(piece.signature),
        split_given=piece.split is not None,
        signature=piece.signature,
    )
    return ItemOutcome(entry, len(written), len(kept), piece.doubt)


def read_item(
    item: Item, splits: Sequence[Split], track: str | None = None
) -> tuple[list[Piece], str]:
    """The pieces of an item (one composition) and the sha256 of what they were read from.

    `track` names the track of a MIDI file that leads. Raises JamBotError.
    """
    if item.kind == "outside":
        raise RefusedError(f"{item.name}: a link that leads out of the folder, or to a folder")
    if item.record is not None:
        text = json.dumps(item.record, sort_keys=True)
        digest = sha256(text.encode()).hexdigest()
        return [_with_known_split(piece) for piece in _together(_recorded(item))], digest
    if item.path.exists() and not item.path.is_file():
        raise RefusedError(f"{item.name}: not a regular file")
    if item.kind == "take":
        pieces = take_pieces(item.path, item.source, item.name, splits)
    else:
        pieces = _pieces_of_midi(item, splits, track)
    digest = sha256(item.path.read_bytes()).hexdigest()
    pieces = [replace(piece, split=item.split) for piece in _together(pieces)]
    return [_with_known_split(piece) for piece in pieces], digest


def _recorded(item: Item) -> list[Piece]:
    assert item.record is not None
    if item.kind == "trio":
        return track_pieces(item.record, item.path)
    return [sheet_piece(item.record) if item.kind == "sheet" else solo_piece(item.record)]


def _together(pieces: Sequence[Piece]) -> list[Piece]:
    """Each piece where both sides play. Raises the first RefusedError when none is left."""
    kept: list[Piece] = []
    refusals: list[RefusedError] = []
    for piece in pieces:
        try:
            kept.append(together(piece))
        except RefusedError as error:
            refusals.append(error)
    if refusals and not kept:
        raise refusals[0]
    return kept


def _pieces_of_midi(item: Item, splits: Sequence[Split], track: str | None) -> list[Piece]:
    song = read_midi(item.path)
    take = keys_of_song(song) if track is None else None
    if take is not None:
        return pieces_of(take, item.source, item.name, splits)
    pieces = midi_pieces(song, item.source, item.name, splits, track)
    return [replace(piece, licence=item.licence) for piece in pieces]


def _with_known_split(piece: Piece) -> Piece:
    return piece if piece.split in ("train", "val", None) else replace(piece, split=None)
