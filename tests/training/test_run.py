"""A run, small: it learns, it can be repeated, and it goes on where it was cut off.

So does one that trains only an adapter, and its base stays as it was.
"""

import hashlib
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from jambot.errors import CheckpointError, DatasetError, UsageError
from jambot.generation.onnx_model import OnnxModel
from jambot.lock import only_writer
from jambot.model.adapters import AdapterConfig
from jambot.model.checkpoint import load_checkpoint
from jambot.model.export import export_checkpoint
from jambot.roles.sample import RoleSample, find_samples, write_sample
from jambot.tokens import VOCABULARY
from jambot.training.batches import PLAIN
from jambot.training.config import TrainConfig
from jambot.training.prompts import real_prompts
from jambot.training.run import train
from jambot.training.trainer import learning_rate, read_bits


def run_folder(config: TrainConfig) -> Path:
    return Path(config.out) / config.name


def losses(config: TrainConfig) -> list[tuple[int, float]]:
    lines = (run_folder(config) / "log.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(row["step"], row["loss"]) for row in rows if "loss" in row]


def contents(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


class CutOffError(Exception):
    """As if the machine had gone away."""


def cut_at(step: int) -> Callable[[int, int, str], None]:
    def report(done: int, total: int, text: str) -> None:
        if "loss" in text and done == step:
            raise CutOffError

    return report


def test_it_learns(small: TrainConfig) -> None:
    config = replace(small, steps=40, rows=4, evaluate_every=20, warmup_steps=5, dropout=0.0)
    best = train(config)
    curve = [loss for _, loss in losses(config)]
    assert curve[0] == pytest.approx(math.log(VOCABULARY.size), abs=0.5)
    assert sum(curve[-5:]) / 5 < 0.6 * curve[0]
    bits = read_bits(run_folder(config))
    assert [step for step, _ in bits] == [20, 40]
    assert bits[1][1].all < bits[0][1].all
    assert load_checkpoint(best, VOCABULARY.fingerprint).progress["best_step"] == 40


def test_the_same_seed_gives_the_same_curve_and_another_does_not(small: TrainConfig) -> None:
    runs = [replace(small, name=name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    for config in runs:
        train(config)
    curves = [losses(config) for config in runs]
    assert curves[0] == curves[1] != curves[2]
    bits = [read_bits(run_folder(config)) for config in runs]
    assert bits[0] == bits[1] != bits[2]


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(small: TrainConfig) -> None:
    whole, cut = replace(small, name="whole"), replace(small, name="cut")
    train(whole)
    with pytest.raises(CutOffError):
        train(cut, report=cut_at(6))
    assert [step for step, _ in losses(cut)] == [1, 2, 3, 4, 5, 6][: len(losses(cut))]
    train(cut)
    assert losses(cut) == losses(whole)
    assert read_bits(run_folder(cut)) == read_bits(run_folder(whole))
    for name in ("best", "last"):
        assert contents(run_folder(cut) / name) == contents(run_folder(whole) / name)


def test_a_run_that_starts_from_weights_has_its_own_dropout(small: TrainConfig) -> None:
    base = train(replace(small, name="base", steps=2, dropout=0.1))
    best = train(replace(small, name="on", steps=2, init_from=str(base), dropout=0.3))
    assert load_checkpoint(base, VOCABULARY.fingerprint).config.dropout == 0.1
    assert load_checkpoint(best, VOCABULARY.fingerprint).config.dropout == 0.3


def test_what_is_kept_may_be_a_mixture_with_the_start(small: TrainConfig) -> None:
    """The run itself goes on from its own weights, also where it was cut off."""
    base = train(replace(small, name="base", steps=2))
    alone = replace(small, name="alone", steps=6, evaluate_every=3, init_from=str(base))
    mixed = replace(alone, name="mixed", of_start=0.25)
    train(alone)
    with pytest.raises(CutOffError):
        train(mixed, report=cut_at(5))
    train(mixed)
    assert losses(mixed) == losses(alone)
    progress = [
        load_checkpoint(run_folder(c) / "last", VOCABULARY.fingerprint) for c in (alone, mixed)
    ]
    ends = [checkpoint.model.state_dict() for checkpoint in progress]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    start = load_checkpoint(base, VOCABULARY.fingerprint).model.state_dict()
    kept = load_checkpoint(run_folder(mixed) / "best", VOCABULARY.fingerprint)
    assert kept.progress["best_step"] == 6
    for name, weights in kept.model.state_dict().items():
        assert torch.allclose(weights, 0.75 * ends[1][name] + 0.25 * start[name], atol=1e-6), name


def test_a_run_that_is_over_stays_over(small: TrainConfig) -> None:
    train(small)
    before = losses(small)
    assert train(small) == run_folder(small) / "best"
    assert losses(small) == before


def test_a_run_that_ran_out_of_patience_stays_over(small: TrainConfig) -> None:
    """With a learning rate like that it only gets worse."""
    worse = replace(small, optimizer="adamw", learning_rate=3.0)
    config = replace(worse, steps=40, evaluate_every=2, patience=2)
    train(config)
    last = losses(config)[-1][0]
    assert last < 40
    train(config)
    assert losses(config)[-1][0] == last


def test_a_fresh_run_knows_nothing_of_the_one_before(small: TrainConfig) -> None:
    train(small)
    before = losses(small)
    with pytest.raises(CutOffError):
        train(small, fresh=True, report=cut_at(2))
    assert not (run_folder(small) / "last").exists()
    train(small)
    assert losses(small)[-8:] == before


def test_a_run_starts_from_the_weights_it_names(small: TrainConfig) -> None:
    base = train(replace(small, name="base"))
    config = replace(small, name="next", init_from=str(base), layers=3, steps=4)
    train(config)
    assert load_checkpoint(run_folder(config) / "last", VOCABULARY.fingerprint).config.layers == 1
    assert losses(config)[0][1] < losses(replace(small, name="base"))[0][1]


def test_weights_that_are_not_there_say_what_to_train_first(small: TrainConfig) -> None:
    config = replace(small, init_from="checkpoints/nowhere/last")
    with pytest.raises(CheckpointError, match=r"small starts from .*nowhere.*train that one first"):
        train(config)
    assert not run_folder(config).exists()


def test_another_shape_does_not_go_on_from_the_old_one(small: TrainConfig) -> None:
    train(small)
    with pytest.raises(CheckpointError, match=r"has the shape.*--fresh"):
        train(replace(small, mlp=64, steps=12))
    assert len(losses(small)) == 8


def test_without_samples_nothing_begins(small: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no role dataset at .*nowhere"):
        train(replace(small, roles=str(tmp_path / "nowhere")))
    with pytest.raises(DatasetError, match=r"no untransposed train samples of .'jazz'.*prepare"):
        train(replace(small, sources={"jazz": 1.0}))
    assert not run_folder(small).exists()


def test_held_out_figures_are_finite_and_add_up(small: TrainConfig) -> None:
    train(small)
    for _, bits in read_bits(run_folder(small)):
        parts = (bits.timing, bits.pitch, bits.duration, bits.velocity, bits.colour)
        assert all(math.isfinite(part) and part > 0 for part in parts)
        assert bits.all == pytest.approx(sum(parts))
        assert math.isfinite(bits.gap)
        assert bits.notes > 50


def test_samples_prepared_anew_are_encoded_anew(
    small: TrainConfig, roles: Path, make_piece: Callable[..., RoleSample]
) -> None:
    train(replace(small, steps=1))
    shards = Path(small.out) / "shards"
    before = {folder.name for folder in shards.iterdir()}
    assert len(before) == 2
    train(replace(small, steps=1, name="again"))
    assert {folder.name for folder in shards.iterdir()} == before
    write_sample(make_piece("a", bars=30), roles / "a")
    train(replace(small, steps=1, name="anew"))
    assert len({folder.name for folder in shards.iterdir()} - before) == 1


def test_the_learning_rate_rises_and_falls(small: TrainConfig) -> None:
    config = replace(small, steps=100, warmup_steps=10, learning_rate=1.0, final_learning_rate=0.1)
    rates = [learning_rate(config, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.1)
    assert learning_rate(replace(config, warmup_steps=0), 0) == 1.0


def test_where_nothing_is_held_out_the_newest_checkpoint_is_the_best(small: TrainConfig) -> None:
    for folder in find_samples(Path(small.roles), "val"):
        shutil.rmtree(folder)
    best = train(replace(small, steps=4, evaluate_every=2))
    assert load_checkpoint(best, VOCABULARY.fingerprint).progress["step"] == 4


def test_two_at_once_are_refused_and_the_first_keeps_what_it_has(small: TrainConfig) -> None:
    """Also where the second would begin anew."""
    train(small)
    before = contents(run_folder(small) / "last")
    with (
        only_writer(run_folder(small), "train", "name for the run"),
        pytest.raises(UsageError, match=r"is writing to it.*choose another name for the run"),
    ):
        train(small, fresh=True)
    assert contents(run_folder(small) / "last") == before


@pytest.fixture
def style(small: TrainConfig) -> TrainConfig:
    """An adapter's run on a base that is there."""
    base = train(replace(small, name="base"))
    return replace(small, name="style", init_from=str(base), adapter=AdapterConfig(4, 8, 0.1))


def test_an_adapter_learns_and_leaves_the_base_as_it_was(style: TrainConfig) -> None:
    assert style.init_from
    before = contents(Path(style.init_from))
    plain = replace(style, augmentation=PLAIN, adapter=AdapterConfig(8, 16, 0.0))
    config = replace(plain, steps=40, rows=4, evaluate_every=20, warmup_steps=5)
    best = train(config)
    assert contents(Path(style.init_from)) == before
    bits = [found.all for _, found in read_bits(run_folder(config))]
    start = read_bits(run_folder(replace(style, name="base")))[-1][1].all
    assert bits[1] < bits[0] < start
    assert sorted(contents(best)) == ["adapter.json", "adapter.safetensors"]
    assert "training.safetensors" in contents(run_folder(config) / "last")


@pytest.mark.parametrize("base_precision", ["fp32", "nf4"])
def test_an_adapter_that_was_cut_off_goes_on_as_if_it_had_not_been(
    style: TrainConfig, base_precision: str
) -> None:
    adapter = AdapterConfig(4, 8, 0.1, base_precision)
    style = replace(style, adapter=adapter)
    whole, cut = replace(style, name="whole"), replace(style, name="cut")
    train(whole)
    with pytest.raises(CutOffError):
        train(cut, report=cut_at(6))
    train(cut)
    assert losses(cut) == losses(whole)
    assert [step for step, _ in losses(cut)] == list(range(1, 9))
    assert read_bits(run_folder(cut)) == read_bits(run_folder(whole))
    for name in ("best", "last"):
        assert contents(run_folder(cut) / name) == contents(run_folder(whole) / name)


def test_an_adapter_can_start_from_another_one(style: TrainConfig) -> None:
    jazz = train(replace(style, steps=40, rows=4, evaluate_every=40))
    further = replace(style, name="modern", adapter_from=str(jazz), learning_rate=1e-9, steps=4)
    train(further)
    reached = read_bits(run_folder(style))[-1][1].all
    assert read_bits(run_folder(further))[0][1].all == pytest.approx(reached, abs=1e-3)


def test_an_adapter_of_another_size_is_no_start_nor_one_that_is_not_there(
    style: TrainConfig,
) -> None:
    jazz = train(style)
    further = replace(style, name="modern", adapter_from=str(jazz), adapter=AdapterConfig(6, 8))
    with pytest.raises(CheckpointError, match=r"modern starts from .*does not fit.*'rank': 4"):
        train(further)
    with pytest.raises(CheckpointError, match=r"modern starts from nowhere.*train that one first"):
        train(replace(further, adapter_from="nowhere"))
    assert not run_folder(further).exists()


def test_an_adapter_does_not_go_on_over_a_base_that_was_trained_anew(
    small: TrainConfig, style: TrainConfig
) -> None:
    train(style)
    train(replace(small, name="base", seed=2), fresh=True)
    with pytest.raises(CheckpointError, match=r"trained on another base.*--fresh"):
        train(replace(style, steps=12))
    assert len(losses(style)) == 8


def test_the_adapter_that_was_trained_is_what_plays(style: TrainConfig, tmp_path: Path) -> None:
    """Merged, exported and run as on stage, it gives another music than its base."""
    best = train(replace(style, steps=20, evaluate_every=20))
    base = Path(style.init_from or "")
    fingerprint = VOCABULARY.fingerprint
    merged = export_checkpoint(base, tmp_path / "s", fingerprint, adapter=best, precision="fp32")
    ids = real_prompts(Path(style.roles), 64)[0]
    model = OnnxModel.load(tmp_path / "s", fingerprint)
    model.append(ids)
    played = model.logits()
    with torch.no_grad():
        trained = merged(input_ids=torch.tensor([ids])).logits[0, -1].numpy()
        plain = load_checkpoint(base, fingerprint).model(input_ids=torch.tensor([ids]))
    assert np.abs(played - trained).max() < 1e-3
    assert np.abs(played - plain.logits[0, -1].numpy()).max() > 0.1
