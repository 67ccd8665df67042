"""Where things stand in the picture, in pixels, from a design of 1920 × 1080.

Above the keyboard the future falls, below it the past flows away; chord names stand to the left,
the style to the right.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

DESIGN_HEIGHT = 1080
BLACK_KEYS = (1, 3, 6, 8, 10)
FUTURE_BEATS = 8.5
"""From the top of the picture to the keyboard: a little more than the plan reaches."""


@dataclass(frozen=True, slots=True)
class Key:
    """A piano key's place; notes of its pitch run in the same lane."""

    x: int
    width: int
    black: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The places for a picture `width` × `height` and a keyboard from `low` to `high`.

    `future` and `past` say how strongly each row shows what moves over it, 0–256.
    """

    width: int
    height: int
    low: int
    high: int
    keys: dict[int, Key] = field(init=False)
    future: NDArray[np.uint16] = field(init=False, repr=False)
    past: NDArray[np.uint16] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", self._keys())
        rows = np.arange(self.height)
        fading = np.clip(rows / self.px(170), 0, 1) * (rows < self.now)
        object.__setattr__(self, "future", np.asarray(fading * 256, np.uint16))
        left = np.clip((self.height - self.px(36) - rows) / self.px(250), 0, 1)
        left = left * left * (3 - 2 * left) * (rows >= self.floor)
        object.__setattr__(self, "past", np.asarray(left * 256, np.uint16))

    def px(self, design: float) -> int:
        """A length of the design in pixels of this picture."""
        return round(design * self.height / DESIGN_HEIGHT)

    @property
    def margin(self) -> int:
        """Nothing to be read lies nearer to the left and right edge: a twentieth of the width."""
        return self.width // 20

    @property
    def left(self) -> int:
        """Where the keyboard begins."""
        return self.margin + self.px(270)

    @property
    def right(self) -> int:
        """Where the keyboard ends."""
        return self.width - self.margin - self.px(270)

    @property
    def now(self) -> int:
        """The row of the present: the upper edge of the keys."""
        return self.px(672)

    @property
    def floor(self) -> int:
        """The row below the keys, where the past begins."""
        return self.now + self.px(112)

    @property
    def beat(self) -> float:
        """The length of a beat."""
        return self.now / FUTURE_BEATS

    def future_y(self, beats_ahead: float) -> float:
        """The row of a moment that is still to come."""
        return self.now - beats_ahead * self.beat

    def past_y(self, beats_ago: float) -> float:
        """The row of a moment that has been."""
        return self.floor + beats_ago * self.beat

    def _keys(self) -> dict[int, Key]:
        whites = [pitch for pitch in range(self.low, self.high + 1) if not is_black(pitch)]
        edges = np.linspace(self.left, self.right, len(whites) + 1).round().astype(int)
        keys = {
            pitch: Key(int(a), int(b - a), False)
            for pitch, a, b in zip(whites, edges, edges[1:], strict=False)
        }
        wide = max(3, round((self.right - self.left) / len(whites) * 0.6))
        for pitch in range(self.low + 1, self.high):
            if is_black(pitch):
                line = keys[pitch + 1].x
                keys[pitch] = Key(line - wide // 2, wide, True)
        return keys


def layout_for(pitches: Iterable[int], width: int, height: int) -> Layout:
    """A layout whose keyboard holds `pitches`, from a C or F up to an E or B; four octaves where
    there are none.
    """
    played = list(pitches) or [48, 83]
    low, high = max(min(played) - 1, 0), min(max(played) + 1, 127)
    while low % 12 not in (0, 5):
        low -= 1
    while high % 12 not in (4, 11) and high < 127:
        high += 1
    return Layout(width, height, low, high)


def is_black(pitch: int) -> bool:
    """Whether a pitch is a black key."""
    return pitch % 12 in BLACK_KEYS
