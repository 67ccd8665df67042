"""Where the beat is and how fast it goes, from what a pianist strikes; nothing else is known.

A hidden Markov model: the tempo (steps of 1 %) and the place in the beat (24) are the hidden state.
Between two strikes the place moves on by the tempo, and the tempo wanders a little. A strike says
how likely each state was: by how long the gap before it was, in beats, and by how many keys went
down (`BeatModel`). Only tempi near the one that holds are kept, so a strike costs some 0.1 ms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.music.beat_model import (
    GAP_EDGES_BEATS,
    GAPS,
    PLACES,
    TEMPO_EDGES_BPM,
    BeatModel,
    Strike,
    pulse_bells,
)

Doubles = NDArray[np.float64]
SLOWEST_BPM, FASTEST_BPM = 36.0, 345.0
"""A little beyond 40 to 320, so that those are found too."""
STEP = 0.01
"""From one tempo to the next, as a logarithm."""
WINDOW = 20
"""Tempi that are kept on each side of the middle one: a fifth slower and a fifth faster."""
OFF_MIDDLE = 5
"""The window moves when the tempo is so many steps from its middle."""
WANDER = 0.002
"""How far the tempo goes in a beat (one deviation, logarithm). 0.0015 to 0.003 are alike on a
twelfth of the trio pianists' training part; with less it lags behind a tempo that wanders."""
STRAY_BEATS = 0.02
"""How far the beat itself is early or late, from one to the next (one deviation)."""
LONGEST_BEATS = 4.0
"""After a longer pause no more is forgotten than after this."""
NEAR_PLACES = 4
"""Places on each side that count as the same beat: 17 % of it."""
NEAR_TEMPI = 4
USUAL_BPM, USUAL_SPREAD = 190.0, 0.28
"""What is believed of the tempo before anything was played: the middle of the trio pianists'."""
REPEAT_BEATS = 2.5 / PLACES
"""A strike nearer than this to a whole number of beats after the last repeats its place. After two
such gaps neither place nor keys are news (`BeatModel.repeated`)."""
LIKELIEST = 60.0
"""No strike says more than this, as a logarithm."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed at `seconds`: a beat began `place` of a beat ago, and they go at `bpm`.

    `sure` is the share of belief within a sixth of a beat and 4 % of the tempo of it, 0 to 1.
    """

    seconds: float
    place: float
    bpm: float
    sure: float


