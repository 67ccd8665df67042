"""Rows onto the disk, in order; held while the disk takes none, and what is lost is written down.

Threads: `put`, `lost` and `fault` are the stage's; a thread of the scribe's own does the disk.
"""

import json
import os
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from io import FileIO
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

LogRow = dict[str, Any]
HELD_BYTES = 32_000_000
"""So much is held for a disk that takes nothing: an hour and a half of playing."""
MOST_WAITING = 100_000
"""Rows that may wait for a disk that does not even answer; of more the newest are lost."""
AT_ONCE_BYTES = 256_000
RETRY_SECONDS = 0.5
"""How often a disk that took nothing is tried again."""
CLOSE_SECONDS = 10.0
END = "end"
"""The event that a whole log ends with: held whatever else is lost."""


class Scribe:
    """Writes rows as JSON lines to `path`, which may be there, empty.

    A line is in the file whole or not at all. Rows that the disk does not take wait; from
    `HELD_BYTES` on they are lost, newest first, as is a row that is no JSON. The log then goes on
    with a row in their place: `lost`, with `count`, `events` by name, `from_seconds`,
    `until_seconds` and the `reason`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[LogRow | None] = SimpleQueue()
        self._page = _Page(path)
        self._refused = self._told = 0
        self._thread = threading.Thread(target=self._work, name="jambot log", daemon=True)
        self._thread.start()

    def put(self, row: LogRow) -> None:
        """Have a row written, a moment later."""
        if self._queue.qsize() < MOST_WAITING:
            self._queue.put(row)
        else:
            self._refused += 1

    @property
    def lost(self) -> int:
        """Rows that will never be in the file."""
        return self._refused + self._page.lost

    @property
    def fault(self) -> str:
        """What is wrong, in a sentence; empty where everything is, or will be, in the file."""
        page, lost = self._page, self.lost
        if page.trouble:
            missing = f"events missing in it: {lost}" if lost else "nothing is lost yet"
            return f"the log cannot be written ({page.trouble}); {missing}"
        reason = page.reason or "the disk did not answer"
        return f"events missing in the log: {lost} ({reason})" if lost else ""

    def close(self) -> None:
        """Wait until everything is on the disk, ten seconds at the most."""
        if not self._thread.is_alive():
            return
        self._queue.put(None)
        self._thread.join(timeout=CLOSE_SECONDS)
        if self._thread.is_alive():
            self._refused += self._queue.qsize()
            self._page.trouble = self._page.trouble or "the disk does not answer"

    def _work(self) -> None:
        page, retry_at = self._page, 0.0
        while True:
            try:
                row = self._queue.get(timeout=RETRY_SECONDS if page.waits else None)
                if row is None:
                    break
                page.take(row)
            except Empty:
                pass
            if self._queue.empty():
                self._tell_refused()
            busy = not self._queue.empty() and page.waiting_bytes < AT_ONCE_BYTES
            if not busy and time.monotonic() >= retry_at:
                page.write()
                retry_at = time.monotonic() + RETRY_SECONDS if page.trouble else 0.0
        self._tell_refused()
        page.close()

    def _tell_refused(self) -> None:
        if self._refused > self._told:
            self._page.skip(self._refused - self._told)
            self._told = self._refused


class _Page:
    """The file, what waits for it, and what is missing in it. Threads: the scribe's alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._whole = 0
        """Bytes of the file that are whole lines."""
        self._lines: deque[bytes] = deque()
        self._gap: _Gap | None = None
        self._overflows = False
        self.waiting_bytes = 0
        self.lost = 0
        self.trouble = ""
        """Why the disk takes nothing now."""
        self.reason = ""
        """Why the last row was lost."""

    @property
    def waits(self) -> bool:
        """Whether anything is still to be written."""
        return bool(self._lines or self._gap)

    def take(self, row: LogRow) -> None:
        """Hold a row until it is written, or count it as lost."""
        try:
            line = (json.dumps(row, allow_nan=False) + "\n").encode()
        except Exception as error:  # whatever stands in a row, the next one is written
            self._lose(row, f"no JSON: {error!r}")
            return
        full = self.waiting_bytes + len(line) > HELD_BYTES
        if row["event"] == END or not (full or self._overflows):
            self._hold(line)
        else:
            self._overflows = True
            self._lose(row, self.trouble or "the disk is too slow")

    def skip(self, count: int) -> None:
        """Hold a line that says that so many rows never came here."""
        self._gap = self._gap or _Gap()
        self._gap.count(count)

    def write(self) -> None:
        """Write what waits; whether the disk took it stands in `trouble`."""
        try:
            self._write_lines()
            self._end_gap()
            self._write_lines()
            self.trouble = ""
            self._overflows = False
        except Exception as error:  # a disk may be gone in many ways
            self.trouble = getattr(error, "strerror", None) or str(error) or repr(error)

    def close(self) -> None:
        """Write what waits, for the last time; what is left then is lost."""
        self.write()
        if self._lines:
            self.lost += len(self._lines)
            self.reason = self.trouble
        if self._file is not None:
            with suppress(OSError):
                os.fsync(self._file.fileno())
            with suppress(OSError):
                self._file.close()

    def _write_lines(self) -> None:
        if self._file is None:
            self._file = _open(self._path)
            self._whole = self._file.tell()
        while self._lines:
            self._write_line(self._file, self._lines[0])
            self.waiting_bytes -= len(self._lines.popleft())

    def _write_line(self, file: FileIO, line: bytes) -> None:
        written = 0
        try:
            while written < len(line):
                written += file.write(line[written:])
        except BaseException:
            with suppress(OSError):
                file.truncate(self._whole)
                file.seek(self._whole)
            raise
        self._whole += len(line)

    def _hold(self, line: bytes) -> None:
        """Keep a line until it is written, after the one that says what is missing before it."""
        self._end_gap()
        self._lines.append(line)
        self.waiting_bytes += len(line)

    def _lose(self, row: LogRow, reason: str) -> None:
        self.lost += 1
        self.reason = reason
        self._gap = self._gap or _Gap()
        self._gap.add(row, reason)

    def _end_gap(self) -> None:
        if self._gap is not None:
            line, self._gap = self._gap.line(), None
            self._hold(line)


class _Gap:
    """Rows that are missing between two others."""

    def __init__(self) -> None:
        self._events: Counter[str] = Counter()
        self._uncounted = 0
        self._seconds: list[float] = []
        self._reason = "the disk did not answer"

    def add(self, row: LogRow, reason: str) -> None:
        self._events[str(row["event"])] += 1
        self._reason = reason
        seconds = row.get("seconds", row.get("sent_seconds"))
        if isinstance(seconds, int | float):
            self._seconds = [*self._seconds[:1], seconds]

    def count(self, rows: int) -> None:
        self._uncounted += rows

    def line(self) -> bytes:
        events = dict(self._events)
        row: LogRow = {"event": "lost", "count": self._events.total() + self._uncounted}
        row |= {"events": events} if events else {}
        if self._seconds:
            row |= {"from_seconds": self._seconds[0], "until_seconds": self._seconds[-1]}
        return (json.dumps(row | {"reason": self._reason}) + "\n").encode()


def _open(path: Path) -> FileIO:
    return path.open("ab", buffering=0)
