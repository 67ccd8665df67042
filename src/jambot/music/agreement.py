"""How well the harmony agrees with what it should be, counted in beats."""

from collections.abc import Iterable
from dataclasses import dataclass

from jambot.music.likeness import OTHER, SAME

AGREES, DIFFERS, CLASHES = 1.0, -4.0, -8.0
"""What a beat adds: the same chord, one with half its tones, one with fewer (`docs/log.md`)."""


@dataclass(slots=True)
class FormBelief:
    """Beats of agreement, less what speaks against it; never below none."""

    beats: float = 0.0
    since: int = 0
    """The first beat of the present agreement."""

    def weigh(self, gain: float, beat: int, most: float) -> None:
        """Beat number `beat` speaks for it by `gain`; there is never more of it than `most`."""
        if self.beats == 0.0 and gain > 0.0:
            self.since = beat
        self.beats = min(max(self.beats + gain, 0.0), most)


def gain(alike: float, near: Iterable[float]) -> float:
    """How far a beat speaks for a form; `alike` and `near` are its likeness to what it should be.

    What would fit a beat earlier or later speaks neither for it nor against it.
    """
    if alike >= SAME:
        return AGREES
    if alike >= 0.0 or any(other >= SAME for other in near):
        return 0.0
    return DIFFERS if alike >= OTHER else CLASHES
