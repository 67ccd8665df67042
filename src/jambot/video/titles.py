"""What is written over the film: what it is at the beginning, how it was made at the end."""

from dataclasses import dataclass

from jambot import __version__
from jambot.video.canvas import DIM, GROUND, HANDS, INK, Canvas, Colour, style
from jambot.video.film import Film
from jambot.video.layout import Layout
from jambot.video.sprites import fitted

NAME = "JAM_BOT"
WHAT = "Hands comp the chords. JAM_BOT improvises the solo."
HOW = "Nobody told it the changes: it hears each chord when it is struck, and plans anew."
HOW_TOLD = "It was given the chart, hears each chord when it is struck, and plans two bars ahead."
TITLE_SECONDS, END_SECONDS = 4.0, 3.6
FADE_SECONDS = 0.7
SHADE = 0.88
"""How much of the music a card hides."""

Words = tuple[str, Colour]


@dataclass(frozen=True, slots=True)
class TitleLine:
    """Words beside each other in their colours; `size` and `below`, the way down from the line
    before, are in pixels of the design.
    """

    words: tuple[Words, ...]
    size: int
    below: int = 0


class Titles:
    """The title and the end card of a film; in one too short for both, each has a fifth of it."""

    def __init__(self, film: Film, layout: Layout) -> None:
        self._film, self._layout = film, layout
        self._title_end = min(TITLE_SECONDS, film.seconds / 5)
        self._end_start = film.seconds - min(END_SECONDS, film.seconds / 5)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the card that is due, if any."""
        fade = min(FADE_SECONDS, self._title_end / 3)
        if seconds < self._title_end:
            begun = min(1.0, seconds / fade)
            left = min(1.0, (self._title_end - seconds) / fade)
            canvas.dim(GROUND, 1.0 - (1.0 - SHADE) * begun if left == 1.0 else SHADE * left)
            self._write(canvas, self._title(), min(begun, left))
        elif seconds >= self._end_start:
            begun = min(1.0, (seconds - self._end_start) / fade)
            canvas.dim(GROUND, SHADE * begun)
            self._write(canvas, self._end(), begun)
            left = min(1.0, (self._film.seconds - seconds) / (fade / 2))
            canvas.dim((0, 0, 0), 1.0 - left)

    def _title(self) -> list[TitleLine]:
        how = HOW_TOLD if self._film.told else HOW
        return [
            TitleLine(((NAME, INK),), 150),
            TitleLine(((WHAT, INK),), 44, 34),
            TitleLine(((how, DIM),), 27, 26),
        ]

    def _end(self) -> list[TitleLine]:
        film = self._film
        made = f"jambot demo --video film.mp4 --seconds {film.seconds:g} --seed {film.seed}"
        return [
            TitleLine(((NAME, INK),), 120),
            TitleLine(tuple((name, style(name)) for name in film.styles), 46, 30),
            TitleLine(((made, HANDS),), 30, 52),
            TitleLine(((f"made by this one command, version {__version__}", DIM),), 25, 12),
        ]

    def _write(self, canvas: Canvas, lines: list[TitleLine], alpha: float) -> None:
        """The lines one below the other, in the middle of the room over the keys."""
        lay = self._layout
        room = lay.width - 2 * lay.margin
        between = lay.px(40)
        drawn = [
            [(fitted(words, lay.px(line.size), room), paint) for words, paint in line.words]
            for line in lines
            if line.words
        ]
        gaps = [lay.px(line.below) for line in lines if line.words]
        heights = [max(mask.shape[0] for mask, _ in masks) for masks in drawn]
        y = max(0, lay.now - sum(heights) - sum(gaps)) // 2
        for masks, gap, height in zip(drawn, gaps, heights, strict=True):
            y += gap
            wide = sum(mask.shape[1] for mask, _ in masks) + between * (len(masks) - 1)
            x = (lay.width - wide) // 2
            for mask, colour in masks:
                canvas.blend(mask, x, y, colour, alpha)
                x += mask.shape[1] + between
            y += height
