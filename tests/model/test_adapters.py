"""An adapter changes what its base plays, comes back, and fits no other base."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError
from jambot.model.adapters import (
    AdapterConfig,
    attach_adapter,
    load_adapter,
    load_merged,
    merge_adapter,
    save_adapter,
    write_base,
)
from jambot.model.architecture import ModelConfig, build_model, fold
from jambot.model.checkpoint import load_checkpoint, save_checkpoint

IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])
CONFIG = AdapterConfig(rank=4, alpha=8, dropout=0.0)


def logits(model: torch.nn.Module) -> Tensor:
    with torch.no_grad():
        result: Tensor = model(input_ids=IDS).logits
    return result


def save_trained(
    folder: Path, base: LlamaForCausalLM, fingerprint: str = "vocab", wanted: Tensor = IDS
) -> Tensor:
    """Train an adapter on a copy of `base` for a few steps, save it, and give its logits."""
    model = attach_adapter(fold(base), CONFIG)
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=1e-2)
    for _ in range(5):
        optimizer.zero_grad()
        model(input_ids=IDS, labels=wanted).loss.backward()
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


def weights(model: torch.nn.Module) -> Tensor:
    return torch.cat([weight.flatten() for weight in model.state_dict().values()])


def test_a_style_and_its_bases_guidance_are_both_merged(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    style, guidance = tmp_path / "style", tmp_path / "guidance"
    save_trained(style, plain)
    save_trained(guidance, plain, wanted=IDS.flip(1))
    one, other, both = (
        weights(merge_adapter(style, fold(plain), "vocab", strength, learnt)) - weights(plain)
        for strength, learnt in ((0.5, None), (0.0, guidance), (0.5, guidance))
    )
    assert one.abs().max() > 1e-3
    assert other.abs().max() > 1e-3
    torch.testing.assert_close(both, one + other, atol=1e-5, rtol=1e-4)


@pytest.fixture
def checkpoint(config: ModelConfig, tmp_path: Path) -> Path:
    model = build_model(config, np.eye(config.vocabulary_size, 7, dtype=np.float32))
    save_checkpoint(tmp_path / "whole", model.eval(), config, "vocab")
    return tmp_path / "whole"


def test_a_base_takes_half_the_space_and_gives_nearly_the_checkpoints_logits(
    checkpoint: Path, tmp_path: Path
) -> None:
    write_base(checkpoint, tmp_path / "base", "vocab")
    whole, half = (path / "model.safetensors" for path in (checkpoint, tmp_path / "base"))
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    was, loaded = (load_checkpoint(path.parent, "vocab").model for path in (whole, half))
    assert {weight.dtype for weight in loaded.state_dict().values()} == {torch.float32}
    assert torch.allclose(logits(was), logits(loaded), atol=1e-3)


def test_a_base_may_bring_its_guidance(checkpoint: Path, tmp_path: Path) -> None:
    guidance = tmp_path / "guidance"
    trained = save_trained(guidance, load_merged(checkpoint, None, "vocab"))
    write_base(checkpoint, tmp_path / "base", "vocab", guidance)
    played = load_merged(tmp_path / "base", tmp_path / "base" / "guidance", "vocab")
    assert torch.allclose(logits(played), trained, atol=5e-3)
    other = load_merged(checkpoint, None, "vocab")
    save_trained(tmp_path / "elsewhere", merge_adapter(guidance, other, "vocab"))
    with pytest.raises(CheckpointError, match="another base"):
        write_base(checkpoint, tmp_path / "base", "vocab", tmp_path / "elsewhere")
