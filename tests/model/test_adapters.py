"""An adapter changes what its base plays, comes back, and fits no other base."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError
from jambot.model.adapters import (
    AdapterConfig,
    attach_adapter,
    load_adapter,
    merge_adapter,
    save_adapter,
)
from jambot.model.architecture import ModelConfig, fold

IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])
CONFIG = AdapterConfig(rank=4, alpha=8, dropout=0.0)


def logits(model: torch.nn.Module) -> Tensor:
    with torch.no_grad():
        result: Tensor = model(input_ids=IDS).logits
    return result


def save_trained(folder: Path, base: LlamaForCausalLM, fingerprint: str = "vocab") -> Tensor:
    """Train an adapter on a copy of `base` for a few steps, save it, and give its logits."""
    model = attach_adapter(fold(base), CONFIG)
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=1e-2)
    for _ in range(5):
        optimizer.zero_grad()
        model(input_ids=IDS, labels=IDS).loss.backward()
        optimizer.step()
    save_adapter(folder, model, CONFIG, fingerprint, progress={"step": 5})
    model.eval()
    return logits(model)


def test_a_fresh_adapter_changes_no_logit_and_alone_may_learn(plain: LlamaForCausalLM) -> None:
    before = logits(plain)
    model = attach_adapter(fold(plain), CONFIG)
    assert torch.equal(logits(model), before)
    learning = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert learning
    assert all("lora_" in name for name in learning)


def test_an_adapter_comes_back_as_it_was_saved(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    trained = save_trained(tmp_path / "style", plain)
    assert not torch.allclose(trained, logits(plain), atol=1e-3)
    assert torch.equal(logits(load_adapter(tmp_path / "style", fold(plain), "vocab")), trained)


def test_a_merged_adapter_is_a_plain_model_that_plays_the_same(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    trained = save_trained(tmp_path / "style", plain)
    merged = merge_adapter(tmp_path / "style", fold(plain), "vocab")
    assert merged.state_dict().keys() == plain.state_dict().keys()
    torch.testing.assert_close(logits(merged), trained, atol=1e-4, rtol=1e-4)


def test_another_base_is_refused(
    plain: LlamaForCausalLM, config: ModelConfig, tmp_path: Path
) -> None:
    save_trained(tmp_path / "style", plain)
    other = fold(plain)
    with torch.no_grad():
        other.model.norm.weight[0] += 0.5
    with pytest.raises(CheckpointError, match="another base"):
        load_adapter(tmp_path / "style", other, "vocab")


def test_another_vocabulary_is_refused(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    save_trained(tmp_path / "style", plain, fingerprint="old-vocab")
    with pytest.raises(CheckpointError, match=r"old-vocab.*new-vocab"):
        load_adapter(tmp_path / "style", plain, "new-vocab")


def test_an_adapter_of_another_rank_does_not_fit_its_description(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    save_trained(tmp_path / "style", plain)
    description = tmp_path / "style" / "adapter.json"
    description.write_text(description.read_text().replace('"rank": 4', '"rank": 6'))
    with pytest.raises(CheckpointError, match="does not fit"):
        load_adapter(tmp_path / "style", plain, "vocab")


def test_half_an_adapter_lies_between_the_base_and_the_whole(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    trained = save_trained(tmp_path / "style", plain)
    none, half, whole = (
        logits(merge_adapter(tmp_path / "style", fold(plain), "vocab", strength))
        for strength in (0.0, 0.5, 1.0)
    )
    assert torch.allclose(none, logits(plain), atol=1e-5)
    assert torch.allclose(whole, trained, atol=1e-4)
    assert 0.0 < (half - none).abs().mean() < (whole - none).abs().mean()
