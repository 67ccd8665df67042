"""Music is fetched whole and checked, or not at all."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from jambot.errors import DatasetError, UsageError
from jambot.pipeline.corpora import Corpus, digest, fetch, read_corpora
from jambot.pipeline.etudes import write_etudes

CONFIGS = Path(__file__).parents[2] / "configs"


def said(sentences: list[str]) -> str:
    return " ".join(sentences)


def serve(folder: Path, **strangers: Path) -> tuple[str, Corpus]:
    """An address with an archive of etudes, and of `strangers` by name; what should be in it."""
    music = write_etudes(folder / "music")
    (folder / "served").mkdir()
    with tarfile.open(folder / "served" / "etudes.tar.gz", "w:gz") as archive:
        archive.add(music, "etudes")
        for name, file in strangers.items():
            archive.add(file, name)
    return (folder / "served").as_uri(), Corpus("etudes", digest(music), "nowhere", "CC0")


@pytest.fixture
def server(tmp_path: Path) -> tuple[str, Corpus]:
    """An address with one archive, and what should be in it."""
    return serve(tmp_path)


def test_a_corpus_is_fetched_once(server: tuple[str, Corpus], tmp_path: Path) -> None:
    base, corpus = server
    told: list[str] = []
    for _ in range(2):
        fetch(base, [corpus], tmp_path / "corpora", told.append)
    assert digest(tmp_path / "corpora" / "etudes") == corpus.digest
    assert said(told).count("fetching") == 1
    assert "there already" in told[-1]
    assert [path.name for path in (tmp_path / "corpora").iterdir()] == ["etudes"]


def test_one_that_was_tampered_with_is_fetched_anew(
    server: tuple[str, Corpus], tmp_path: Path
) -> None:
    base, corpus = server
    fetch(base, [corpus], tmp_path, lambda sentence: None)
    next((tmp_path / "etudes").glob("*.mid")).write_bytes(b"MThd")
    fetch(base, [corpus], tmp_path, lambda sentence: None)
    assert digest(tmp_path / "etudes") == corpus.digest


def test_what_would_lie_elsewhere_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "file").write_bytes(b"MThd")
    strangers = {"../../elsewhere.mid": tmp_path / "file", "etudes/link.mid": tmp_path / "link"}
    base, corpus = serve(tmp_path, **strangers)
    fetch(base, [corpus], tmp_path / "corpora", lambda sentence: None)
    assert not list(tmp_path.glob("**/elsewhere.mid"))
    assert not (tmp_path / "corpora" / "etudes" / "link.mid").exists()


def test_an_archive_with_other_music_is_thrown_away(
    server: tuple[str, Corpus], tmp_path: Path
) -> None:
    base, corpus = server
    other = Corpus("etudes", "0" * 64, "nowhere", "CC0")
    with pytest.raises(DatasetError, match=rf"etudes.tar.gz holds {corpus.digest}.*0000"):
        fetch(base, [other], tmp_path / "corpora", lambda sentence: None)
    assert list((tmp_path / "corpora").iterdir()) == []


def test_an_archive_that_is_cut_off_or_missing_says_so(
    server: tuple[str, Corpus], tmp_path: Path
) -> None:
    base, corpus = server
    archive = tmp_path / "served" / "etudes.tar.gz"
    archive.write_bytes(archive.read_bytes()[:900])
    with pytest.raises(DatasetError, match="is broken"):
        fetch(base, [corpus], tmp_path / "corpora", lambda sentence: None)
    archive.unlink()
    with pytest.raises(DatasetError, match=r"cannot be fetched.*--data FOLDER"):
        fetch(base, [corpus], tmp_path / "corpora", lambda sentence: None)
    assert list((tmp_path / "corpora").iterdir()) == []


def test_the_digest_is_what_sha256sum_says(tmp_path: Path) -> None:
    music = write_etudes(tmp_path)
    by_hand = subprocess.run(
        "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum",
        shell=True, cwd=music, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert by_hand.stdout.split()[0] == digest(music)


def test_a_list_of_corpora_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    listed = (CONFIGS / "corpora" / "shipped.toml").read_text(encoding="utf-8")
    (tmp_path / "corpora.toml").write_text(listed, encoding="utf-8-sig")
    assert read_corpora(tmp_path / "corpora.toml") == read_corpora(
        CONFIGS / "corpora" / "shipped.toml"
    )


def test_the_list_of_corpora_can_be_read_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    corpora = read_corpora(CONFIGS / "corpora" / "shipped.toml")
    assert {"wjd", "jtd"} <= {corpus.name for corpus in corpora}
    assert all(len(corpus.digest) == 64 for corpus in corpora)
    (tmp_path / "corpora.toml").write_text("[one]\ncolour = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not a list of corpora"):
        read_corpora(tmp_path / "corpora.toml")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="every death needs a process of its own")
def test_a_kill_at_any_moment_of_fetching_leaves_nothing_that_is_believed(
    server: tuple[str, Corpus], tmp_path: Path
) -> None:
    base, corpus = server
    program = Path(__file__).with_name("kill_while_fetching.py")
    folder = tmp_path / "corpora"
    command = [sys.executable, str(program), base, corpus.name, corpus.digest, str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    *early, unpacked, whole = map(json.loads, ended.stdout.splitlines())
    assert len(early) >= 2
    assert all(left == [".etudes.tar.gz"] for left in early)
    assert len(unpacked) == 2
    assert "etudes" not in unpacked
    assert whole == ["etudes"]
    assert [path.name for path in folder.iterdir()] == ["etudes"]
    assert digest(folder / "etudes") == corpus.digest
