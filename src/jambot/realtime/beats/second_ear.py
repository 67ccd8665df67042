"""A second opinion on the tempo, which knows nothing of the first."""

from jambot.music.beat_finder import BeatFinder, Belief
from jambot.music.beat_model import Strike, beat_model

WINDOW_BARS = 2.0
"""So long it listens before it says a tempo; then it begins again."""
OPINIONS = 2
"""So many in a row must agree before the first opinion is given up: four bars in all."""
LEAST_SURE = 0.9
AGREE = 0.05
OTHERWISE = 0.12
"""A tempo that differs by less is the same one, and the first ear follows it by itself."""
FEWEST_STRIKES = 6


class SecondEar:
    """Listens from scratch, two bars at a time, for hands that hold another tempo.

    Half and double time, a new piece, a place that was lost: the first ear keeps to tempi near its
    own, and never leaves them by itself. Threads: the stage's alone.
    """

    def __init__(self, beats_per_bar: int) -> None:
        self._finder = BeatFinder(beat_model())
        self._beats = WINDOW_BARS * beats_per_bar
        self._began: float | None = None
        self._strikes = 0
        self._said: list[float] = []

    def begin(self, seconds: float) -> None:
        """Something was struck; begin to listen there."""
        self._began, self._strikes = seconds, 1
        self._finder.wonder(seconds)

    def forget(self) -> None:
        """What was heard says nothing any more."""
        self._began = None
        self._said.clear()

    def strike(self, seconds: float) -> None:
        """Something was struck."""
        if self._began is None:
            self.begin(seconds)
            return
        self._strikes += 1
        self._finder.strike(seconds)

    def weigh(self, strike: Strike) -> None:
        """The last strike had these keys."""
        if self._strikes > 1:
            self._finder.weigh(strike)

    def heard_otherwise(self, first: BeatFinder) -> Belief | None:
        """Give `first` another tempo where the hands have held it; the belief, else None."""
        if self._began is None:
            return None
        mine = self._finder.belief
        if (mine.seconds - self._began) * mine.bpm / 60.0 < self._beats:
            return None
        enough = self._strikes >= FEWEST_STRIKES and mine.sure >= LEAST_SURE
        differs = abs(mine.bpm / first.belief.bpm - 1.0) > OTHERWISE
        agrees = all(abs(mine.bpm / bpm - 1.0) <= AGREE for bpm in self._said)
        if not (enough and differs):
            self._said.clear()
        else:
            self._said = [*self._said, mine.bpm] if agrees else [mine.bpm]
        self.begin(mine.seconds)
        if len(self._said) < OPINIONS:
            return None
        self._said.clear()
        first.tell(mine.seconds, mine.bpm, mine.place, off=0.08)
        return mine
