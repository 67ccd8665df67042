"""The film's colours: for the hands, the band, each style, and a dark room for them."""

from zlib import crc32

from jambot.video.canvas import Colour

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
