"""How far each setting of the sampling may be turned: one table for command line, page and LLM.

Quick to import: `generation.SamplingSettings` says what each of them does.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """`usual` is where it stands untouched; `live` whether it may be turned while music plays."""

    usual: float
    least: float
    most: float
    said: str
    live: bool = True


SAMPLING: Mapping[str, Dial] = {
    "temperature": Dial(1.0, 0, 2, "0 is certain, 1 as trained."),
    "top_p": Dial(0.98, 0.01, 1, "Keep the likeliest pitches up to this."),
    "rhythm_top_p": Dial(1.0, 0.01, 1, "The same of places, lengths and loudness."),
    "guidance": Dial(0.75, 0, 4, "How strongly the chords pull the pitches inside."),
    "centre": Dial(66.0, 48, 93, "MIDI pitch that the line keeps around."),
    "rest_bias": Dial(0.1, -4, 4, "How readily it rests."),
    "breath": Dial(0.3, 0, 4, "How strongly long rests are ended."),
    "haste": Dial(1.0, 0, 4, "How strongly more notes than hands can play are held back."),
    "figures": Dial(1.25, 0, 4, "How readily the line takes up its own figures."),
    "sections": Dial(1.0, 0, 4, "How strongly it rests where sections of a --form end."),
    "primer_max_tokens": Dial(
        64, 4, 256, "How much of the solo a fresh window starts with.", live=False
    ),
}
"""Fields of `SamplingSettings` by name."""
LIVE = {name: (dial.least, dial.most) for name, dial in SAMPLING.items() if dial.live}
"""What an order may change, and its range."""
