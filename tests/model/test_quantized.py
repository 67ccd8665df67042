"""A base in four bits: smaller, learnt on like any other, and what was learnt is what plays."""

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError, UsageError
from jambot.model.adapters import (
    TARGETS,
    AdapterConfig,
    attach_adapter,
    load_adapter,
    merge_adapter,
    restore_adapter,
    save_adapter,
)
from jambot.model.architecture import ModelConfig, build_model, fold

CONFIG = AdapterConfig(rank=4, alpha=8, dropout=0.0, base_precision="nf4")
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


def logits(model: nn.Module) -> Tensor:
    with torch.no_grad():
        result: Tensor = model(input_ids=IDS).logits
    return result


def held(model: nn.Module) -> int:
    """Bytes of the decoder's linear layers, their scales not counted."""
    layers = [m for name, m in model.named_modules() if name.split(".")[-1] in TARGETS]
    return sum(p.numel() * p.element_size() for layer in layers for p in layer.parameters())


def learn(model: nn.Module, *, evaluate: bool = True) -> list[float]:
    """Losses of five steps on `IDS`, with an evaluation after each unless told."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for _ in range(5):
        model.train()
        optimizer.zero_grad()
        loss = model(input_ids=IDS, labels=IDS).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if evaluate:
            model.eval()
            logits(model)
    return losses


def test_the_decoder_takes_an_eighth_of_its_memory(plain: LlamaForCausalLM) -> None:
    before, far = held(plain), logits(plain)
    model = attach_adapter(plain, CONFIG).get_base_model()
    frozen = [p for p in model.parameters() if p.dtype == torch.uint8]
    assert sum(p.numel() for p in frozen) == before / 8
    near = logits(model)
    assert not torch.equal(near, far)
    assert torch.corrcoef(torch.stack([near.flatten(), far.flatten()]))[0, 1] > 0.95


def test_what_was_learnt_over_four_bits_is_what_plays(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    """Saved, loaded over floats and merged, it gives the logits that were measured in training."""
    model = attach_adapter(fold(plain), CONFIG)
    losses = learn(model)
    assert losses[-1] < losses[0] - 0.5
    save_adapter(tmp_path / "style", model, CONFIG, "vocab")
    trained = logits(model)
    loaded = logits(load_adapter(tmp_path / "style", fold(plain), "vocab"))
    torch.testing.assert_close(loaded, trained, atol=1e-5, rtol=1e-5)
    merged = merge_adapter(tmp_path / "style", fold(plain), "vocab")
    assert merged.state_dict().keys() == plain.state_dict().keys()
    torch.testing.assert_close(logits(merged), trained, atol=1e-4, rtol=1e-4)


def test_an_evaluation_in_between_changes_no_step(plain: LlamaForCausalLM) -> None:
    """On CPUs with AVX512-BF16 an evaluation would repack the weights, and gradients would stop."""
    curves = []
    for evaluate in (False, True):
        torch.manual_seed(1)
        curves.append(learn(attach_adapter(fold(plain), CONFIG), evaluate=evaluate))
    assert curves[0] == curves[1]


def test_it_is_taken_up_again_over_its_base_and_over_no_other(
    plain: LlamaForCausalLM, config: ModelConfig, tmp_path: Path
) -> None:
    model = attach_adapter(fold(plain), CONFIG)
    learn(model)
    save_adapter(tmp_path / "last", model, CONFIG, "vocab", progress={"step": 5})
    again = attach_adapter(fold(plain), CONFIG)
    assert restore_adapter(tmp_path / "last", again, "vocab")["step"] == 5
    assert torch.equal(logits(again), logits(model))
    torch.manual_seed(9)
    features = torch.zeros(config.vocabulary_size, 1)
    other = attach_adapter(fold(build_model(config, features)), CONFIG)
    with pytest.raises(CheckpointError, match="another base"):
        restore_adapter(tmp_path / "last", other, "vocab")


def test_without_bitsandbytes_it_says_what_to_install(
    plain: LlamaForCausalLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bitsandbytes.nn.modules", None)
    with pytest.raises(UsageError, match=r"needs bitsandbytes.*jam-bot\[train,qlora\]"):
        attach_adapter(plain, CONFIG)


def test_a_precision_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"base_precision is 'int2'.*'fp32', 'nf4'"):
        AdapterConfig(base_precision="int2")
