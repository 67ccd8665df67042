"""In which order the bars of a chart are played: repeats, endings, D.C., D.S., coda and fine.

After a D.C. or D.S. repeats are left out and the last ending is taken, as bands do. Where only the
coda itself has a sign, it follows the bar of the D.C. or D.S. The form goes round and round, so a
D.C. that ends the chart, with no *fine* before it, says nothing new.
"""

from collections.abc import Iterator

from jambot.errors import ChartError
from jambot.music.written_chart import WrittenBar, WrittenChart

MOST_BARS = 512
_JUMPS = {"da capo", "dal segno"}


def course(chart: WrittenChart) -> list[int]:
    """Indices into `chart.bars`, as played. Raises ChartError for a sign that leads nowhere."""
    played: list[int] = []
    for i in _Player(chart).go():
        played.append(i)
        if len(played) > MOST_BARS:
            bar = chart.bars[i]
            raise chart.refused(f"more than {MOST_BARS} bars", "a shorter form", bar.at)
    return played


class _Player:
    """Walks through the bars. `round` counts within a repeat; 0 when its last ending is reached."""

    def __init__(self, chart: WrittenChart) -> None:
        self.chart, self.bars = chart, chart.bars
        self.opened, self.round = 0, 1
        self.jumped = ""
        """What the D.C. or D.S. that was taken asks for: `fine`, `coda` or `on`."""
        self.out = self._way_out()

    def go(self) -> Iterator[int]:
        place: int | None = 0
        while place is not None and place < len(self.bars):
            bar = self.bars[place]
            if self.jumped == "coda" and self.out == (place, "before"):
                place = self._coda()
                continue
            if bar.opens and self.opened != place:
                self.opened, self.round = place, 1
            if bar.endings and (skipped := self._passed_over(place)) is not None:
                place = skipped
                continue
            yield place
            place = self._after(place)

    def _after(self, place: int) -> int | None:
        bar = self.bars[place]
        if self.jumped and "fine" in bar.after and self.jumped != "coda":
            return None
        if self.jumped == "coda" and self.out == (place, "after"):
            return self._coda()
        if bar.rounds and not self.jumped and 0 < self.round < self._rounds(bar):
            self.round += 1
            return self.opened
        if bar.rounds:
            self.opened, self.round = place + 1, 1
        if bar.after & _JUMPS and not self.jumped:
            return self._jump(place)
        return place + 1

    def _jump(self, place: int) -> int | None:
        bar = self.bars[place]
        fine = any("fine" in other.after for other in self.bars)
        if bar.al == "fine" and not fine:
            raise self._lost(bar, "a Fine before it")
        if bar.al == "coda" and self.out is None:
            raise self._lost(bar, "To Coda before it, and the Coda")
        start = 0
        if "dal segno" in bar.after:
            signs = [i for i, other in enumerate(self.bars) if "segno" in other.before]
            if not signs:
                raise self._lost(bar, "a segno before it")
            start = signs[0]
        elif not bar.al and not fine and place == len(self.bars) - 1:
            return None
        self.jumped = bar.al or ("fine" if fine else "on")
        self.opened, self.round = start, 1
        return start

    def _lost(self, bar: WrittenBar, expected: str) -> ChartError:
        written, at = bar.jump
        return self.chart.refused(written, expected, at, written)

    def _rounds(self, bar: WrittenBar) -> int:
        """How often the repeat that this bar closes is played: as its endings say, if any do."""
        return max(self._endings(), default=bar.rounds)

    def _endings(self) -> tuple[int, ...]:
        """The rounds of the endings of the repeat that was opened."""
        rounds: list[int] = []
        for place in range(self.opened, len(self.bars)):
            if place > self.opened and self.bars[place].opens:
                break
            rounds += self.bars[place].endings
        return tuple(rounds)

    def _passed_over(self, place: int) -> int | None:
        """Where it goes on if the ending that begins here is not for this round; None if it is."""
        rounds = self._endings()
        wanted = max(rounds) if self.jumped else self.round
        if wanted in self.bars[place].endings or wanted not in rounds:
            if max(rounds) in self.bars[place].endings:
                self.round = 0
            return None
        for other in range(place + 1, len(self.bars)):
            if wanted in self.bars[other].endings:
                return other
        return None

    def _way_out(self) -> tuple[int, str] | None:
        """The bar that leads to the coda and on which side of it; None without a coda."""
        signs = [
            (place, side)
            for place, bar in enumerate(self.bars)
            for side, marks in (("before", bar.before), ("after", bar.after))
            if marks & {"coda", "to coda"}
        ]
        told = [sign for sign in signs if "to coda" in self.bars[sign[0]].after]
        if len(signs) > 1:
            return (told or signs)[0]
        jumps = [(place, "after") for place, bar in enumerate(self.bars) if bar.after & _JUMPS]
        return jumps[0] if signs and not told and jumps else None

    def _coda(self) -> int:
        """The bar that the coda begins with: the last one with its sign."""
        self.jumped = "in the coda"
        signs = [i for i, bar in enumerate(self.bars) if "coda" in bar.before]
        signs += [i + 1 for i, bar in enumerate(self.bars) if "coda" in bar.after]
        start = max(signs)
        self.opened, self.round = start, 1
        return start
