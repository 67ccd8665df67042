"""One writer to a folder: a lock that the system lets go of when its holder dies.

A lock on the file, not the file itself, is what counts: a file left behind by a run that was killed
stops nobody. What stands in it names the holder.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jambot.errors import UsageError

if sys.platform == "win32":
    import msvcrt

    LOOK_SECONDS = 0.2
    LOCKED_BYTE = 1 << 20
    """Windows lets nobody read what is locked, so we lock a byte far behind the holder's name."""

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            # Windows says that it is locked by EACCES, Wine by no number at all.
            raise BlockingIOError from error
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _wait_for(descriptor: int) -> None:
        while True:
            try:
                return _take(descriptor)
            except BlockingIOError:
                time.sleep(LOOK_SECONDS)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _wait_for(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def lock_file(folder: Path, command: str) -> Path:
    """What a `command` that writes to `folder` holds; it may lie there without being held."""
    return folder / f".{command}.lock"


@contextmanager
def only_writer(folder: Path, command: str, elsewhere: str) -> Iterator[None]:
    """Hold `folder` for this process, which does a `command` of jambot in it.

    Raises UsageError naming the process that holds it already, or where the folder cannot be
    written to; `elsewhere` is what to give for another folder.

    Where the disk knows no locks (some network folders), the run goes on without one.
    """
    path = lock_file(folder, command)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "a folder that can be written to") from error
    try:
        try:
            _take(descriptor)
        except (BlockingIOError, PermissionError) as error:
            raise UsageError(
                f"{folder}: {_holder(path)} is writing to it",
                f"one `jambot {command}` at a time in a folder",
                f"wait for it, stop it, or choose another {elsewhere}",
            ) from error
        except OSError:
            pass
        os.ftruncate(descriptor, 0)
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        os.write(descriptor, f"process {os.getpid()} on {platform.node()}, since {since}".encode())
        yield
    finally:
        os.close(descriptor)


@contextmanager
def in_turn(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock file `path`, after whoever holds it now; `waits` is called if somebody does.

    Raises OSError where no such file can be made. Where the disk knows no locks, nobody waits.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _take(descriptor)
        except (BlockingIOError, PermissionError):
            waits()
            _wait_for(descriptor)
        except OSError:
            pass
        yield
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or "another run"
    except OSError:
        return "another run"
