"""Whose turn it is when fours (or twos, or eights) are traded."""

import math
from dataclasses import dataclass

from jambot.music import Meter


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, the bot's or not, and how many bars of it are left, the present one too."""

    bots: bool
    bars_left: int


@dataclass(slots=True)
class Trading:
    """The player and the bot take turns of `bars` bars, the player first, from a bar line on.

    Threads: the stage's alone.
    """

    meter: Meter
    bars: int = 0
    """0 when nothing is traded."""
    _from_beat: float = 0.0

    @property
    def on(self) -> bool:
        """Whether turns are taken."""
        return self.bars > 0

    def begin(self, bars: int, beat: float, players: bool = True) -> None:
        """Trade from the bar line at or after `beat` on."""
        self.bars = bars
        line = self.meter.next_bar_start(beat - 1e-6)
        self._from_beat = line if players else line - self._turn_beats

    def end(self) -> None:
        """Nobody takes turns any more."""
        self.bars = 0

    def bots(self, beat: float) -> bool:
        """Whether the turn at `beat` is the bot's; before the first bar line it is nobody's."""
        if not self.on or beat < self._from_beat:
            return False
        return int((beat - self._from_beat) // self._turn_beats) % 2 == 1

    def turn_ends(self, beat: float) -> float:
        """Where the turn that holds at `beat` ends; before the first, where that begins."""
        turns = (beat - self._from_beat) // self._turn_beats + 1
        return self._from_beat + max(0.0, turns) * self._turn_beats

    def turn(self, beat: float) -> Turn:
        """The turn that holds at `beat`; before the first it is said to be the player's."""
        left = self.turn_ends(beat) - beat
        return Turn(self.bots(beat), math.ceil(left / self.meter.beats_per_bar))

    @property
    def _turn_beats(self) -> float:
        return float(self.bars * self.meter.beats_per_bar)
