"""Where every sample comes from, as one table: `provenance.parquet`, a row a sample.

For questions that a folder of folders answers slowly (what licences, which performers, how many in
this key). Written whole or not at all, in row groups, so that memory stays flat. Needs `pyarrow`,
which the `train` extra brings.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jambot.storage import whole_file

PROVENANCE_FILE = "provenance.parquet"
ROWS_AT_ONCE = 8192

COLUMNS = {
    "sample_id": "string",
    "source": "string",
    "source_id": "string",
    "licence": "string",
    "split": "string",
    "role": "string",
    "transposition": "int16",
    "comping_variant": "int16",
    "split_pitch": "int16",
    "tempo_bpm": "float32",
    "beats_per_bar": "int16",
    "key": "string",
    "found": "string",
    "style": "string",
    "performer": "string",
    "year": "int32",
    "player": "string",
    "unknown": "string",
    "choice": "string",
    "source_sha256": "string",
    "conditioning_sha256": "string",
    "target_sha256": "string",
    "tool_version": "string",
}
"""Name -> Arrow type. Names are those of `meta.json`; lists are joined by commas."""


class Provenance:
    """Takes a sample's `meta.json` at a time; without `pyarrow` it takes them and writes nothing.

    `rows` counts what was taken.
    """

    def __init__(self, path: Path | None = None, unfinished: Path | None = None) -> None:
        """`path` is where the table will lie, `unfinished` where it is written until it is whole.

        Without them nothing is written.
        """
        self.rows = 0
        self.path = path
        """Where the table lies; None where it could not be written."""
        self._waiting: list[dict[str, Any]] = []
        if unfinished is None:
            return
        self._arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
        kinds = [(name, getattr(self._arrow, kind)()) for name, kind in COLUMNS.items()]
        self._schema = self._arrow.schema(kinds)
        self._writer = parquet.ParquetWriter(unfinished, self._schema, compression="zstd")

    def add(self, sample_id: str, meta: Mapping[str, Any]) -> None:
        """Take one row, as read from `meta.json`."""
        self.rows += 1
        if self.path is None:
            return
        hashes = meta.get("files_sha256") or {}
        row = {name: meta.get(name) for name in COLUMNS}
        row |= {
            "sample_id": sample_id,
            "found": ",".join(meta.get("found") or ()),
            "unknown": ",".join(meta.get("unknown") or ()),
            "conditioning_sha256": hashes.get("conditioning.mid"),
            "target_sha256": hashes.get("target.mid"),
        }
        self._waiting.append(row)
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the end of the table."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(self._arrow.Table.from_pylist(self._waiting, self._schema))
            self._waiting = []


def _has_arrow() -> bool:
    try:
        importlib.import_module("pyarrow")
    except ImportError:
        return False
    return True


@contextmanager
def provenance(role_dir: Path) -> Iterator[Provenance]:
    """The table of the dataset in `role_dir`; it appears when the block ends without a fault."""
    if not _has_arrow():
        yield Provenance()
        return
    path = role_dir / PROVENANCE_FILE
    with whole_file(path) as unfinished:
        table = Provenance(path, unfinished)
        try:
            yield table
        finally:
            table.close()
