"""The checkpoint that ships is the player that ships: styles are made from what one hears.

A test here fails when the player was trained anew and its base was not written anew beside it.
"""

import pytest
import torch

from jambot.assets import BASE, DEMO_COMPING, FIRST_STYLE
from jambot.model.adapters import GUIDANCE, load_merged
from jambot.music import Meter, Note, harmony_changes, read_midi
from jambot.realtime.main import load_model
from jambot.tokens import VOCABULARY, Prompt, encode
from jambot.tokens.vocabulary import ANSWERED
from jambot.training.distillation import Teacher, divergence

ANEW = "write it anew: jambot export BEST --to-train-on --adapter GUIDED -o BASE --force"


@pytest.fixture(scope="module")
def stream() -> torch.Tensor:
    """A line over the built-in comping, as ids (1, n)."""
    hands = [note for track in read_midi(DEMO_COMPING).tracks for note in track.notes]
    scale = (60, 62, 63, 65, 67, 68, 70, 72, 70, 67, 65, 63)
    line = tuple(Note(0.5 * i, 0.45, scale[i % len(scale)], 80) for i in range(48))
    prompt = Prompt(tuple(harmony_changes(hands)), line, 24.0, 120.0, Meter(4))
    return torch.tensor([encode(prompt, 0).ids])


@pytest.fixture(scope="module")
def played(stream: torch.Tensor) -> torch.Tensor:
    """What the shipped player says to each of `stream`, (1, n, vocabulary)."""
    player = load_model(FIRST_STYLE)
    logits = []
    for token in stream[0].tolist():
        player.append([token])
        logits.append(torch.tensor(player.logits()))
    return torch.stack(logits)[None]


def apart(stream: torch.Tensor, played: torch.Tensor, answers: torch.Tensor) -> float:
    """Nats an answer by which `played` differs from `answers`."""
    answered = [VOCABULARY.field(token) in ANSWERED for token in stream[0, 1:].tolist()]
    assert sum(answered) > 100
    return float(divergence(played, answers)[0, :-1][answered].mean())


def test_the_shipped_player_gives_in_one_pass_what_the_base_gives_guided(
    stream: torch.Tensor, played: torch.Tensor
) -> None:
    base = load_merged(BASE, None, VOCABULARY.fingerprint)
    held = load_model(FIRST_STYLE).manner.guidance
    guided, plain = (apart(stream, played, Teacher(base, w).answers(stream)) for w in (held, 0.0))
    assert guided < min(0.015, plain / 2), ANEW


def test_the_base_with_its_guidance_is_the_shipped_player(
    stream: torch.Tensor, played: torch.Tensor
) -> None:
    """So a style that has learnt nothing yet plays as the player does, in one pass."""
    model = load_merged(BASE, BASE / GUIDANCE, VOCABULARY.fingerprint)
    assert apart(stream, played, Teacher(model, 0.0).answers(stream)) < 0.01, ANEW
