"""The log on a disk that fills up, comes back, hangs, or is given nonsense."""

import errno
import json
import os
import threading

import pytest

from jambot.realtime.log import scribe as scribe_module
from jambot.realtime.log.scribe import Scribe, _Page


class Disk:
    """A file with room for so many bytes; a write takes what fits and then fails, as disks do."""

    def __init__(self, room):
        self.room, self.data, self.closed = room, b"", False

    def tell(self):
        return len(self.data)

    def write(self, data):
        fits = data[: self.room - len(self.data)]
        if not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.data += fits
        return len(fits)

    def truncate(self, size):
        self.data = self.data[:size]

    def seek(self, place):
        assert place == len(self.data)

    def fileno(self):
        raise OSError("no file")

    def close(self):
        self.closed = True

    @property
    def rows(self):
        assert self.data == b"" or self.data.endswith(b"\n"), "a line is whole or not there"
        return [json.loads(line) for line in self.data.splitlines()]


@pytest.fixture
def disk(monkeypatch):
    made = Disk(room=200)
    monkeypatch.setattr(scribe_module, "_open", lambda path: made)
    return made


def frames(first, last):
    return [{"event": "frame", "seconds": float(n)} for n in range(first, last)]


def test_what_a_full_disk_did_not_take_is_written_when_there_is_room_again(disk):
    page = _Page("session.jsonl")
    for row in frames(0, 50):
        page.take(row)
        page.write()
    assert 0 < len(disk.rows) < 50
    assert (page.trouble, page.lost) == ("No space left on device", 0)
    disk.room = 100_000
    page.write()
    assert disk.rows == frames(0, 50)
    assert page.trouble == ""


def test_what_is_more_than_can_be_held_is_lost_and_the_log_says_what(disk, monkeypatch):
    monkeypatch.setattr(scribe_module, "HELD_BYTES", 400)
    page = _Page("session.jsonl")
    disk.room = 0
    for row in frames(0, 30):
        page.take(row)
        page.write()
    disk.room = 100_000
    page.write()
    for row in frames(30, 32):
        page.take(row)
        page.write()
    kept, gap, after = disk.rows[:-3], disk.rows[-3], disk.rows[-2:]
    assert kept == frames(0, len(kept))
    assert gap == {
        "event": "lost", "count": 30 - len(kept), "events": {"frame": 30 - len(kept)},
        "from_seconds": float(len(kept)), "until_seconds": 29.0,
        "reason": "No space left on device",
    }  # fmt: skip
    assert after == frames(30, 32)
    assert page.lost == 30 - len(kept)


def test_the_end_of_a_session_is_held_whatever_else_is_lost(disk, monkeypatch):
    monkeypatch.setattr(scribe_module, "HELD_BYTES", 100)
    page = _Page("session.jsonl")
    disk.room = 0
    for row in [*frames(0, 10), {"event": "end"}]:
        page.take(row)
        page.write()
    disk.room = 100_000
    page.close()
    assert [row["event"] for row in disk.rows[-2:]] == ["lost", "end"]
    assert disk.closed


def test_what_no_room_was_found_for_until_the_end_is_lost_and_counted(disk):
    page = _Page("session.jsonl")
    for row in frames(0, 50):
        page.take(row)
    page.close()
    assert len(disk.rows) + page.lost == 50


@pytest.mark.parametrize(
    "value", [object(), float("nan"), {1, 2}, "".join], ids=["object", "nan", "set", "method"]
)
def test_a_row_that_is_no_json_is_lost_alone(value, tmp_path):
    log = Scribe(tmp_path / "session.jsonl")
    for row in ({"event": "a"}, {"event": "b", "value": value}, {"event": "c"}):
        log.put(row)
    log.close()
    rows = [json.loads(line) for line in (tmp_path / "session.jsonl").read_text().splitlines()]
    assert [row["event"] for row in rows] == ["a", "lost", "c"]
    assert rows[1]["events"] == {"b": 1}
    assert log.lost == 1
    assert log.fault.startswith("events missing in the log: 1 (no JSON")


def test_rows_do_not_pile_up_behind_a_disk_that_does_not_answer(tmp_path, monkeypatch):
    answer, asked = threading.Event(), threading.Event()

    class Hung(Disk):
        def write(self, data):
            asked.set()
            answer.wait()
            return super().write(data)

    disk = Hung(100_000)
    monkeypatch.setattr(scribe_module, "_open", lambda path: disk)
    monkeypatch.setattr(scribe_module, "MOST_WAITING", 10)
    log = Scribe(tmp_path / "session.jsonl")
    rows = frames(0, 40)
    log.put(rows[0])
    asked.wait()
    for row in rows[1:]:
        log.put(row)
    assert log.lost == 29
    answer.set()
    log.close()
    assert disk.rows[:-1] == rows[:11]
    assert disk.rows[-1] == {"event": "lost", "count": 29, "reason": "the disk did not answer"}


def test_the_fault_is_told_while_it_lasts_and_what_is_missing_afterwards(disk, tmp_path):
    log = Scribe(tmp_path / "session.jsonl")
    assert log.fault == ""
    for row in frames(0, 50):
        log.put(row)
    log.close()
    assert log.lost == 50 - len(disk.rows)
    assert log.fault == (
        f"the log cannot be written (No space left on device); events missing in it: {log.lost}"
    )


def test_a_full_disk_of_the_systems_own_loses_nothing_that_fits_later(small_disk):
    """A real one, where this system lets us make it."""
    filler = small_disk / "filler"
    filler.write_bytes(bytes(small_disk_free(small_disk)))
    log = Scribe(small_disk / "session.jsonl")
    for row in frames(0, 2000):
        log.put(row)
    while not log.fault:
        os.sched_yield()
    filler.unlink()
    log.put({"event": "end"})
    log.close()
    rows = [json.loads(line) for line in (small_disk / "session.jsonl").read_text().splitlines()]
    assert rows == [*frames(0, 2000), {"event": "end"}]
    assert (log.lost, log.fault) == (0, "")


def small_disk_free(folder):
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.fixture
def small_disk(tmp_path):
    import shutil
    import subprocess

    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("this system lets us make no small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
