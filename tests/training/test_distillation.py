"""A run that learns its start's guidance by heart."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from jambot.generation.sampling import guided
from jambot.model.adapters import AdapterConfig, load_merged
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.folder import Manner
from jambot.tokens import VOCABULARY, hide_harmony
from jambot.training.config import TrainConfig
from jambot.training.distillation import Distillation, Teacher, divergence
from jambot.training.run import train

PITCH, COLOUR = VOCABULARY.ids("PITCH"), VOCABULARY.ids("COLOUR")
IDS = [VOCABULARY.id("BAR"), VOCABULARY.id("BASS", 2), VOCABULARY.id("COND_SEP")]


@pytest.fixture
def model() -> torch.nn.Module:
    torch.manual_seed(3)
    shape = ModelConfig(VOCABULARY.size, 1, 32, 2, 48, 96, 0.0)
    made = build_model(shape, VOCABULARY.features())
    for parameter in made.parameters():
        parameter.data *= 8
    return made


def logits(model: torch.nn.Module, ids: list[int]) -> Any:
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0, -1].numpy()


def test_the_teacher_answers_what_guided_play_draws_from(model: torch.nn.Module) -> None:
    answers = Teacher(model, 0.75).answers(torch.tensor([IDS]))[0, -1].numpy()
    heard, unheard = logits(model, IDS), logits(model, hide_harmony(IDS))
    for field in (PITCH, COLOUR):
        wanted = np.exp(guided(heard[field], unheard[field], 0.75))
        assert np.exp(answers[field]) / np.exp(answers[field]).sum() == pytest.approx(
            wanted / wanted.sum(), rel=1e-3
        )
    plain = torch.tensor(heard).log_softmax(0).numpy()
    assert np.exp(answers[PITCH]).sum() == pytest.approx(np.exp(plain[PITCH]).sum(), rel=1e-4)
    rest = VOCABULARY.ids("POS")
    assert answers[rest] == pytest.approx(plain[rest], abs=1e-4)
    assert abs(answers[PITCH] - plain[PITCH]).max() > 0.05


def test_without_a_harmony_there_is_nothing_to_guide(model: torch.nn.Module) -> None:
    hidden = torch.tensor([hide_harmony(IDS)])
    answers = Teacher(model, 0.75).answers(hidden)
    with torch.no_grad():
        apart = divergence(model(input_ids=hidden).logits, answers)
    assert float(apart.abs().max()) < 1e-5


def test_the_teacher_stays_what_the_model_was(model: torch.nn.Module) -> None:
    teacher, ids = Teacher(model, 0.75), torch.tensor([IDS])
    before = teacher.answers(ids)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(0.5)
    assert torch.equal(teacher.answers(ids), before)


def apart(run: TrainConfig) -> list[float]:
    """By how much a run differed from its teacher, at each evaluation."""
    rows = map(json.loads, (run.folder / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return [row["apart"] for row in rows if "apart" in row]


def test_a_second_run_comes_nearer_to_what_the_first_plays_guided(small: TrainConfig) -> None:
    first = replace(small, steps=24, distillation=Distillation(2.0, 40))
    train(first)
    second = replace(first.guided, evaluate_every=20)
    train(second, guidance=2.0)
    before, after = apart(second)
    assert after < before
    assert first.manner == Manner("pianist", None, 2.0)


def test_of_a_style_its_adapter_goes_on_and_the_base_is_left_alone(small: TrainConfig) -> None:
    base = replace(small, name="base")
    start = train(base)
    weights = (start / "model.safetensors").read_bytes()
    style = replace(
        small,
        name="style",
        init_from=str(start),
        adapter=AdapterConfig(rank=2, alpha=4),
        distillation=Distillation(1.0, 2),
    )
    adapter = train(style)
    played = load_merged(start, adapter, VOCABULARY.fingerprint)
    second = replace(style.guided, learning_rate=1e-12)
    train(second, guidance=1.0)
    assert second.result == (start, second.folder / "best")
    taught = load_merged(*second.result, VOCABULARY.fingerprint)
    for name, tensor in played.state_dict().items():
        assert torch.allclose(tensor, taught.state_dict()[name], atol=1e-6), name
    assert (start / "model.safetensors").read_bytes() == weights
