"""Checkpoints come back as they were saved, or not at all."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from jambot.errors import CheckpointError
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.checkpoint import (
    load_checkpoint,
    restore_training,
    save_checkpoint,
)
from jambot.storage import Replacement

CONFIG = ModelConfig(vocabulary_size=12, layers=2, d_model=64, heads=2, mlp=96, context_length=32)
FEATURES = np.eye(12, 5, dtype=np.float32)
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


@pytest.fixture(autouse=True)
def one_thread_and_one_seed() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(7)


def learn(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        model(input_ids=IDS, labels=IDS).loss.backward()
        optimizer.step()


def test_a_model_comes_back_with_its_logits_and_its_notes(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES).eval()
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", progress={"step": 12})
    loaded = load_checkpoint(tmp_path / "a", "vocab")
    assert torch.equal(model(input_ids=IDS).logits, loaded.model(input_ids=IDS).logits)
    assert loaded.config == CONFIG
    assert loaded.progress == {"step": 12}
    assert not loaded.model.training


def test_training_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    learn(model, optimizer, steps=3)
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", optimizer=optimizer)
    learn(model, optimizer, steps=3)

    resumed = load_checkpoint(tmp_path / "a", "vocab").model
    resumed.train()
    again = torch.optim.AdamW(resumed.parameters(), lr=1e-3)
    restore_training(tmp_path / "a", again)
    learn(resumed, again, steps=3)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_another_vocabulary_is_refused_with_both_fingerprints(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a", build_model(CONFIG, FEATURES), CONFIG, "old-vocab")
    with pytest.raises(CheckpointError, match=r"old-vocab.*new-vocab"):
        load_checkpoint(tmp_path / "a", "new-vocab")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        load_checkpoint(tmp_path / "nowhere", "vocab")


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_truncated_file_is_refused(tmp_path: Path, name: str) -> None:
    save_checkpoint(tmp_path / "a", build_model(CONFIG, FEATURES), CONFIG, "vocab")
    path = tmp_path / "a" / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CheckpointError, match=name):
        load_checkpoint(tmp_path / "a", "vocab")


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a", build_model(CONFIG, FEATURES), CONFIG, "vocab")
    other = ModelConfig(vocabulary_size=12, layers=1, d_model=64, heads=2, mlp=96)
    save_checkpoint(tmp_path / "b", build_model(other, FEATURES), other, "vocab")
    (tmp_path / "b" / "model.safetensors").replace(tmp_path / "a" / "model.safetensors")
    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(tmp_path / "a", "vocab")


def test_a_checkpoint_without_training_state_cannot_be_resumed(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES)
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab")
    with pytest.raises(CheckpointError, match="training"):
        restore_training(tmp_path / "a", torch.optim.AdamW(model.parameters()))


def test_training_state_of_other_parameters_is_refused(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES)
    optimizer = torch.optim.AdamW(model.parameters())
    learn(model, optimizer, steps=1)
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", optimizer=optimizer)
    with pytest.raises(CheckpointError, match="other parameters"):
        restore_training(tmp_path / "a", torch.optim.AdamW(model.lm_head.parameters()))


def test_saving_again_replaces_the_folder_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES)
    for step in (1, 2):
        save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", progress={"step": step})
    assert load_checkpoint(tmp_path / "a", "vocab").progress == {"step": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_save_that_fails_leaves_the_old_checkpoint_whole(tmp_path: Path) -> None:
    model = build_model(CONFIG, FEATURES)
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", progress={"step": 1})
    with pytest.raises(TypeError):
        save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", progress={"step": object()})
    assert load_checkpoint(tmp_path / "a", "vocab").progress == {"step": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_crash_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a", build_model(CONFIG, FEATURES), CONFIG, "vocab")
    (tmp_path / "a").rename(tmp_path / ".a.old")
    assert load_checkpoint(tmp_path / "a", "vocab").config == CONFIG


def test_a_replacement_may_be_the_first(tmp_path: Path) -> None:
    with Replacement(tmp_path / "deep" / "a") as new:
        (new / "x").write_text("1")
    assert (tmp_path / "deep" / "a" / "x").read_text() == "1"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_weights_are_as_readable_as_any_other_file(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a", build_model(CONFIG, FEATURES), CONFIG, "vocab")
    modes = {path.stat().st_mode for path in (tmp_path / "a").iterdir()}
    assert len(modes) == 1
