"""When a comping pianist strikes: rhythmic figures of one bar.

A figure is a tuple of (beat in the bar, length in beats); .5 stands for the off-beat eighth, which
is swung when it is played. Figures are written for four beats and folded into other metres.
"""

from random import Random

Figure = tuple[tuple[float, float], ...]

FIGURES: dict[str, tuple[Figure, ...]] = {
    "charleston": (
        ((0.0, 0.9), (1.5, 0.5)),
        ((0.0, 1.4), (1.5, 2.0)),
        ((0.0, 0.4), (1.5, 0.4)),
        ((1.0, 0.8), (2.5, 0.5)),
        ((2.0, 0.8), (3.5, 0.5)),
    ),
    "reverse_charleston": (
        ((0.5, 0.4), (2.0, 1.0)),
        ((0.5, 1.4), (2.0, 0.5)),
        ((1.5, 0.5), (3.0, 0.8)),
        ((2.5, 0.4),),
    ),
    "anticipated": (
        ((1.5, 0.6), (3.5, 1.0)),
        ((3.5, 1.4),),
        ((0.0, 0.5), (3.5, 0.8)),
        ((1.5, 1.8), (3.5, 0.5)),
    ),
    "held": (((0.0, 3.9),), ((0.0, 1.9), (2.0, 1.9)), ((0.0, 2.9), (3.0, 0.9))),
    "sparse": (
        ((0.0, 0.4),),
        ((1.0, 0.5),),
        ((1.5, 0.4),),
        ((2.5, 1.2),),
        ((3.0, 0.6),),
        ((0.0, 1.5),),
    ),
    "busy": (
        ((0.0, 0.4), (1.5, 0.4), (2.5, 0.4), (3.5, 0.5)),
        ((0.5, 0.4), (1.0, 0.4), (2.5, 0.4), (3.0, 0.7)),
        ((0.0, 0.4), (0.5, 0.4), (1.5, 0.8), (3.0, 0.4), (3.5, 0.4)),
        ((1.0, 0.3), (1.5, 0.6), (3.0, 0.3), (3.5, 0.6)),
        ((0.0, 0.8), (1.0, 0.4), (1.5, 0.4), (2.5, 1.2)),
    ),
    "backbeat": (((1.0, 0.5), (3.0, 0.5)), ((1.0, 0.3), (3.0, 0.9))),
    "four": (((0.0, 0.7), (1.0, 0.6), (2.0, 0.7), (3.0, 0.6)),),
    "halves": (((0.0, 1.8), (2.0, 1.8)),),
    "out": ((),),
}
"""Figure families; `out` is a bar in which the hands rest."""

MIXES: dict[str, dict[str, float]] = {
    "swing": {
        "charleston": 4, "reverse_charleston": 2, "anticipated": 3, "sparse": 2, "held": 1,
        "busy": 1, "backbeat": 0.5, "halves": 0.5, "out": 0.3,
    },
    "busy": {"busy": 4, "charleston": 2, "anticipated": 2, "reverse_charleston": 1, "out": 0.1},
    "sparse": {"sparse": 5, "anticipated": 2, "held": 1, "charleston": 1, "out": 0.8},
    "ballad": {"held": 5, "halves": 2, "charleston": 1, "sparse": 1, "anticipated": 1},
    "four": {"four": 6, "halves": 1, "backbeat": 1},
    "pad": {"held": 6, "anticipated": 1},
}  # fmt: skip
"""What a section draws its bars from: figure family -> weight."""


def figure(mix: str, beats_per_bar: int, previous: Figure | None, random: Random) -> Figure:
    """The next bar's figure; a pianist keeps a figure that works (one time in three)."""
    if previous is not None and random.random() < 0.33:
        return previous
    weights = MIXES[mix]
    family = random.choices(list(weights), list(weights.values()))[0]
    return folded(random.choice(FIGURES[family]), beats_per_bar)


def folded(four_beats: Figure, beats_per_bar: int) -> Figure:
    """A four-beat figure in a bar of `beats_per_bar`: cut short, or begun again after beat four."""
    struck: list[tuple[float, float]] = []
    for start in range(0, beats_per_bar, 4):
        room = min(4, beats_per_bar - start)
        for beat, length in four_beats:
            if beat < room:
                struck.append((start + beat, min(length, float(beats_per_bar))))
    return tuple(struck)
