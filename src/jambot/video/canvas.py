"""A frame being drawn: the film's colours, and masks blended in them onto rows of RGB pixels.

The colours are for the hands, the band and each style, on the ground of a dark room.

Arithmetic is on integers, so that the same film gives the same pixels everywhere.
"""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from jambot.video.sprites import STEPS, Mask, bar

Colour = tuple[int, int, int]
Pixels = NDArray[np.uint8]
GROUND: Colour = (10, 12, 18)
LANE: Colour = (14, 17, 25)
FAINT: Colour = (34, 40, 54)
DIM: Colour = (138, 148, 168)
INK: Colour = (238, 241, 247)
WHITE_KEY: Colour = (214, 219, 229)
BLACK_KEY: Colour = (26, 30, 40)
HANDS: Colour = (72, 214, 160)
BASS: Colour = (214, 170, 110)
DRUMS: Colour = (160, 172, 196)
STYLES: dict[str, Colour] = {
    "piano": (92, 164, 255),
    "modern": (190, 140, 255),
    "horn": (255, 178, 84),
    "lyrical": (120, 208, 236),
    "driving": (255, 122, 140),
}
OTHERS: tuple[Colour, ...] = ((150, 220, 140), (232, 150, 200), (232, 214, 96))
"""For styles that do not ship: one of them, always the same for the same name."""


def style(name: str) -> Colour:
    """The colour of a style."""
    return STYLES.get(name) or OTHERS[crc32(name.encode()) % len(OTHERS)]


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
