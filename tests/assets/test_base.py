"""The checkpoint that ships is the player that ships: styles are made from what one hears."""

from jambot.assets import BASE, DEMO_COMPING, FIRST_STYLE, MODELS
from jambot.model.adapters import load_merged
from jambot.model.agreement import measure_agreement
from jambot.music import Meter, Note, harmony_changes, read_midi
from jambot.tokens import VOCABULARY, Prompt, encode


def test_the_base_gives_the_logits_of_the_shipped_player() -> None:
    """Fails when the player was trained anew and its base was not written anew beside it."""
    hands = [note for track in read_midi(DEMO_COMPING).tracks for note in track.notes]
    scale = (60, 62, 63, 65, 67, 68, 70, 72, 70, 67, 65, 63)
    line = tuple(Note(0.5 * i, 0.45, scale[i % len(scale)], 80) for i in range(48))
    prompt = Prompt(tuple(harmony_changes(hands)), line, 24.0, 120.0, Meter(4))
    model = load_merged(BASE, None, VOCABULARY.fingerprint)
    found = measure_agreement(model, MODELS / FIRST_STYLE, [encode(prompt, 0).ids])
    assert found.positions > 200
    assert found.kl_mean < 1e-3, (
        "write it anew: jambot export CHECKPOINT --to-train-on -o BASE --force"
    )
