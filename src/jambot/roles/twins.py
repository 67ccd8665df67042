"""Near-duplicates: the same melody under two names, in another key, or in another arrangement.

A melody is known by the set of its interval 8-grams, which transposition leaves alone; two melodies
are twins when their sets are alike. Sets are compared by MinHash (Broder, *On the resemblance and
containment of documents*, 1997), so that a million pieces need no million comparisons each. After a
run, twins that fell on both splits are brought together on one side.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jambot.music import Note
from jambot.roles.journal import Entry, Journal
from jambot.roles.sample import META_FILE
from jambot.storage import write_whole

GRAM = 8
"""Intervals a gram: shorter ones (scales, repeated notes) are shared by strangers."""
ROWS, BANDS = 2, 16
ALIKE = 0.5
"""Share of equal MinHashes from which two melodies are twins."""
VAL_SHARE = 0.1
_PRIME = (1 << 31) - 1
_RANDOM = np.random.Generator(np.random.PCG64(20261123))
_FACTORS: NDArray[np.int64] = _RANDOM.integers(1, _PRIME, ROWS * BANDS, dtype=np.int64)
_OFFSETS: NDArray[np.int64] = _RANDOM.integers(0, _PRIME, ROWS * BANDS, dtype=np.int64)

Signature = tuple[int, ...]
"""32 MinHashes; empty for a melody shorter than one gram."""


def signature_of(melody: Sequence[Note]) -> Signature:
    """The signature of a melody, the same in every key."""
    intervals = np.diff(np.array([note.pitch for note in melody], dtype=np.int64))
    if len(intervals) < GRAM:
        return ()
    grams = np.lib.stride_tricks.sliding_window_view(intervals + 128, GRAM)
    hashes = np.zeros(len(grams), dtype=np.int64)
    for column in range(GRAM):
        hashes = np.mod(hashes * 257 + grams[:, column], _PRIME)
    minima = ((np.unique(hashes)[:, None] * _FACTORS + _OFFSETS) % _PRIME).min(axis=0)
    return tuple(int(value) for value in minima)


def side_of(signature: Signature) -> str:
    """The split a composition falls on by itself: the same for ever, and mostly for its twins."""
    digest = sha256(str(signature[:1]).encode()).digest()
    return "val" if int.from_bytes(digest[:4], "big") < VAL_SHARE * 2**32 else "train"


def likeness(a: Signature, b: Signature) -> float:
    """The estimated share of common grams, 0–1; 0 for melodies too short to tell."""
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a) if a and b else 0.0


def groups(signatures: Iterable[tuple[int, Signature]]) -> Iterator[list[int]]:
    """Groups of two or more twins, as the numbers they came with; a twin's twin belongs to both."""
    known = {number: signature for number, signature in signatures if signature}
    leader = {number: number for number in known}

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for bucket in _buckets(known):
        for a, b in combinations(bucket, 2):
            if find(a) != find(b) and likeness(known[a], known[b]) >= ALIKE:
                leader[find(b)] = find(a)
    members: dict[int, list[int]] = defaultdict(list)
    for number in known:
        members[find(number)].append(number)
    yield from (sorted(group) for group in members.values() if len(group) > 1)


def _buckets(known: dict[int, Signature]) -> Iterator[list[int]]:
    """Numbers that share a band, band by band; very full buckets are compared in a chain."""
    for band in range(BANDS):
        shared: dict[Signature, list[int]] = defaultdict(list)
        for number, signature in known.items():
            shared[signature[band * ROWS : (band + 1) * ROWS]].append(number)
        for bucket in shared.values():
            if len(bucket) <= 50:
                yield bucket
            else:
                yield from ([a, b] for a, b in pairwise(bucket))


def settle_splits(journal: Journal, out: Path) -> list[str]:
    """Give every group of twins one split, in the journal and in their samples.

    A split the source fixed outranks one we chose; between fixed ones "val" wins, since what is
    held out anywhere must not be learnt; otherwise the group's smallest signature decides. Returns
    the names of the pieces that changed sides.
    """
    places = journal.places()
    signatures = ((place, journal.read(place).signature) for place in places)
    moved = []
    for group in groups(signatures):
        entries = [journal.read(place) for place in group]
        side = _side(entries)
        for entry in entries:
            if entry.split != side:
                for sample in entry.samples:
                    _rewrite_split(out / sample / META_FILE, side)
                journal.add(replace(entry, split=side))
                moved.append(f"{entry.source}/{entry.name} -> {side}")
    return moved


def _side(entries: Sequence[Entry]) -> str:
    given = {entry.split for entry in entries if entry.split_given}
    if given:
        return "val" if "val" in given else "train"
    return side_of(min(entry.signature for entry in entries))


def _rewrite_split(path: Path, side: str) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({**record, "split": side}, ensure_ascii=False, separators=(",", ":"))
    write_whole(path, text + "\n", sync=False)
