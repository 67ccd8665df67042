"""An exported folder plays what torch plays, and says what it is."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from jambot.errors import CheckpointError, UsageError
from jambot.model.adapters import AdapterConfig, attach_adapter, save_adapter
from jambot.model.agreement import measure_agreement
from jambot.model.architecture import ModelConfig, build_model, fold
from jambot.model.checkpoint import save_checkpoint
from jambot.model.export import export_checkpoint, export_model
from jambot.model.folder import Manner

SEQUENCES = [list(row) for row in np.random.default_rng(3).integers(0, 48, (4, 32)).tolist()]


def test_fp32_plays_what_torch_plays(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    export_model(plain, tmp_path / "m", "vocab", precision="fp32")
    agreement = measure_agreement(plain, tmp_path / "m", SEQUENCES)
    assert agreement.positions == 128
    assert agreement.top1 == 1.0
    assert agreement.logit_max < 1e-3
    assert agreement.rewound_max < 1e-3


def test_int8_plays_nearly_what_torch_plays_in_a_third_of_the_space(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    export_model(plain, tmp_path / "int8", "vocab")
    export_model(plain, tmp_path / "fp32", "vocab", precision="fp32")
    agreement = measure_agreement(plain, tmp_path / "int8", SEQUENCES)
    assert agreement.top1 > 0.95
    assert 0.0 < agreement.kl_mean < 0.005
    small, large = ((tmp_path / name / "model.onnx").stat().st_size for name in ("int8", "fp32"))
    assert small < 0.45 * large


def test_a_vocabulary_as_large_as_the_width_exports_too(tmp_path: Path) -> None:
    config = ModelConfig(vocabulary_size=64, layers=1, d_model=64, heads=2, context_length=32)
    torch.manual_seed(5)
    model = fold(build_model(config, np.zeros((64, 0), dtype=np.float32)))
    export_model(model, tmp_path / "m", "vocab", precision="fp32")
    assert measure_agreement(model, tmp_path / "m", SEQUENCES).logit_max < 1e-3


def test_the_description_names_vocabulary_sizes_and_digest(
    plain: LlamaForCausalLM, tmp_path: Path
) -> None:
    export_model(plain, tmp_path / "m", "vocab-7", manner=Manner("horn", -0.25, 0.5))
    description = json.loads((tmp_path / "m" / "model.json").read_text())
    graph = (tmp_path / "m" / "model.onnx").read_bytes()
    assert description["fingerprint"] == "vocab-7"
    assert description["vocabulary_size"] == 48
    assert description["context_length"] == 32
    assert description["precision"] == "int8"
    assert (description["player"], description["chord_bias"]) == ("horn", -0.25)
    assert description["guidance"] == 0.5
    assert description["sha256"] == hashlib.sha256(graph).hexdigest()
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == [
        "genai_config.json",
        "model.json",
        "model.onnx",
    ]


def test_the_same_weights_give_the_same_file(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_model(plain, tmp_path / name, "vocab")
    one, other = ((tmp_path / name / "model.onnx").read_bytes() for name in ("a", "b"))
    assert one == other


def test_a_checkpoint_is_exported_with_its_adapter_merged(
    config: ModelConfig, tmp_path: Path
) -> None:
    torch.manual_seed(5)
    model = build_model(config, np.eye(48, 7, dtype=np.float32))
    save_checkpoint(tmp_path / "base", model, config, "vocab")
    adapted = attach_adapter(fold(model), AdapterConfig(rank=4))
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.3)
    save_adapter(tmp_path / "style", adapted, AdapterConfig(rank=4), "vocab")

    written = export_checkpoint(
        tmp_path / "base", tmp_path / "m", "vocab", adapter=tmp_path / "style", precision="fp32"
    )
    adapted.eval()
    ids = torch.tensor(SEQUENCES[:1])
    with torch.no_grad():
        expected, merged = adapted(input_ids=ids).logits, written(input_ids=ids).logits
    torch.testing.assert_close(merged, expected, atol=1e-4, rtol=1e-4)
    assert measure_agreement(written, tmp_path / "m", SEQUENCES).logit_max < 1e-3
    described = json.loads((tmp_path / "m" / "model.json").read_text("utf-8"))
    assert described["parameters"] == sum(p.numel() for p in fold(model).parameters())


def test_a_checkpoint_of_another_vocabulary_is_not_exported(
    config: ModelConfig, tmp_path: Path
) -> None:
    model = build_model(config, np.eye(48, 7, dtype=np.float32))
    save_checkpoint(tmp_path / "base", model, replace(config), "old-vocab")
    with pytest.raises(CheckpointError, match="old-vocab"):
        export_checkpoint(tmp_path / "base", tmp_path / "m", "new-vocab")
    assert not (tmp_path / "m").exists()


def test_an_unknown_precision_is_refused(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="int8 or fp32"):
        export_model(plain, tmp_path / "m", "vocab", precision="int2")


def test_agreement_needs_something_to_compare(plain: LlamaForCausalLM, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        measure_agreement(plain, tmp_path, [[]])
