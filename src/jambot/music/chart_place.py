"""Where in a chart, played round and round, the harmony is."""

from bisect import bisect_right
from collections.abc import Iterator

from jambot.music.chart import Chart
from jambot.music.harmony import Harmony, HarmonyChange
from jambot.music.likeness import FormBelief, gain, likeness


class ChartPlace:
    """Weighs every place that the chart may begin at: its bars, by the bar of the music."""

    def __init__(self, chart: Chart, beats_per_bar: int) -> None:
        self.chart = chart
        self.tops = [FormBelief() for _ in range(chart.bars)]
        """By the bar, modulo the chart's, that its top falls on."""
        self._beats_per_bar = beats_per_bar
        self._changes = chart.changes()
        begins = [change.beat for change in self._changes]
        self._written = [bisect_right(begins, beat) - 1 for beat in range(chart.beats)]
        """By beat of the chart, which of its changes holds."""

    def gains(self, beat: int, harmony: Harmony) -> Iterator[tuple[FormBelief, float]]:
        """How far `harmony`, which held in this beat, speaks for each place."""
        fits = [likeness(harmony, change.harmony) for change in self._changes]
        written, beats = self._written, self.chart.beats
        for top, agreement in enumerate(self.tops):
            place = (beat - top * self._beats_per_bar) % beats
            near = (fits[written[(place + by) % beats]] for by in (-1, 1))
            yield agreement, gain(fits[written[place]], near)

    def likeliest(self) -> int:
        """The bar of the top that most speaks for; the first of several."""
        return max(range(len(self.tops)), key=lambda top: self.tops[top].beats)

    def changes(self, top_beat: float, after: float, until: float) -> Iterator[HarmonyChange]:
        """The changes after `after` and before `until`, one chorus beginning on `top_beat`."""
        beats = self.chart.beats
        start = top_beat + (after - top_beat) // beats * beats
        while start < until:
            for change in self._changes:
                beat = start + change.beat
                if after < beat < until:
                    yield HarmonyChange(beat, change.harmony)
            start += beats
