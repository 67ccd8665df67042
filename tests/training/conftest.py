"""A dataset of a few small pieces, and a run small enough to be over in a second."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from jambot.music import Note
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.training.config import TrainConfig

CHORDS = [(50, 53, 57, 60), (43, 53, 59, 64), (48, 52, 55, 59), (45, 49, 55, 58)]


def piece(
    name: str,
    split: str = "train",
    bars: int = 24,
    semitones: int = 0,
    source: str = "own",
    **described: Any,
) -> RoleSample:
    """Eighth notes on the tones of four chords that go round: easy to learn."""
    random_ = random.Random(name)
    chords, line = [], []
    for bar in range(bars):
        chord = CHORDS[bar % 4]
        chords += [Note(4.0 * bar, 3.5, pitch + semitones, 70) for pitch in chord]
        for eighth in range(0, 8, random_.choice([1, 2])):
            pitch = random_.choice(chord) + 12 + semitones
            line.append(Note(4.0 * bar + eighth / 2, 0.5, pitch, 80))
    meta = SampleMeta(source, name, split, 120.0, transposition=semitones, **described)
    return RoleSample(name, tuple(chords), tuple(line), meta)


@pytest.fixture(scope="session")
def make_piece() -> Callable[..., RoleSample]:
    """`make_piece(name, split="train", bars=24, semitones=0, source="own")` gives a sample.

    Whatever else is named (style, performer, year) goes into its meta.
    """
    return piece


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    """Three pieces to train on and one to measure by."""
    folder = tmp_path / "roles"
    for name, split in (("a", "train"), ("b", "train"), ("c", "train"), ("d", "val")):
        write_sample(piece(name, split), folder / name)
    return folder


@pytest.fixture
def small(tmp_path: Path, roles: Path) -> TrainConfig:
    """A whole run on them, in about a second."""
    torch.set_num_threads(1)
    return TrainConfig(
        name="small",
        roles=str(roles),
        out=str(tmp_path / "out"),
        layers=1,
        d_model=32,
        heads=2,
        mlp=48,
        context=96,
        dropout=0.1,
        steps=8,
        rows=2,
        warmup_steps=2,
        evaluate_every=4,
        learning_rate=1e-2,
        threads=1,
    )
