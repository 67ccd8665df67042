"""One role sample: what the player gives (conditioning) and what is answered (target).

On disk a sample is a folder `<role_dir>/<sample_id>/` of `conditioning.mid`, `target.mid` and
`meta.json`. It appears whole or not at all: it is written beside its place and then renamed.
Times are beats; bar lines fall on multiples of `beats_per_bar`.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from jambot.errors import BadMidiError, DatasetError
from jambot.music import Chord, ChordSpan, Meter, Note, TempoMap, by_onset, parse_chord, read_midi
from jambot.music.chord import PITCH_CLASS_NAMES
from jambot.music.midi_bytes import TrackBytes, conductor_bytes, notes_bytes, song_bytes
from jambot.storage import Replacement, leftovers

CONDITIONING_FILE = "conditioning.mid"
TARGET_FILE = "target.mid"
META_FILE = "meta.json"
FILES_SHA256 = "files_sha256"
"""Where `meta.json` keeps the hash of each of the two MIDI files."""
JOURNAL_FILE = "journal.jsonl"
"""What `jambot prepare` keeps in a dataset, beside the samples."""
PLAYERS = ("pianist", "horn", "voice")
PARTS_OF_A_NOTE = ("velocity", "duration")
CURE = "run `jambot prepare` again; it writes what is missing"


@dataclass(frozen=True, slots=True)
class SampleMeta:
    """Where a sample comes from and how it was made; `meta.json` holds the same names.

    `source_id` names the composition: all transpositions and comping variants share it, and with
    it their `split` ("train" or "val"). `chords` may be empty. `choice` says in words why these
    notes became the conditioning and those the target. `found` names what nobody wrote and we heard
    in the notes: "chords", "key". `player` is the kind of player the target is by (one of
    `PLAYERS`; None: not known). `unknown` names the `PARTS_OF_A_NOTE` that the source does not know
    of the target: they are not to be learnt.
    """

    source: str
    source_id: str
    split: str
    tempo_bpm: float
    role: str = "lead"
    licence: str = ""
    beats_per_bar: int = 4
    key: str | None = None
    chords: tuple[ChordSpan, ...] = ()
    transposition: int = 0
    comping_variant: int | None = None
    split_pitch: int | None = None
    style: str | None = None
    performer: str | None = None
    year: int | None = None
    choice: str = ""
    source_sha256: str = ""
    tool_version: str = ""
    found: tuple[str, ...] = ()
    player: str | None = None
    unknown: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The plain dictionary that `meta.json` holds."""
        record = {name: getattr(self, name) for name in self.__slots__}
        record["chords"] = [_span_to_json(span) for span in self.chords]
        record["found"] = list(self.found)
        record["unknown"] = list(self.unknown)
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "SampleMeta":
        """Read `to_json` back, unknown names left out. Raises KeyError, TypeError, ValueError."""
        known = {name: record[name] for name in cls.__slots__ if name in record}
        known["chords"] = tuple(_span_from_json(span) for span in record.get("chords", ()))
        known["found"] = tuple(record.get("found", ()))
        known["unknown"] = tuple(record.get("unknown", ()))
        meta = cls(**known)
        if meta.split not in ("train", "val") or not meta.tempo_bpm > 0 or meta.beats_per_bar < 1:
            raise ValueError(f"split {meta.split!r}, tempo {meta.tempo_bpm}, {meta.beats_per_bar}")
        if meta.player not in (None, *PLAYERS) or not {*meta.unknown} <= {*PARTS_OF_A_NOTE}:
            raise ValueError(f"player {meta.player!r}, unknown {', '.join(meta.unknown)}")
        return meta


@dataclass(frozen=True, slots=True)
class RoleSample:
    """Conditioning and target notes, each in playing order, with their provenance."""

    sample_id: str
    conditioning: tuple[Note, ...]
    target: tuple[Note, ...]
    meta: SampleMeta

    def transposed(self, semitones: int) -> "RoleSample":
        """The same sample `semitones` higher; its id and meta say so. Pitches are not checked."""
        spans = tuple(
            replace(span, chord=span.chord.transposed(semitones)) if span.chord else span
            for span in self.meta.chords
        )
        total = self.meta.transposition + semitones
        meta = replace(
            self.meta,
            chords=spans,
            transposition=total,
            key=transposed_key(self.meta.key, semitones),
        )
        return RoleSample(
            self.sample_id,
            tuple(note.transposed(semitones) for note in self.conditioning),
            tuple(note.transposed(semitones) for note in self.target),
            meta,
        )


@dataclass(frozen=True, slots=True)
class EncodedSample:
    """A sample as bytes, file name -> content: what a folder will hold."""

    sample_id: str
    files: dict[str, bytes]


def read_sample(folder: Path) -> RoleSample:
    """Read a sample. Raises DatasetError naming the part that is missing or damaged."""
    folder = Path(folder)
    meta = read_meta(folder)
    conditioning, target = (_notes(folder / name) for name in (CONDITIONING_FILE, TARGET_FILE))
    return RoleSample(folder.name, conditioning, target, meta)


