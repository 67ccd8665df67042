"""What has been done in a dataset folder, so that a re-run does what is missing.

`journal.jsonl` holds a line per item and is only appended to; the newest line of an item counts,
and a torn last line (the run was interrupted) is ignored. In memory stands one number per item:
where its line begins.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO

from jambot.roles.sample import JOURNAL_FILE


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one item.

    `stamp` tells whether the source changed since, `made` whether the settings that shape a sample
    did, `copies` which copies were asked for. `split_given` is True where the source fixed it.
    """

    source: str
    name: str
    stamp: str = ""
    made: str = ""
    copies: str = ""
    samples: tuple[str, ...] = ()
    refusal: str = ""
    split: str = ""
    split_given: bool = False
    signature: tuple[int, ...] = ()


class Journal:
    """The entries of a dataset folder. Threads: one process and thread writes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL_FILE
        self._places: dict[bytes, int] = {}
        self.path.touch()
        self._file: IO[bytes] = self.path.open("r+b")
        self._index()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the journal is whole after every `add`."""
        self._file.close()

    def entry(self, source: str, name: str) -> Entry | None:
        """The newest entry of an item, or None."""
        place = self._places.get(_key(source, name))
        return None if place is None else self._read(place)

    def add(self, entry: Entry) -> None:
        """Append `entry`; it replaces what was known of its item."""
        self._file.seek(0, 2)
        self._places[_key(entry.source, entry.name)] = self._file.tell()
        text = json.dumps(asdict(entry), ensure_ascii=True, separators=(",", ":"))
        self._file.write(text.encode("ascii") + b"\n")
        self._file.flush()

    def places(self) -> list[int]:
        """Where the newest entry of each item begins, in order of writing; for `read`."""
        return sorted(self._places.values())

    def read(self, place: int) -> Entry:
        """The entry that begins at `place`."""
        entry = self._read(place)
        if entry is None:
            raise ValueError(f"no entry at {place} in {self.path}")
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return (self.read(place) for place in self.places())

    def _index(self) -> None:
        place = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            entry = _parsed(line)
            if entry is not None:
                self._places[_key(entry.source, entry.name)] = place
            place += len(line)
        self._file.truncate(place)

    def _read(self, place: int) -> Entry | None:
        self._file.seek(place)
        return _parsed(self._file.readline())


def _key(source: str, name: str) -> bytes:
    return blake2b(f"{source}\0{name}".encode("utf-8", "replace"), digest_size=12).digest()


def _parsed(line: bytes) -> Entry | None:
    try:
        record = json.loads(line)
        lists = {key: tuple(record[key]) for key in ("samples", "signature")}
        return Entry(**{**record, **lists})
    except (ValueError, TypeError, KeyError):
        return None