class BeatFinder:
    """Follows the beat of strikes, causally and deterministically.

    `tell` says where the beat is; `wonder` that nobody knows. Pure: no clock, no threads.
    """

    def __init__(self, model: BeatModel) -> None:
        self._model = model
        count = int(np.log(FASTEST_BPM / SLOWEST_BPM) / STEP) + 1
        self._all_bpm = SLOWEST_BPM * np.exp(STEP * np.arange(count))
        self._places = np.arange(PLACES)
        self._pulse = pulse_bells()
        self._seconds = self._gap = 0.0
        self.told = False
        """Whether the beat was told. Else every tempo is thought of, and repeats are news of it."""
        self._belief: Doubles = np.full((1, PLACES), 1.0 / PLACES)
        self.wonder(0.0)

    def tell(
        self,
        seconds: float,
        bpm: float,
        place: float = 0.0,
        *,
        off: float = 0.05,
        drift: float = 0.03,
    ) -> None:
        """At `seconds` it is `place` in a beat of this tempo.

        `off` (beats) and `drift` (a share of the tempo) are how far that may be wrong.
        """
        middle = int(np.clip(round(np.log(bpm / SLOWEST_BPM) / STEP), 0, len(self._all_bpm) - 1))
        self._keep(max(0, middle - WINDOW), min(len(self._all_bpm), middle + WINDOW + 1))
        away = (self._places / PLACES - place + 0.5) % 1.0 - 0.5
        tempo = np.exp(-0.5 * (np.log(self._bpm / bpm) / drift) ** 2)
        belief = tempo[:, None] * np.exp(-0.5 * (away / off) ** 2)[None, :]
        self._start(seconds, belief, 60.0 / bpm)
        self.told = True

    def wonder(self, seconds: float, bpm: float = USUAL_BPM, spread: float = USUAL_SPREAD) -> None:
        """Something was struck at `seconds`; any place, and any tempo around `bpm`, is possible."""
        self._keep(0, len(self._all_bpm))
        tempo = np.exp(-0.5 * (np.log(self._bpm / bpm) / spread) ** 2)
        self._start(seconds, tempo[:, None] * np.ones(PLACES), 60.0 / bpm)
        self.told = False

    def strike(self, seconds: float) -> None:
        """Something was struck; the number of its keys is told by `weigh`, once they are known."""
        gap = max(seconds - self._seconds, 1e-3)
        self._seconds = seconds
        beats = min(float(self._belief.sum(axis=1) @ self._rate) * gap, LONGEST_BEATS)
        heard = self._belief * np.exp(self._likely(gap))
        self._belief = _one(self._stray(self._moved(heard, gap), beats))
        self._gap = gap
        self._follow_tempo()

    def weigh(self, strike: Strike) -> None:
        """The last strike had these keys."""
        said = self._model.kind[self._tempo, strike.kind] * ~self._repeats[:, None]
        self._belief = _one(self._belief * np.exp(said))

    @property
    def belief(self) -> Belief:
        """What is believed at the last strike."""
        places = self._belief.sum(axis=0)
        near = np.arange(-NEAR_PLACES, NEAR_PLACES + 1)
        shares = places[(self._places[:, None] + near) % PLACES]
        best = int(shares.sum(axis=1).argmax())
        here = shares[best]
        place = ((best + float(here @ near) / float(here.sum())) / PLACES) % 1.0
        tempi = self._belief[:, (best + near) % PLACES].sum(axis=1)
        wide = np.convolve(tempi, np.ones(2 * NEAR_TEMPI + 1), "same")
        middle = int(wide.argmax())
        among = slice(max(0, middle - NEAR_TEMPI), middle + NEAR_TEMPI + 1)
        bpm = float(tempi[among] @ self._bpm[among] / tempi[among].sum())
        return Belief(self._seconds, place, bpm, float(tempi[among].sum()))

    def _keep(self, first: int, last: int) -> None:
        """Only tempi from `first` to `last` (exclusive) are thought of from now on."""
        self._first = first
        self._bpm = self._all_bpm[first:last]
        self._rate = self._bpm / 60.0
        self._tempo = np.searchsorted(TEMPO_EDGES_BPM, self._bpm)
        self._repeats = np.zeros(len(self._bpm), dtype=np.bool_)

    def _start(self, seconds: float, belief: Doubles, gap: float) -> None:
        self._seconds, self._gap = seconds, gap
        self._belief = _one(belief)

    def _likely(self, gap: float) -> Doubles:
        """How likely a strike after such a gap is, by tempo and by the place before the gap."""
        away = np.rint(self._rate * gap * PLACES).astype(np.intp)
        before = np.searchsorted(GAP_EDGES_BEATS, self._rate * self._gap)
        self._repeats = self._whole(self._gap) & self._whole(gap) & self.told
        index = (self._tempo, before, slice(None), np.minimum(away, GAPS - 1))
        table = np.where(
            self._repeats[:, None], self._model.repeated[index], self._model.next_strike[index]
        )
        landing = self._pulse[(self._places[None, :] + away[:, None]) % PLACES]
        said = np.where((away < GAPS)[:, None], table, landing) + np.log(self._rate)[:, None]
        return np.asarray(np.clip(said - said.max(), -LIKELIEST, 0.0))

    def _whole(self, gap: float) -> NDArray[np.bool_]:
        """In which tempi a gap is a whole number of beats."""
        beats = self._rate * gap
        return np.asarray((np.abs(beats - np.rint(beats)) < REPEAT_BEATS) & (beats > 0.5))

    def _moved(self, belief: Doubles, gap: float) -> Doubles:
        """Each place moved on by its tempo for so many seconds."""
        moves = self._rate * gap * PLACES
        whole = np.floor(moves).astype(np.intp)
        part = (moves - whole)[:, None]
        source = (self._places[None, :] - whole[:, None]) % PLACES
        here = np.take_along_axis(belief, source, 1)
        before = np.take_along_axis(belief, (source - 1) % PLACES, 1)
        return np.asarray(here * (1.0 - part) + before * part)

    def _stray(self, belief: Doubles, beats: float) -> Doubles:
        """What has become less sure in so many beats: the tempo, then the place."""
        share = min(0.33, 0.5 * (WANDER / STEP) ** 2 * beats)
        spread = belief * (1.0 - 2.0 * share)
        spread[1:] += share * belief[:-1]
        spread[:-1] += share * belief[1:]
        share = min(0.33, 0.5 * (STRAY_BEATS * PLACES) ** 2 * beats)
        beside = np.roll(spread, 1, 1) + np.roll(spread, -1, 1)
        return np.asarray(spread * (1.0 - 2.0 * share) + share * beside)

    def _follow_tempo(self) -> None:
        """Keep the window around the tempo."""
        size = len(self._bpm)
        if size > 2 * WINDOW + 1:
            return
        middle = round(float(self._belief.sum(axis=1) @ np.arange(size)))
        move = middle - size // 2
        first = int(np.clip(self._first + move, 0, len(self._all_bpm) - size))
        move = first - self._first
        if abs(move) < OFF_MIDDLE:
            return
        kept = np.zeros_like(self._belief)
        if move > 0:
            kept[:-move] = self._belief[move:]
        else:
            kept[-move:] = self._belief[:move]
        self._keep(first, first + size)
        self._belief = _one(kept)


def _one(belief: Doubles) -> Doubles:
    """The same, summing to 1; nothing is believed rather than all of it where it has vanished."""
    total = float(belief.sum())
    if not total > 0.0 or not np.isfinite(total):
        return np.full_like(belief, 1.0 / belief.size)
    return belief / total
