"""The checkpoint that ships is the player that ships: styles are made from what one hears."""

import torch

from jambot.assets import BASE, DEMO_COMPING, FIRST_STYLE
from jambot.model.adapters import load_merged
from jambot.music import Meter, Note, harmony_changes, read_midi
from jambot.realtime.main import load_model
from jambot.tokens import VOCABULARY, Prompt, encode
from jambot.tokens.vocabulary import ANSWERED
from jambot.training.distillation import Teacher, divergence


def test_the_shipped_player_gives_in_one_pass_what_the_base_gives_guided() -> None:
    """Fails when the player was trained anew and its base was not written anew beside it."""
    hands = [note for track in read_midi(DEMO_COMPING).tracks for note in track.notes]
    scale = (60, 62, 63, 65, 67, 68, 70, 72, 70, 67, 65, 63)
    line = tuple(Note(0.5 * i, 0.45, scale[i % len(scale)], 80) for i in range(48))
    ids = encode(Prompt(tuple(harmony_changes(hands)), line, 24.0, 120.0, Meter(4)), 0).ids
    player, base = load_model(FIRST_STYLE), load_merged(BASE, None, VOCABULARY.fingerprint)
    played = []
    for token in ids:
        player.append([token])
        played.append(torch.tensor(player.logits()))
    answered = [VOCABULARY.field(token) in ANSWERED for token in ids[1:]]
    apart = [
        float(divergence(torch.stack(played)[None], answers)[0, :-1][answered].mean())
        for held in (player.manner.guidance, 0.0)
        for answers in (Teacher(base, held).answers(torch.tensor([ids])),)
    ]
    assert sum(answered) > 100
    assert apart[0] < min(0.015, apart[1] / 2), (
        "write it anew: jambot export CHECKPOINT --to-train-on -o BASE --force"
    )
