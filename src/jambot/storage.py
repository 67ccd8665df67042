"""Files and folders that are there whole or not at all, and what tells a file from another.

What is written goes into a file beside the one that is meant, is forced onto the disk, and takes
the other's place in one step. A full disk, a kill or a power cut leaves what stood there before.
What a person has made is replaced only where that person says so.
"""

import errno
import glob
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from jambot.errors import UsageError

REPLACE_SECONDS = 2.0
"""Windows replaces no file that somebody reads at that moment; so long it is tried again."""
LOOK_SECONDS = 0.02
UNFINISHED = ".new"
_numbers = count(1)


@contextmanager
def whole_file(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place when the block has ended.

    When the block or the disk fails, the unfinished file is gone and `path` is as it was: OSError,
    or what the block raised. Several may write one `path` at once; the last one to end stays.
    Without `sync` the disk is not waited for: right for thousands of small files that can be made
    again, since a power cut may leave them empty.
    """
    mark = f"{os.getpid()}-{threading.get_ident()}-{next(_numbers)}"
    unfinished = path.with_name(f".{path.stem}.{mark}{path.suffix}")
    try:
        yield unfinished
        if sync:
            _force_onto_disk(unfinished)
        _replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str | bytes, *, sync: bool = True) -> None:
    """Write `content` so that `path` holds all of it or what it held before.

    Text becomes UTF-8, and half a sign in it (a lone surrogate) a question mark; `sync` as in
    `whole_file`. Raises OSError where the disk does not take it.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    with whole_file(path, sync=sync) as unfinished:
        unfinished.write_bytes(data)


def refuse_to_lose(path: Path, inputs: Iterable[Path] = (), *, force: bool = False) -> None:
    """Raise UsageError where writing `path` would lose a file that is there.

    With `force` an earlier file may be replaced. What is being read (`inputs`) never is, under any
    name that leads to it, and neither is a folder or a device.
    """
    if not os.path.exists(path):  # a name that cannot be asked for is told of by the writing
        return
    cure = f"write to another file: {free_name(path)} is free"
    if any(path.samefile(read) for read in inputs if os.path.exists(read)):
        raise UsageError(f"{path} is a file that this command reads", "another file to write", cure)
    if not path.is_file():
        raise UsageError(f"{path} is not a file", "a file to write", cure)
    if not force:
        raise UsageError(
            f"{path} exists already", "a new file", f"{cure}; or replace it with --force"
        )


def free_name(path: Path) -> Path:
    """`path`, or where something lies there `path` with `_2`, `_3`, … before its suffix.

    In a folder that is named by no name (`.`), `new`.
    """
    first = path if path.name else path.resolve() / "new"
    names = (first if n == 1 else first.with_stem(f"{first.stem}_{n}") for n in count(1))
    return next(name for name in names if not os.path.exists(name))


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


class Replacement:
    """A context that gives an empty folder to fill, which takes the place of `folder` once whole.

    When the block raises, or the folder cannot be replaced, what stood in it before is still there.
    The old folder is set aside for the moment between two renames; `settled` brings it back if a
    crash fell there. A `fresh` one replaces nothing: FileExistsError where there is a folder.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.folder, self.fresh = folder, fresh
        self.new = folder.with_name(f".{folder.name}.{os.getpid()}{UNFINISHED}")

    def __enter__(self) -> Path:
        self._refuse_another()
        shutil.rmtree(self.new, ignore_errors=True)
        self.new.mkdir(parents=True)
        return self.new

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self.new, ignore_errors=True)
            return
        try:
            self._swap()
        except OSError:
            settled(self.folder)
            shutil.rmtree(self.new, ignore_errors=True)
            raise

    def _swap(self) -> None:
        self._refuse_another()
        old = _set_aside(self.folder)
        if self.folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            self.folder.rename(old)
        self.new.rename(self.folder)
        shutil.rmtree(old, ignore_errors=True)

    def _refuse_another(self) -> None:
        if self.fresh and os.path.lexists(self.folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.folder))


def leftovers(room: Path, name: str | None = None, pid: int | None = None) -> list[Path]:
    """What Replacements in `room` left when they were killed: of the folder `name` or of any, of
    process `pid` or of any."""
    of = "*" if name is None else glob.escape(name)
    return sorted(room.glob(f".{of}.{'*' if pid is None else pid}{UNFINISHED}"))


def sweep(folder: Path) -> None:
    """Remove what a kill has left of a Replacement of `folder`, where nobody else is at one."""
    for left in leftovers(folder.parent, folder.name):
        shutil.rmtree(left, ignore_errors=True)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as `sha256sum` prints it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settled(folder: Path) -> bool:
    """Whether there is a `folder`; one that a crash caught between two renames is brought back."""
    if not folder.exists() and _set_aside(folder).exists():
        _set_aside(folder).rename(folder)
    return folder.is_dir()


def _set_aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


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
