"""Muon beside AdamW: the right weights to each, one state, and steps that go on."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

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


def test_its_muon_is_that_of_torch_to_the_rounding(model: torch.nn.Module) -> None:
    ours = build_optimizer(model, "muon", 1e-2, 0.05)
    matrices = ours.param_groups[0]["params"]
    before = [p.detach().clone() for p in matrices]
    twins = [torch.nn.Parameter(p.detach().clone()) for p in matrices]
    for twin, matrix in zip(twins, matrices, strict=True):
        # Of full rank: where there is no gradient, Muon makes rounding errors large.
        matrix.grad = torch.randn_like(matrix)
        twin.grad = matrix.grad.clone()
    ours.step()
    torch.optim.Muon(twins, lr=1e-2, weight_decay=0.05, adjust_lr_fn="match_rms_adamw").step()
    for old, matrix, twin in zip(before, matrices, twins, strict=True):
        wanted = twin.detach() - old
        assert (matrix.detach() - twin.detach()).norm() < 0.03 * wanted.norm()


class _Types(TorchDispatchMode):
    """Notes the type of everything that is computed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = set[torch.dtype]()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor):
            self.seen.add(result.dtype)
        return result


@pytest.mark.parametrize("able", [False, True])
def test_muon_multiplies_in_bf16_only_where_that_is_faster(
    model: torch.nn.Module, able: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": able})
    model(input_ids=IDS, labels=IDS).loss.backward()
    optimizer = build_optimizer(model, "muon", 1e-2, 0.05)
    with _Types() as types:
        optimizer.step()
    assert (torch.bfloat16 in types.seen) == able