def read_meta(folder: Path) -> SampleMeta:
    """Read only `meta.json` of a sample. Raises DatasetError."""
    path = folder / META_FILE
    try:
        return SampleMeta.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DatasetError(f"{folder}: no {META_FILE}", "a whole role sample", CURE) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: {error}", "the meta.json of a role sample", CURE) from error


def write_sample(sample: RoleSample, folder: Path) -> None:
    """Write `sample` as `folder`, replacing what was there; the folder appears whole or not at all.

    Raises DatasetError when either side holds no note: nothing could be learnt from it.
    """
    if not sample.conditioning or not sample.target:
        side = "target" if sample.conditioning else "conditioning"
        raise DatasetError(f"{sample.sample_id}: no notes in the {side}", "notes on both sides")
    conditioning = notes_bytes("conditioning", sample.conditioning)
    target = notes_bytes("target", sample.target)
    write_encoded(encoded(sample.sample_id, conditioning, target, sample.meta), Path(folder))


def encoded(
    sample_id: str, conditioning: TrackBytes, target: TrackBytes, meta: SampleMeta
) -> EncodedSample:
    """A sample's two sides and its provenance as the bytes of their files."""
    conductor = conductor_bytes(TempoMap.constant(meta.tempo_bpm), Meter(meta.beats_per_bar))
    files = {
        CONDITIONING_FILE: song_bytes([conductor, conditioning]),
        TARGET_FILE: song_bytes([conductor, target]),
    }
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    record = {**meta.to_json(), FILES_SHA256: hashes}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    files[META_FILE] = text.encode("utf-8", "replace") + b"\n"
    return EncodedSample(sample_id, files)


def write_encoded(sample: EncodedSample, folder: Path) -> None:
    """Write an encoded sample as `folder`, replacing what was there; whole or not at all."""
    with Replacement(folder) as new:
        for name, content in sample.files.items():
            (new / name).write_bytes(content)


def remove_sample(folder: Path) -> None:
    """Remove a sample, if it is there: first what makes it one, then the rest."""
    (folder / META_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(role_dir: Path, pid: int | None = None) -> None:
    """Remove what a writer that died left behind: that of process `pid`, or all of it."""
    for left in leftovers(role_dir, pid=pid):
        shutil.rmtree(left, ignore_errors=True)


def each_sample(role_dir: Path) -> Iterator[Path]:
    """The sample folders below `role_dir` one by one, in no order, however many there are.

    Raises DatasetError when there is no such folder.
    """
    role_dir = Path(role_dir)
    if not role_dir.is_dir():
        raise DatasetError(
            f"{role_dir}: no such folder", "a role dataset", "make one with `jambot prepare`"
        )
    with os.scandir(role_dir) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and os.path.isfile(f"{entry.path}/{META_FILE}"):
                yield role_dir / entry.name


def is_sample(folder: Path) -> bool:
    """Whether `folder` is a role sample, whole or damaged."""
    return all((folder / name).is_file() for name in (META_FILE, CONDITIONING_FILE))


def is_dataset(folder: Path) -> bool:
    """Whether role samples lie in `folder`, or did: it holds the journal of `jambot prepare`."""
    if not folder.is_dir():
        return False
    return (folder / JOURNAL_FILE).is_file() or any(map(is_sample, each_sample(folder)))


def find_samples(role_dir: Path, split: str | None = None) -> list[Path]:
    """The sample folders below `role_dir`, sorted by name; with `split`, only that side.

    Raises DatasetError when there is no such folder; a folder without samples gives an empty list.
    """
    folders = sorted(each_sample(role_dir), key=lambda folder: folder.name)
    return [f for f in folders if split is None or read_meta(f).split == split]


def transposed_key(key: str | None, semitones: int) -> str | None:
    """A key name such as `Bb-maj` or `Am`, `semitones` higher; what is not a key stays as it is."""
    if not key or not key[0].isupper():
        return key
    length = 2 if key[1:2] in ("b", "#") else 1
    try:
        root = parse_chord(key[:length]).root
    except ValueError:
        return key
    return PITCH_CLASS_NAMES[(root + semitones) % 12] + key[length:]


def _notes(path: Path) -> tuple[Note, ...]:
    if not path.is_file():
        raise DatasetError(f"{path.parent}: no {path.name}", "a whole role sample", CURE)
    try:
        song = read_midi(path)
    except BadMidiError as error:
        raise DatasetError(f"{path}: {error.found}", "a whole role sample", CURE) from error
    return tuple(by_onset(note for track in song.tracks for note in track.notes))


def _span_to_json(span: ChordSpan) -> list[Any]:
    chord = span.chord
    ends = [round(span.onset_beats, 4), round(span.end_beats, 4)]
    return [*ends, chord.symbol, list(chord.pitch_classes)] if chord else [*ends, None, []]


def _span_from_json(record: list[Any]) -> ChordSpan:
    onset, end, symbol, classes = record
    if symbol is None:
        return ChordSpan(float(onset), float(end), None)
    root = int(classes[0])
    _, slash, bass = str(symbol).rpartition("/")
    return ChordSpan(
        float(onset),
        float(end),
        Chord(
            symbol,
            root,
            PITCH_CLASS_NAMES.index(bass) if slash and bass in PITCH_CLASS_NAMES else root,
            tuple(int(pc) for pc in classes),
        ),
    )
