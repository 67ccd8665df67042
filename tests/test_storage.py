"""Files that are there whole or not at all."""

import errno
import threading
from pathlib import Path

import pytest

from jambot.storage import whole_file, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_is_there_and_nothing_beside_it(tmp_path):
    write_whole(tmp_path / "report.html", "Cø♭7\n")
    write_whole(tmp_path / "session.mid", b"MThd")
    assert (tmp_path / "report.html").read_bytes() == "Cø♭7\n".encode()
    assert names(tmp_path) == ["report.html", "session.mid"]


def test_until_the_block_has_ended_the_old_file_stands(tmp_path):
    path = tmp_path / "solo.wav"
    path.write_bytes(b"old")
    with whole_file(path) as unfinished:
        unfinished.write_bytes(b"new")
        assert unfinished.suffix == ".wav"
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_block_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "session.mid"
    path.write_bytes(b"old")

    def written_half():
        with whole_file(path) as unfinished:
            unfinished.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written_half()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["session.mid"]


def test_a_disk_that_fills_up_at_the_last_moment_leaves_nothing_half(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jambot.storage.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "report.json", "{}")
    assert names(tmp_path) == []


def test_several_may_write_one_file_at_once(tmp_path):
    path = tmp_path / "report.json"
    ready = threading.Barrier(8)

    def write(number):
        ready.wait()
        for _ in range(20):
            write_whole(path, str(number) * 10_000)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(path.read_text())) == 1
    assert len(path.read_text()) == 10_000
    assert names(tmp_path) == ["report.json"]


def test_a_folder_that_is_not_there_is_an_error_of_the_disk(tmp_path):
    with pytest.raises(OSError, match="missing"):
        write_whole(Path(tmp_path / "missing" / "report.json"), "{}")
