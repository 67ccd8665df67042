"""A frame being drawn: masks blended in a colour onto rows of RGB pixels.

Arithmetic is on integers, so that the same film gives the same pixels everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from jambot.video.sprites import STEPS, Mask, bar

Colour = tuple[int, int, int]
Pixels = NDArray[np.uint8]


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of b, the rest of a."""
    red, green, blue = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue


class Canvas:
    """`height` rows of `width` RGB pixels; coordinates are pixels from the top left.

    What lies outside is cut off; `rows` (0–256 for each row of the canvas) thins what is drawn.
    """

    def __init__(self, width: int, height: int, ground: Colour = (0, 0, 0)) -> None:
        self.pixels: Pixels = np.empty((height, width, 3), np.uint8)
        self.pixels[:] = ground
        self.whole = np.full(height, 256, np.uint16)

    def copy_from(self, other: "Canvas") -> None:
        """Begin with another canvas's picture."""
        self.pixels[:] = other.pixels

    def blend(
        self,
        mask: Mask,
        x: int,
        y: int,
        colour: Colour,
        alpha: float = 1.0,
        rows: NDArray[np.uint16] | None = None,
    ) -> None:
        """Draw `mask` with its top left corner at (x, y)."""
        height, width = self.pixels.shape[:2]
        top, left = max(y, 0), max(x, 0)
        bottom, right = min(y + mask.shape[0], height), min(x + mask.shape[1], width)
        strength = round(min(max(alpha, 0.0), 1.0) * 256)
        if top >= bottom or left >= right or strength == 0:
            return
        part = mask[top - y : bottom - y, left - x : right - x].astype(np.int32)
        if rows is not None:
            part = part * rows[top:bottom, None] >> 8
        part = (part * strength >> 8)[:, :, None]
        under = self.pixels[top:bottom, left:right]
        paint = np.asarray(colour, np.int32)
        under[:] = (under * (256 - part) + paint * part) >> 8

    def bar(
        self,
        x: int,
        top: float,
        width: int,
        bottom: float,
        colour: Colour,
        alpha: float = 1.0,
        *,
        radius: int = 0,
        line: int = 0,
        rows: NDArray[np.uint16] | None = None,
    ) -> None:
        """A rounded bar between two heights that need not be whole pixels."""
        first = int(np.floor(top))
        phase = min(STEPS - 1, int((top - first) * STEPS))
        steps = max(STEPS, round((bottom - top) * STEPS))
        if first < self.pixels.shape[0] and first + steps / STEPS + 1 > 0:
            self.blend(bar(width, steps, phase, radius, line), x, first, colour, alpha, rows)

    def dim(self, colour: Colour, alpha: float) -> None:
        """Draw `colour` over everything."""
        strength = round(min(max(alpha, 0.0), 1.0) * 256)
        values = np.arange(256)
        for channel, paint in enumerate(colour):
            table = ((values * (256 - strength) + paint * strength) >> 8).astype(np.uint8)
            self.pixels[:, :, channel] = table[self.pixels[:, :, channel]]
