"""What may be turned and how far: one list of the knobs and one of the sampling's settings.

Command line, orders, plugin and gestures read them, and tests hold the page and MCP to them. Quick
to import: `tokens.Controls` and `generation.SamplingSettings` say what each does.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """`usual` is where it stands untouched, None where the style's player says so.

    `live` is whether it may be turned while music plays.
    """

    usual: float | None
    least: float
    most: float
    said: str
    live: bool = True


KNOBS: Mapping[str, str] = {
    "density": "Few notes (0) to many (1).",
    "register": "Low (0) to high (1).",
    "intensity": "Soft (0) to loud (1).",
    "inside_outside": "Inside the chords (0) to outside (1).",
    "swing": "Straight eighths (0) to swung (1).",
    "texture": "A single line (0) to chords (1).",
}
"""Fields of `Controls` by name, in its order: from 0 to 1, or free."""
SAMPLING: Mapping[str, Dial] = {
    "temperature": Dial(1.0, 0, 2, "Chance. 0: always the likeliest; 1: as trained."),
    "top_p": Dial(0.98, 0.01, 1, "Draw from the likeliest pitches, up to this share."),
    "rhythm_top_p": Dial(1.0, 0.01, 1, "The same for onsets, lengths and loudness."),
    "guidance": Dial(0.75, 0, 4, "How strongly the pitches follow the chords."),
    "centre": Dial(None, 48, 93, "MIDI pitch around which the line stays."),
    "rest_bias": Dial(None, -4, 4, "How readily the solo rests."),
    "breath": Dial(None, 0, 4, "How strongly to end long rests."),
    "haste": Dial(None, 0, 4, "How strongly to hold back more notes than hands can play."),
    "figures": Dial(None, 0, 4, "How readily the line repeats its own figures."),
    "sections": Dial(1.0, 0, 4, "How strongly to rest where sections of --form end."),
    "primer_max_tokens": Dial(
        64, 4, 256, "How many tokens of the solo a new window starts with.", live=False
    ),
}
"""Fields of `SamplingSettings` by name."""
LIVE = {name: (dial.least, dial.most) for name, dial in SAMPLING.items() if dial.live}
"""What an order may change, and its range."""
