"""Shards that runs share: whole or not there, and encoded once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from jambot.errors import DatasetError
from jambot.lock import in_turn
from jambot.training import run, shard
from jambot.training.config import TrainConfig
from jambot.training.run import shard_of
from jambot.training.shard import Shard, build_shard

PATIENCE_S = 60.0


def told(_done: int, _total: int, _text: str) -> None:
    """A report that nobody reads."""


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no folder whose files are read")
def test_whoever_reads_a_shard_goes_on_with_it_while_it_is_made_anew(
    roles: Path, tmp_path: Path
) -> None:
    read = build_shard(roles, tmp_path / "shard", "train")
    before = read.tokens.copy()
    build_shard(roles, tmp_path / "shard", "val")
    assert np.array_equal(read.tokens, before)
    assert not np.array_equal(Shard(tmp_path / "shard").tokens[: len(before)], before)


def test_a_shard_that_could_not_be_written_leaves_the_one_that_was_there(
    roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build_shard(roles, tmp_path / "shard", "train").tokens.copy()

    def full(*_: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(shard.json, "dumps", full)
    with pytest.raises(OSError, match="no space"):
        build_shard(roles, tmp_path / "shard", "val")
    assert np.array_equal(Shard(tmp_path / "shard").tokens, before)
    assert [path.name for path in tmp_path.iterdir() if "shard" in path.name] == ["shard"]


def test_two_first_runs_at_once_encode_once_and_read_the_same(
    small: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []
    waits = Event()

    def build(roles: Path, out: Path, *rest: object, **more: bool) -> Shard:
        built.append(out)
        assert waits.wait(PATIENCE_S), "the second run did not wait for the first"
        return build_shard(roles, out, *rest, **more)  # type: ignore[arg-type]

    def report(done: int, total: int, text: str) -> None:
        if "another run" in text:
            waits.set()

    monkeypatch.setattr(run, "build_shard", build)
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(shard_of, small, "train", report) for _ in range(2)]
        one, other = (each.result(PATIENCE_S) for each in found)
    assert len(built) == 1
    assert np.array_equal(one.tokens, other.tokens)


def test_what_a_killed_run_left_is_swept_when_the_shard_is_made(small: TrainConfig) -> None:
    first = shard_of(small, "train", told)
    place = Path(first.tokens.filename).parent  # type: ignore[attr-defined]
    left = place.with_name(f".{place.name}.99999999.new")
    left.mkdir()
    (place / "index.json").unlink()
    again = shard_of(small, "train", told)
    assert np.array_equal(again.tokens, first.tokens)
    assert not left.exists()


def test_a_folder_without_an_index_is_no_shard(tmp_path: Path) -> None:
    (tmp_path / "tokens.u16").write_bytes(b"1234")
    with pytest.raises(DatasetError, match=r"no index\.json"):
        Shard(tmp_path)


def test_a_turn_is_waited_for_and_given_on(tmp_path: Path) -> None:
    waits, order = Event(), list[str]()

    def second() -> None:
        with in_turn(tmp_path / "lock", waits.set):
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with in_turn(tmp_path / "lock"):
            waiting = pool.submit(second)
            assert waits.wait(PATIENCE_S)
            order.append("first")
        waiting.result(PATIENCE_S)
    assert order == ["first", "second"]
