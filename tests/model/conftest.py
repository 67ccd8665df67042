"""A decoder small enough to build, train and export within a test."""

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from jambot.model.architecture import ModelConfig, build_model, fold


@pytest.fixture
def config() -> ModelConfig:
    return ModelConfig(
        vocabulary_size=48, layers=2, d_model=64, heads=2, mlp=96, context_length=32, dropout=0.0
    )


@pytest.fixture
def plain(config: ModelConfig) -> LlamaForCausalLM:
    """A folded model with random weights, larger than at the start of training: it has opinions."""
    torch.set_num_threads(1)
    torch.manual_seed(5)
    model = build_model(config, np.eye(48, 7, dtype=np.float32))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.mul_(4.0)
    return fold(model)
