"""Where in the form a bar stands: what begins with it, and how much of a fill leads there."""

from dataclasses import dataclass

from jambot.band.feel import dice

SECTION_BARS = 8
SMALL_CHANCE = 0.3
"""How often the drums mark the end of four bars within a section."""


@dataclass(frozen=True, slots=True)
class FormLayout:
    """A form of `bars` bars, one of which begins with bar `top`; sections begin at `starts`.

    Where none is known every eighth bar begins a section.
    """

    top: int = 0
    bars: int = SECTION_BARS
    starts: frozenset[int] = frozenset({0})

    @classmethod
    def of(cls, top: int, bars: int, named: frozenset[int] = frozenset()) -> "FormLayout":
        """From a form; where it names no sections, they are of eight bars, or of four in twelve.

        >>> sorted(FormLayout.of(0, 32).starts), sorted(FormLayout.of(0, 12).starts)
        ([0, 8, 16, 24], [0, 4, 8])
        """
        length = SECTION_BARS if bars % SECTION_BARS == 0 else 4
        return cls(top, bars, (named or frozenset(range(0, bars, length))) | {0})

    def chorus(self, bar: int) -> bool:
        """Whether a chorus begins with this bar."""
        return (bar - self.top) % self.bars == 0

    def section(self, bar: int) -> bool:
        """Whether a section begins with this bar."""
        return (bar - self.top) % self.bars in self.starts

    def fill_beats(self, bar: int, beats: int, seed: int, turn: bool = False) -> int:
        """How many beats of a fill end this bar; `turn`: another's turn begins with the next."""
        if turn or self.chorus(bar + 1):
            return min(beats, 4)
        if self.section(bar + 1):
            return min(beats, 2)
        marks = (bar + 1 - self.top) % 4 == 0
        return 1 if marks and dice(seed, "mark", bar).random() < SMALL_CHANCE else 0
