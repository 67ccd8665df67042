"""Let Magenta RealTime 2 accompany a schedule. Needs magenta-rt, its weights, and a GPU or TPU.

python research/magenta_rt/render.py schedule.json --out accompaniment.wav
python research/magenta_rt/render.py schedule.json --out by_keys.wav --by keys

NOT RUN so far: written against the published source of magenta-rt 2.0 (README.md, "What it needs").
"""

import argparse
import json
from pathlib import Path

import numpy as np
from magenta_rt import MagentaRT2Jax
from magenta_rt.config import MUSICCOCA, PIANOROLL_WITH_ONSETS

OFF, HELD, STRUCK = 0, 1, 2
"""States of a pitch in the model's piano roll."""
BAND_WEIGHT = 0.5
SECONDS_AT_ONCE = 30


def roll(struck: list[int], on: list[int]) -> list[int]:
    """One frame's keys as the model's 128 states."""
    states = [OFF] * 128
    for pitch in on:
        states[pitch] = HELD
    for pitch in struck:
        states[pitch] = STRUCK
    return states


def main() -> None:
    """Parse, play frame by frame, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("schedule", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--by", choices=("style", "keys", "both"), default="style")
    parser.add_argument("--size", default="mrt2_small")
    parser.add_argument("--seconds", type=float, default=SECONDS_AT_ONCE)
    asked = parser.parse_args()
    told = json.loads(asked.schedule.read_text(encoding="utf-8"))
    model = MagentaRT2Jax(size=asked.size)
    band = model.embed_style(told["band"], use_mapper=True)
    colours = {
        name: model.embed_style(words, use_mapper=True) for name, words in told["colours"].items()
    }
    frames = min(len(told["keys"]), int(asked.seconds * told["frame_rate"]))
    state, sound, wave = None, [], None
    for weights, keys in zip(told["weights"][:frames], told["keys"][:frames], strict=True):
        style = band
        if asked.by != "keys":
            mix = sum(share * colours[name] for name, share in weights.items())
            style = BAND_WEIGHT * band + (1.0 - BAND_WEIGHT) * mix
        conditioning = {MUSICCOCA.key: np.asarray(style, dtype=np.float32)}
        if asked.by != "style":
            conditioning[PIANOROLL_WITH_ONSETS.key] = roll(*keys)
        wave, state = model.generate(conditioning=conditioning, frames=1, state=state)
        sound.append(wave.samples)
    if wave is None:
        raise SystemExit(f"{asked.schedule} has no frames")
    type(wave)(np.concatenate(sound), sample_rate=wave.sample_rate).write(str(asked.out))
    print(f"{asked.out}: {frames / told['frame_rate']:.1f} s")


if __name__ == "__main__":
    main()
