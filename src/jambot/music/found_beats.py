"""The beats of a recording that was played without a click, looked at from both its ends.

The model of `BeatFinder`, but each strike is judged by all that comes before it and after it
(forward and backward through the hidden Markov model), and every tempo is thought of throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jambot.music.beat_finder import BeatFinder
from jambot.music.beat_model import BeatModel, Strike, strikes_of

Doubles = NDArray[np.float64]
LONGEST_STRIKES = 6000
"""A piece of more (an hour of comping) is not looked at: it would take a gigabyte."""
FEWEST_STRIKES = 16
LISTENING_STRIKES = 32
AGREE = 0.05


@dataclass(frozen=True)
class FoundBeats:
    """`beats[i]` is where in the music `seconds[i]` is.

    `sure` is the share of stretches of 32 strikes which, each heard for itself, tell the same tempo
    within 5 %. (What the model believes of itself is close to 1, right or wrong.)
    """

    seconds: Doubles
    beats: Doubles
    sure: float

    def beat_at(self, seconds: float) -> float:
        """The beat at a moment; before the first and after the last strike at their tempi."""
        return float(self.beats_at(np.array([seconds]))[0])

    def beats_at(self, seconds: Doubles) -> Doubles:
        """The beats at many moments."""
        first = (self.beats[1] - self.beats[0]) / (self.seconds[1] - self.seconds[0])
        last = (self.beats[-1] - self.beats[-2]) / (self.seconds[-1] - self.seconds[-2])
        inside = np.interp(seconds, self.seconds, self.beats)
        before = np.minimum(seconds - self.seconds[0], 0.0) * first
        after = np.maximum(seconds - self.seconds[-1], 0.0) * last
        return np.asarray(inside + before + after)


def find_beats(keys: Sequence[tuple[float, int]], model: BeatModel) -> FoundBeats | None:
    """The beats of keys (seconds, pitch); None where there are too few strikes, or too many."""
    strikes = strikes_of(keys)
    if not FEWEST_STRIKES <= len(strikes) <= LONGEST_STRIKES:
        return None
    found = _Smoother(model).smooth(strikes)
    return replace(found, sure=_agreement(strikes, found, BeatFinder(model)))


def _agreement(strikes: Sequence[Strike], found: FoundBeats, finder: BeatFinder) -> float:
    """How many stretches tell by themselves the tempo that was found there."""
    agrees = []
    for start in range(0, len(strikes) - FEWEST_STRIKES + 1, LISTENING_STRIKES):
        heard = strikes[start : start + LISTENING_STRIKES]
        finder.wonder(heard[0].seconds)
        for strike in heard[1:]:
            finder.strike(strike.seconds)
            finder.weigh(strike)
        first, last = found.beat_at(heard[0].seconds), found.beat_at(heard[-1].seconds)
        bpm = 60.0 * (last - first) / max(heard[-1].seconds - heard[0].seconds, 1e-3)
        agrees.append(abs(float(np.log(finder.belief.bpm / max(bpm, 1.0)))) <= AGREE)
    return float(np.mean(agrees))


class _Smoother(BeatFinder):
    """The finder, remembering what it believed, so as to go back over it."""

    def smooth(self, strikes: Sequence[Strike]) -> FoundBeats:
        self.wonder(strikes[0].seconds)
        believed, said = [self._belief], []
        for strike in strikes[1:]:
            gap = max(strike.seconds - self._seconds, 1e-3)
            said.append((gap, self._gap, strike))
            self.strike(strike.seconds)
            self.weigh(strike)
            believed.append(self._belief)
        later = np.ones_like(self._belief)
        for i in range(len(strikes) - 1, -1, -1):
            believed[i] = believed[i] * later
            if i:
                later = self._before(later, *said[i - 1])
        return self._path([strike.seconds for strike in strikes], believed)

    def _before(self, later: Doubles, gap: float, gap_before: float, strike: Strike) -> Doubles:
        """How well each state before a strike explains all from it on."""
        self._gap = gap_before
        likely = self._likely(gap)
        kind = self._model.kind[self._tempo, strike.kind] * ~self._repeats[:, None]
        beats = float(np.median(self._rate)) * gap
        back = self._moved_back(self._stray(later * np.exp(kind), min(beats, 4.0)), gap)
        back = back * np.exp(likely)
        return np.asarray(back / back.max())

    def _moved_back(self, belief: Doubles, gap: float) -> Doubles:
        """What `_moved` would bring to each place, asked from where it started."""
        moves = self._rate * gap * len(self._places)
        whole = np.floor(moves).astype(np.intp)
        part = (moves - whole)[:, None]
        target = (self._places[None, :] + whole[:, None]) % len(self._places)
        here = np.take_along_axis(belief, target, 1)
        beyond = np.take_along_axis(belief, (target + 1) % len(self._places), 1)
        return np.asarray(here * (1.0 - part) + beyond * part)

    def _path(self, seconds: list[float], believed: list[Doubles]) -> FoundBeats:
        """The beats along the strikes, each as near to where the tempo leads as its place lets."""
        beats: list[float] = []
        for i, states in enumerate(believed):
            self._seconds, self._belief = seconds[i], states / states.sum()
            belief = self.belief
            if not beats:
                beats.append(belief.place)
                continue
            leads = beats[-1] + (seconds[i] - seconds[i - 1]) * belief.bpm / 60.0
            off = (belief.place - leads + 0.5) % 1.0 - 0.5
            beats.append(max(leads + off, beats[-1] + 1e-3))
        return FoundBeats(np.array(seconds), np.array(beats), 0.0)
