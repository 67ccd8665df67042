"""The built-in pianist: a chart comped bar by bar, chorus after chorus, by what left hands do.

How often, where in the bar, how long and how a chord is struck is drawn from `left_hand`. Every
change is struck, at most a beat late, so that whoever listens knows where the music is. A bar is a
function of the seed, its number and the bars before it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from jambot.music.chart import Chart
from jambot.music.chord import Chord
from jambot.music.left_hand import (
    HELD,
    LOUD,
    LOUD_SPREAD,
    SHORT,
    SHORT_BEATS,
    SIZES,
    STRIKES_A_BAR,
    STRUCK,
    SWING,
    USUAL_STRIKES,
    Voicing,
    at_tempo,
    voice,
)
from jambot.music.note import Note

EIGHTH = 0.5
CHANGE_SIZES = {3: 0.62, 4: 0.30, 5: 0.08}
"""A change is struck with three keys at the least: the sizes of `left_hand`, less the two."""
ON_THE_BEAT = 0.6
"""A change that would not be struck is struck where it stands so often, else an eighth later."""
LATE_MS, LATE_SPREAD_MS = 5.0, 9.0
ROLL_MS, KEY_SPREAD = 4.0, 4.0
"""How far the keys of one strike are apart in time and loudness."""
LONGEST_BEATS = 2.5
LEAST_GAP = 0.03


@dataclass(frozen=True, slots=True)
class _Strike:
    """A chord on eighth number `eighth` from the top of the first chorus."""

    eighth: int
    chord: Chord
    changed: bool


class Pianist:
    """Comps `chart`, round and round; `bar` gives its bars in order. Pure: no clock.

    The same seed gives the same notes at the same tempo.
    """

    def __init__(self, chart: Chart, seed: int | str) -> None:
        self.chart = chart
        self.beats_per_bar = chart.beats_per_bar
        self._seed = seed
        self._begins = [written.beat for written in chart.chords]
        self._table = _bar_table(chart.beats_per_bar)
        self._ahead: list[_Strike] = []
        self._next_bar: int | None = None
        self._struck: tuple[bool, bool] = (False, False)
        """Whether the second last and the last eighth were struck."""
        self._chord: Chord | None = None
        self._hand: Voicing | None = None

    def bar(self, number: int, bpm: float) -> list[Note]:
        """The notes that begin in this bar, from 0, in beats from the top of the first chorus.

        A bar that does not follow the one before is begun afresh, with a chord on its first beat.
        """
        if number != self._next_bar:
            self._chord = self._hand = None
            self._struck = (False, False)
            self._ahead = list(self._strikes(number, bpm))
        self._next_bar = number + 1
        ours, self._ahead = self._ahead, list(self._strikes(number + 1, bpm))
        random = Random(f"left hand {self._seed} {number}")
        following = [strike.eighth for strike in (*ours, *self._ahead)][1:]
        notes: list[Note] = []
        for i, strike in enumerate(ours):
            until = following[i] if i < len(following) else strike.eighth + 8
            notes += self._keys(strike, until, bpm, random)
        return notes

    def _strikes(self, bar: int, bpm: float) -> Iterator[_Strike]:
        """Where in a bar chords are struck, and which."""
        random = Random(f"rhythm {self._seed} {bar}")
        per_bar = 2 * self.beats_per_bar
        denser = at_tempo(STRIKES_A_BAR, bpm) / USUAL_STRIKES
        first = self._chord is None
        owed = int(first)
        """Eighths since a change that has not been struck yet, counted from 1."""
        for place, row in enumerate(self._table):
            eighth = bar * per_bar + place
            if self._changes_at(eighth):
                owed = 0 if self._means(eighth) is self._chord else 1
            before = 2 * self._struck[1] + self._struck[0]
            struck = random.random() < min(0.9, row[before] * denser)
            if not struck and owed:
                struck = owed == 2 or first or random.random() < ON_THE_BEAT
            owed += owed > 0
            chord = self._means(eighth)
            struck = struck and chord is not None
            self._struck = (self._struck[1], struck)
            if struck and chord is not None:
                owed, first = 0, False
                yield _Strike(eighth, chord, chord is not self._chord)
                self._chord = chord

    def _changes_at(self, eighth: int) -> bool:
        beat = eighth / 2 % self.chart.beats
        return beat in self._begins and self._written(beat) is not self._written(beat - 1)

    def _means(self, eighth: int) -> Chord | None:
        """The chord that a strike there means: an off-beat before a change anticipates it."""
        beat = eighth / 2
        return self._written(beat + EIGHTH if eighth % 2 else beat)

    def _written(self, beat: float) -> Chord | None:
        place = bisect_right(self._begins, beat % self.chart.beats) - 1
        return self.chart.chords[place].chord

    def _keys(self, strike: _Strike, until: int, bpm: float, random: Random) -> Iterator[Note]:
        """The keys of one strike, let go before eighth number `until`."""
        sizes = CHANGE_SIZES if strike.changed else SIZES
        size = random.choices(list(sizes), list(sizes.values()))[0]
        self._hand = voice(strike.chord, size, self._hand, random, rooted=strike.changed)
        per_ms = bpm / 60_000
        beat = _swung(strike.eighth, bpm) + random.gauss(LATE_MS, LATE_SPREAD_MS) * per_ms
        gap = _swung(until, bpm) - beat
        length = SHORT_BEATS if random.random() < SHORT else gap * random.uniform(*HELD)
        end = beat + max(0.12, min(length, gap - LEAST_GAP, LONGEST_BEATS))
        touch = random.gauss(LOUD, LOUD_SPREAD)
        for key in self._hand:
            onset = max(0.0, beat + min(abs(random.gauss(0.0, ROLL_MS)), 2 * ROLL_MS) * per_ms)
            loud = min(105, max(30, round(touch + random.gauss(0.0, KEY_SPREAD))))
            yield Note(onset, max(0.1, end - onset), key, loud)


def _swung(eighth: int, bpm: float) -> float:
    """The beat of an eighth, off-beats where pianists strike them at this tempo."""
    beat, off = divmod(eighth, 2)
    return beat + (at_tempo(SWING, bpm) if off else 0.0)


def _bar_table(beats_per_bar: int) -> list[tuple[float, float, float, float]]:
    """`STRUCK` for any metre, put together of threes and fours; a rest is cut from a four.

    >>> [len(_bar_table(beats)) for beats in (1, 5, 7)]
    [2, 10, 14]
    """
    rows: list[tuple[float, float, float, float]] = []
    left = beats_per_bar
    while left > 0:
        three = left % 4 != 0 and (left == 3 or left > 4)
        rows += STRUCK[3 if three else 4][: 2 * left]
        left -= 3 if three else 4
    return rows
