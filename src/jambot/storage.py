"""Files that are there whole or not at all.

What is written goes into a file beside the one that is meant, is forced onto the disk, and takes
the other's place in one step. A full disk, a kill or a power cut leaves what stood there before.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

REPLACE_SECONDS = 2.0
"""Windows replaces no file that somebody reads at that moment; so long it is tried again."""
LOOK_SECONDS = 0.02
_numbers = count(1)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place when the block has ended.

    When the block or the disk fails, the unfinished file is gone and `path` is as it was: OSError,
    or what the block raised. Several may write one `path` at once; the last one to end stays.
    """
    mark = f"{os.getpid()}-{threading.get_ident()}-{next(_numbers)}"
    unfinished = path.with_name(f".{path.stem}.{mark}{path.suffix}")
    try:
        yield unfinished
        _force_onto_disk(unfinished)
        _replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` so that `path` holds all of it or what it held before.

    Text becomes UTF-8, and half a sign in it (a lone surrogate) a question mark. Raises OSError
    where the disk does not take it.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    with whole_file(path) as unfinished:
        unfinished.write_bytes(data)


def new_folder(path: Path) -> Path:
    """Make a folder that was not there: `path`, or `path` with `_2`, `_3`, … where it is taken.

    Raises OSError where the disk lets none be made.
    """
    for number in count(1):
        folder = path if number == 1 else path.with_name(f"{path.name}_{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("numbers do not end")


def _force_onto_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _replace(unfinished: Path, path: Path) -> None:
    deadline = time.monotonic() + REPLACE_SECONDS
    while True:
        try:
            os.replace(unfinished, path)
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_SECONDS)
