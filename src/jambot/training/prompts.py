"""Held-out prompts as the stage would state them: what an exported model is compared on."""

from pathlib import Path

from jambot.music import Meter, harmony_changes
from jambot.roles.sample import find_samples, read_sample
from jambot.tokens import Prompt, encode
from jambot.training.shard import as_played

PROMPTS = 32
BARS_IN = 8
"""A prompt opens this far into a solo, so that there is harmony and a line to go on from."""


def real_prompts(role_dir: Path, context: int) -> list[list[int]]:
    """Ids of at most `PROMPTS` windows, one a tune, each at most `context` tokens long.

    Raises DatasetError for a folder that is no role dataset; without held-out samples the list is
    empty.
    """
    prompts: dict[str, list[int]] = {}
    for folder in find_samples(role_dir, "val"):
        if len(prompts) == PROMPTS:
            break
        sample = read_sample(folder)
        meta = sample.meta
        meter = Meter(meta.beats_per_bar)
        if meta.source_id in prompts or meta.transposition:
            continue
        prompt = Prompt(
            harmonies=tuple(harmony_changes(sample.conditioning)),
            notes=tuple(as_played(sample)),
            resume_beats=meter.bar_start(BARS_IN + context // 32),
            tempo_bpm=meta.tempo_bpm,
            meter=meter,
            role=meta.role,
            player=meta.player or "horn",
        )
        prompts[meta.source_id] = encode(prompt, BARS_IN).ids[:context]
    return [ids for ids in prompts.values() if ids]
