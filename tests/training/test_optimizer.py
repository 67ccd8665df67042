"""Muon beside AdamW: the right weights to each, one state, and steps that go on."""

from pathlib import Path

import pytest
import torch

from jambot.model.adapters import AdapterConfig, attach_adapter
from jambot.model.architecture import ModelConfig, build_model, fold
from jambot.model.checkpoint import load_checkpoint, restore_training, save_checkpoint
from jambot.training.optimizer import MuonBesideAdamW, build_optimizer

CONFIG = ModelConfig(vocabulary_size=12, layers=2, d_model=64, heads=2, mlp=96, context_length=32)
FEATURES = torch.eye(12, 5).numpy()
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


def learn(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> float:
    loss = torch.zeros(())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(input_ids=IDS, labels=IDS).loss
        loss.backward()
        optimizer.step()
    return float(loss.detach())


@pytest.fixture
def model() -> torch.nn.Module:
    torch.set_num_threads(1)
    torch.manual_seed(7)
    return build_model(CONFIG, FEATURES)


def test_muon_takes_the_matrices_of_the_layers_and_nothing_else(model: torch.nn.Module) -> None:
    optimizer = build_optimizer(model, "muon", 1e-3, 0.05)
    assert isinstance(optimizer, MuonBesideAdamW)
    by_muon = {id(p) for p in optimizer.param_groups[0]["params"]}
    wanted = {id(p) for name, p in model.named_parameters() if "layers." in name and "proj" in name}
    assert by_muon == wanted
    everything = [p for group in optimizer.param_groups for p in group["params"]]
    assert len(everything) == len({id(p) for p in everything}) == len(list(model.parameters()))


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_it_learns_and_goes_on_as_if_it_had_never_stopped(
    model: torch.nn.Module, kind: str, tmp_path: Path
) -> None:
    optimizer = build_optimizer(model, kind, 3e-3, 0.05)
    first = learn(model, optimizer, 1)
    assert learn(model, optimizer, 5) < first
    save_checkpoint(tmp_path / "a", model, CONFIG, "vocab", optimizer=optimizer)
    later = learn(model, optimizer, 3)
    resumed = load_checkpoint(tmp_path / "a", "vocab").model.train()
    again = build_optimizer(resumed, kind, 3e-3, 0.05)
    restore_training(tmp_path / "a", again)
    assert learn(resumed, again, 3) == later
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_frozen_weights_are_left_alone(model: torch.nn.Module) -> None:
    for parameter in model.parameters():
        parameter.requires_grad_(parameter.ndim == 1)
    optimizer = build_optimizer(model, "adamw", 1e-3, 0.05)
    moved = [p for group in optimizer.param_groups for p in group["params"]]
    assert moved
    assert all(p.ndim == 1 for p in moved)


def test_an_adapter_is_for_adamw_whatever_the_kind(model: torch.nn.Module) -> None:
    adapted = attach_adapter(fold(model), AdapterConfig(rank=4))
    optimizer = build_optimizer(adapted, "muon", 1e-3, 0.0)
    assert isinstance(optimizer, torch.optim.AdamW)
    moved = {id(p) for group in optimizer.param_groups for p in group["params"]}
    assert moved == {id(p) for name, p in adapted.named_parameters() if "lora_" in name}
