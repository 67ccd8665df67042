"""What pianists do with the beat: where in it they strike, and how long until they strike again.

Counted on the *Jazz Trio Database* by `python -m lab beats --fit`, and kept as a small table. A
*strike* is the keys that go down within `TOGETHER_SECONDS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jambot.assets import BEATS

Floats = NDArray[np.float32]
PLACES = 24
"""Places of a beat that are told apart."""
LONGEST_GAP_BEATS = 4
GAPS = PLACES * LONGEST_GAP_BEATS
"""After a longer gap nothing is known but that the beat is a likely place."""
TEMPO_EDGES_BPM = (140.0, 180.0, 220.0)
"""Pianists divide a slow beat otherwise than a fast one: the tables are four, by tempo."""
GAP_EDGES_BEATS = (0.22, 0.42, 0.58, 0.85, 1.2, 2.2)
"""The gap before, in seven kinds: what was just played says how it goes on."""
PULSES = (0, 12, 15)
"""Where in the beat a pulse may lie: on it, in its middle, where eighths swing."""
ON_THE_BEAT = 0.15
"""So much likelier the first of them is, as a logarithm: the others lie so near each other that
they would win in the end by being two."""
PULSE_PLACES, PULSE_LEAST = 1.2, -3.0
"""The width of a pulse in places (one deviation), and the logarithm of what lies between them."""
REPEATS_COST = 0.3
"""So much less likely repeats are taken to be than people's, as a logarithm: else two and three of
another tempo's beats would explain a Charleston."""
TOGETHER_SECONDS = 0.035
LOW_PITCH = 55
KINDS = 6


@dataclass(frozen=True, slots=True)
class Strike:
    """Keys that went down together: when the first did, how many there are, and the lowest."""

    seconds: float
    keys: int
    lowest: int

    @property
    def kind(self) -> int:
        """One, two, or more keys; from 3 on the same with a low one among them."""
        return min(self.keys, 3) - 1 + 3 * (self.lowest < LOW_PITCH)


@dataclass(frozen=True)
class BeatModel:
    """Log densities, counted on people.

    `next_strike[tempo, gap before, place, gap]`: how likely a strike at `place` (of `PLACES`) is
    followed by one so many `PLACES`ths of a beat later, per beat. `kind[tempo, kind, place]`: how
    likely a strike at that place is of that kind.
    """

    next_strike: Floats
    kind: Floats

    @cached_property
    def repeated(self) -> Floats:
        """`next_strike` for whoever has repeated a place already: one more repeat is no news.

        A strike a whole number of beats after the last repeats its place. Counted as news each
        time, even quarters would soon be taken for strikes off the beat, which trio pianists
        prefer. On the beat, in its middle and on the triplet after that such gaps are equally
        likely here; what lies between these is drawn to them.
        """
        repeated = self.next_strike.copy()
        for beats in range(1, LONGEST_GAP_BEATS):
            for off in (-2, -1, 0, 1, 2):
                there = self.next_strike[..., beats * PLACES + off]
                usual = there[..., list(PULSES)].mean(axis=-1, keepdims=True) - REPEATS_COST
                repeated[..., beats * PLACES + off] = usual + pulse_bells()
        return repeated


def pulse_bells() -> Floats:
    """Log likelihood of each place of the beat for a pulse; 0 at the likeliest."""
    places = np.arange(PLACES)[:, None]
    away = (places - np.array(PULSES) + PLACES // 2) % PLACES - PLACES // 2
    heights = np.where(np.array(PULSES) == 0, ON_THE_BEAT, 0.0)
    bells = np.maximum(heights - 0.5 * (away / PULSE_PLACES) ** 2, PULSE_LEAST).max(axis=1)
    return np.asarray(bells, dtype=np.float32)


@cache
def beat_model(path: Path = BEATS) -> BeatModel:
    """The model that ships, or another one that was saved."""
    with np.load(path, allow_pickle=False) as tables:
        return BeatModel(*(tables[name].astype(np.float32) for name in ("next_strike", "kind")))


def strikes_of(keys: Iterable[tuple[float, int]]) -> list[Strike]:
    """The strikes of keys, each given as (seconds, pitch)."""
    found: list[Strike] = []
    for seconds, pitch in sorted(keys):
        if found and seconds - found[-1].seconds <= TOGETHER_SECONDS:
            last = found[-1]
            found[-1] = Strike(last.seconds, last.keys + 1, min(last.lowest, pitch))
        else:
            found.append(Strike(seconds, 1, pitch))
    return found
