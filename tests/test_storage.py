"""Files that are there whole or not at all."""

import errno
import threading
from pathlib import Path

import pytest

from jambot.errors import UsageError
from jambot.storage import Replacement, free_name, refuse_to_lose, whole_file, write_whole


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


def test_small_files_that_can_be_made_again_do_not_wait_for_the_disk(tmp_path, monkeypatch):
    forced = []
    monkeypatch.setattr("jambot.storage.os.fsync", forced.append)
    write_whole(tmp_path / "meta.json", "{}", sync=False)
    assert forced == []
    write_whole(tmp_path / "report.json", "{}")
    assert len(forced) == 1
    assert names(tmp_path) == ["meta.json", "report.json"]


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


def test_a_file_that_is_there_is_lost_only_by_force(tmp_path):
    path = tmp_path / "solo.mid"
    refuse_to_lose(path)
    path.write_bytes(b"mine")
    (tmp_path / "solo_2.mid").write_bytes(b"mine too")
    with pytest.raises(UsageError, match=r"solo\.mid exists already.*solo_3\.mid is free.*--force"):
        refuse_to_lose(path, [tmp_path / "block.mid"])
    refuse_to_lose(path, [tmp_path / "block.mid"], force=True)


@pytest.mark.parametrize("name", ["block.mid", "away/../block.mid", "other_name.mid"])
def test_what_is_read_is_never_written_over_under_any_name(tmp_path, name):
    block = tmp_path / "block.mid"
    block.write_bytes(b"mine")
    (tmp_path / "away").mkdir()
    (tmp_path / "other_name.mid").hardlink_to(block)
    with pytest.raises(UsageError, match=r"is a file that this command reads.*_2\.mid is free$"):
        refuse_to_lose(tmp_path / name, [tmp_path / "none.mid", block], force=True)


def test_a_folder_is_no_file_to_replace(tmp_path):
    with pytest.raises(UsageError, match="is not a file"):
        refuse_to_lose(tmp_path, force=True)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no such device on this system")
def test_a_device_is_no_file_to_replace():
    with pytest.raises(UsageError, match="is not a file"):
        refuse_to_lose(Path("/dev/null"), force=True)


def test_a_name_that_cannot_be_is_left_to_whoever_writes(tmp_path):
    refuse_to_lose(tmp_path / ("x" * 300), [tmp_path / ("y" * 300)])
    refuse_to_lose(tmp_path / "no" / "such" / "folder.mid")


def test_a_folder_without_a_name_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new").mkdir()
    with pytest.raises(UsageError, match=r"\. is not a file; .*new_2 is free"):
        refuse_to_lose(Path("."), force=True)


def test_a_free_name_counts_before_the_suffix(tmp_path):
    assert free_name(tmp_path / "solo.mid") == tmp_path / "solo.mid"
    for name in ("solo.mid", "solo_2.mid"):
        (tmp_path / name).touch()
    assert free_name(tmp_path / "solo.mid") == tmp_path / "solo_3.mid"


def replaced(folder, text):
    with Replacement(folder) as new:
        (new / "notes").write_text(text)


@pytest.mark.parametrize("held", ["JAM_BOT.vst3", ".new"])
def test_a_folder_that_cannot_be_replaced_stays_and_nothing_is_left_beside_it(
    held, tmp_path, monkeypatch
):
    folder = tmp_path / "JAM_BOT.vst3"
    replaced(folder, "old")
    rename = Path.rename

    def refused(path, target):
        if held in (path.name, path.suffix):
            raise PermissionError(errno.EACCES, "held", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        replaced(folder, "new")
    assert (folder / "notes").read_text() == "old"
    assert names(tmp_path) == ["JAM_BOT.vst3"]


def test_a_fresh_folder_replaces_none_that_came_meanwhile(tmp_path):
    folder = tmp_path / "take"
    taking = Replacement(folder, fresh=True)
    (taking.__enter__() / "notes").write_text("mine")
    replaced(folder, "another's")
    with pytest.raises(FileExistsError):
        taking.__exit__(None)
    assert (folder / "notes").read_text() == "another's"
    assert names(tmp_path) == ["take"]
