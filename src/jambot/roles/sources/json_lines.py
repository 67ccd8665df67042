"""Gzipped JSON lines, the form in which collections of annotations come."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jambot.errors import DatasetError


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of `path`, one at a time. Raises DatasetError for a broken file or line."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DatasetError(
            f"{path}: {error}", "gzipped JSON lines", "fetch the collection again"
        ) from error


def count_json_lines(path: Path) -> int:
    """How many lines `path` holds, as far as it can be read."""
    count = 0
    try:
        with gzip.open(path, "rb") as lines:
            for _ in lines:
                count += 1
    except (OSError, EOFError, zlib.error):
        pass
    return count
