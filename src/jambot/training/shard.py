"""Token shards: the role dataset as flat arrays, read without unpacking.

A shard folder holds `tokens.u16` (all streams, one after another), `outside.u8` (1 at the PITCH of
a note outside the sounding harmony) and `index.json`. A stream is a whole sample without a header,
so a window may open at any of its bar lines; transposition is arithmetic on ids (`batches`).
"""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jambot.errors import DatasetError
from jambot.music import Meter, Note, harmony_changes, strikes
from jambot.music.note import STRIKE_S
from jambot.roles.sample import RoleSample, find_samples, read_sample
from jambot.storage import Replacement
from jambot.tokens import VOCABULARY, Prompt, ticks_at
from jambot.tokens.codec import encode_span
from jambot.tokens.vocabulary import TICKS_PER_BEAT

LAYOUT = 4
"""Raised when a shard folder comes to hold something else: older ones are then encoded anew."""
INDEX_FILE = "index.json"


@dataclass(frozen=True, slots=True)
class Stream:
    """One sample in a shard: where it lies, where its bars open, and what its header says."""

    sample_id: str
    source: str
    source_id: str
    style: str | None
    performer: str | None
    year: int | None
    role: str
    player: str
    unknown: tuple[str, ...]
    """Parts of its notes that the source does not know: `velocity`, `duration`."""
    tempo_bpm: float
    beats_per_bar: int
    first: int
    length: int
    bars: tuple[int, ...]


class Shard:
    """A memory-mapped shard: `tokens` (n,) uint16, `outside` (n,) uint8, `streams`."""

    def __init__(self, folder: Path) -> None:
        index = folder / INDEX_FILE
        if not is_shard(folder):
            raise DatasetError(
                f"{folder} holds no {INDEX_FILE}",
                "a token shard",
                "delete the folder; training encodes the samples again",
            )
        content = json.loads(index.read_text(encoding="utf-8"))
        if content["vocabulary"] != VOCABULARY.fingerprint:
            raise DatasetError(
                f"{folder} was encoded with vocabulary {content['vocabulary']}",
                VOCABULARY.fingerprint,
                "delete the folder; training encodes the samples again",
            )
        self.streams = [
            Stream(**{**row, "bars": tuple(row["bars"]), "unknown": tuple(row["unknown"])})
            for row in content["streams"]
        ]
        self.tokens: NDArray[np.uint16] = np.memmap(folder / "tokens.u16", np.uint16, "r")
        self.outside: NDArray[np.uint8] = np.memmap(folder / "outside.u8", np.uint8, "r")

    def only(self, keep: Callable[[Stream], bool]) -> "Shard":
        """The same shard with just the streams that `keep` wants; nothing is copied."""
        view = copy(self)
        view.streams = [stream for stream in self.streams if keep(stream)]
        return view


def is_shard(folder: Path) -> bool:
    """Whether `folder` holds a shard; one that does is whole."""
    return (folder / INDEX_FILE).is_file()


def build_shard(
    role_dir: Path,
    out: Path,
    split: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    one_comping: bool = False,
) -> Shard:
    """Encode the untransposed samples of a split into a shard folder.

    `one_comping` keeps a single comping variant of each composition: enough to measure by. The
    folder appears whole or not at all, and takes the place of one that is there. Raises
    DatasetError when nothing is found.
    """
    folders = find_samples(role_dir, split)
    streams: list[Stream] = []
    tokens: list[NDArray[np.uint16]] = []
    outside: list[NDArray[np.uint8]] = []
    first = 0
    for done, folder in enumerate(folders):
        progress(done, len(folders))
        sample = read_sample(folder)
        if sample.meta.transposition != 0:
            continue
        if one_comping and any(s.source_id == sample.meta.source_id for s in streams):
            continue
        ids, outsiders, bars = encode_sample(sample)
        tokens.append(ids)
        outside.append(outsiders)
        streams.append(_stream(sample, first, bars, len(ids)))
        first += len(ids)
    if not streams:
        raise DatasetError(
            f"{role_dir} holds no untransposed {split} samples",
            "role samples",
            "run `jambot prepare SOURCE --out` on it first",
        )
    _write(out, streams, np.concatenate(tokens), np.concatenate(outside))
    return Shard(out)


def encode_sample(
    sample: RoleSample,
) -> tuple[NDArray[np.uint16], NDArray[np.uint8], tuple[int, ...]]:
    """Ids of the whole sample from bar 0, its outside marks, and the offset of every `BAR`."""
    meter = Meter(sample.meta.beats_per_bar)
    end = max(note.end_beats for note in sample.target)
    prompt = Prompt(
        harmonies=tuple(harmony_changes(sample.conditioning)),
        notes=tuple(as_played(sample)),
        resume_beats=meter.next_bar_start(end) - 1 / 24,
        meter=meter,
    )
    ids = np.array(encode_span(prompt, [], 0).ids, np.uint16)
    bars = np.flatnonzero(ids == VOCABULARY.id("BAR"))
    return ids, _outside(ids), tuple(int(bar) for bar in bars)


def as_played(sample: RoleSample) -> list[Note]:
    """The target on the token grid: a pianist's strikes whole, anybody else's line single."""
    if sample.meta.player == "pianist":
        window = STRIKE_S * sample.meta.tempo_bpm / 60.0
        return [
            replace(note, onset_beats=strike[0].onset_beats)
            for strike in strikes(sample.target, window)
            for note in strike
        ]
    line, free = list[Note](), 0
    for top, *_ in strikes(sample.target):
        tick = max(ticks_at(top.onset_beats), free)
        free = tick + 1
        line.append(replace(top, onset_beats=tick / TICKS_PER_BEAT))
    return line


def _outside(ids: NDArray[np.uint16]) -> NDArray[np.uint8]:
    marks = np.zeros(len(ids), np.uint8)
    heard: set[int] = set()
    for i, token in enumerate(ids):
        field = VOCABULARY.field(int(token))
        if field in ("BASS", "TACET"):
            heard = set()
        if field in ("BASS", "HARM"):
            heard.add(VOCABULARY.value(int(token)))
        elif field == "PITCH":
            marks[i] = VOCABULARY.value(int(token)) % 12 not in heard
    return marks


def _stream(sample: RoleSample, first: int, bars: tuple[int, ...], length: int) -> Stream:
    meta = sample.meta
    return Stream(
        sample.sample_id,
        meta.source,
        meta.source_id,
        meta.style,
        meta.performer,
        meta.year,
        meta.role,
        meta.player or "horn",
        meta.unknown,
        meta.tempo_bpm,
        meta.beats_per_bar,
        first,
        length,
        bars,
    )


def _write(
    out: Path, streams: list[Stream], tokens: NDArray[np.uint16], outside: NDArray[np.uint8]
) -> None:
    """Write beside `out` and then take its place: whoever has the old one open goes on with it."""
    content = {"vocabulary": VOCABULARY.fingerprint, "streams": [asdict(s) for s in streams]}
    with Replacement(out) as new:
        tokens.tofile(new / "tokens.u16")
        outside.tofile(new / "outside.u8")
        (new / INDEX_FILE).write_text(json.dumps(content), encoding="utf-8")
