"""The form: a progression heard twice is expected the third time, and one in a chart at once.

Beat by beat, what the hands play is compared with what they played so many bars ago, for every
length a form may have. Where the two keep being voicings of the same chords, the harmony goes round
in that length, wherever it began, and the coming changes are those of the last time round. A chart
is one more thing to compare with, believed from the start. Nothing here knows of clocks or ports.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from jambot.music.beat_memory import BeatMemory
from jambot.music.chart import Chart
from jambot.music.chart_place import ChartPlace
from jambot.music.chord import Chord
from jambot.music.harmony import Harmony, HarmonyChange
from jambot.music.likeness import CLASHES, FormBelief, chord_in, is_change
from jambot.music.meter import Meter

LATE_BEATS = 0.35
"""What is struck so late still belongs to its beat; what comes after it anticipates the next."""
EARLIER = 1e-6
"""Before anything has been heard a chart's first chord is still to come."""
LONGEST_BARS = 48
ENOUGH_BARS = 2
"""After so much agreement, less what speaks against it, a form is believed; a shorter one after its
whole second round."""
FULL_BARS = 16
"""More than so many bars of agreement make a belief no stronger: it can always be shaken."""
LONGER = 0.5
"""Of two lengths that have held as long, the longer one is taken: it knows the bridge. A bar of
length counts as so many bars of holding."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is believed: `bars` bars, one of them beginning on `top_beat`.

    `source` is `heard` or `chart`; `belief` goes from 0 to 1.
    """

    bars: int
    top_beat: float
    source: str
    belief: float


@dataclass(slots=True)
class FormListener:
    """Learns the form of what is heard, and expects it.

    `hear` takes harmony changes as they come, `pass_beat` closes one beat after the other;
    `expected` gives the changes to come. Memory is bounded, and a beat costs some tenths of a
    millisecond at most.
    """

    meter: Meter
    form: Form | None = None
    """The form that is believed most, a chart before what is heard; None where none is."""
    _memory: BeatMemory = field(default_factory=BeatMemory)
    """What held in each beat; nothing where the hands said nothing for a bar."""
    _silent: int = 0
    """Beats since keys were last down."""
    _heard: list[HarmonyChange] = field(default_factory=list)
    _rounds: dict[int, FormBelief] = field(default_factory=dict)
    """By bars."""
    _charted: ChartPlace | None = None

    @property
    def chart(self) -> Chart | None:
        """The chart that is followed."""
        return None if self._charted is None else self._charted.chart

    def hear(self, change: HarmonyChange) -> None:
        """A harmony change; one on the beat of the last, or before it, replaces it."""
        self.unhear(change.beat)
        self._heard.append(change)

    def unhear(self, from_beat: float) -> None:
        """What was heard from there on was no harmony."""
        while self._heard and self._heard[-1].beat >= from_beat:
            self._heard.pop()

    def follow(self, chart: Chart | None, top_beat: float = 0.0) -> None:
        """Expect the chart from the bar of `top_beat` on; with None, only what has been heard.

        It is believed for as long as one bar of other chords takes to shake it.
        """
        self._charted = None
        if chart is not None:
            per_bar = self.meter.beats_per_bar
            self._charted = ChartPlace(chart, per_bar)
            top = self._charted.tops[self.meter.bar_at(top_beat) % chart.bars]
            top.beats = self._needed(chart.bars) - CLASHES * per_bar
        self.form = self._believed()

    def forget(self) -> None:
        """What was heard is forgotten; a chart stays, and begins with the next beat passed."""
        self._memory.forget()
        self._heard.clear()
        self._rounds.clear()
        self.form = self._believed()

    def pass_beat(self, beat: int, sounding: bool) -> None:
        """Beat number `beat` is over; `sounding` if keys were down in it.

        Beats left out are taken for silent ones; earlier ones are passed over.
        """
        memory = self._memory
        if not memory:
            memory.first = beat
        if beat - memory.end > self._remembered:
            self.forget()
            memory.first = beat
        while memory.end < beat:
            memory.add(None)
            self._silent += 1
        if memory.end > beat:
            return
        held = bisect_right(self._heard, beat + LATE_BEATS, key=lambda change: change.beat)
        del self._heard[: max(0, held - 1)]
        harmony = self._heard[0].harmony if held else None
        if sounding and harmony is not None:
            self._date_back(beat, harmony)
        self._silent = 0 if sounding else self._silent + 1
        told = self._silent < self.meter.beats_per_bar
        memory.add(harmony if told else None)
        self._compare(beat, sounding)
        if len(memory) > 2 * self._remembered:
            memory.drop(self._remembered)
        self.form = self._believed()

    def _date_back(self, beat: int, harmony: Harmony) -> None:
        """A chord first struck after a silence holds from the bar line in it, else the half bar."""
        line = int(self.meter.bar_start(self.meter.bar_at(beat)))
        if beat - self._silent > line:
            line += self.meter.beats_per_bar // 2
        before = self._memory.at(beat - self._silent - 1)
        if before is None or not is_change(before, harmony):
            return
        for at in range(max(line, beat - self._silent, self._memory.first), beat):
            self._memory.put(at, harmony)

    def expected(self, after_beat: float, until_beat: float) -> tuple[HarmonyChange, ...]:
        """The changes believed to come after `after_beat` and before `until_beat`, in order."""
        form = self.form
        if form is None or until_beat <= after_beat:
            return ()
        if form.source == "chart" and self._charted is not None:
            after_beat = max(after_beat, self._memory.first - EARLIER)
            return tuple(self._charted.changes(form.top_beat, after_beat, until_beat))
        after_beat = max(after_beat, float(self._memory.first))
        return tuple(self._again(form, after_beat, until_beat))

    def names(self, form: Form) -> tuple[str, ...]:
        """The chords of each bar of a form, as recognised; what is not known is empty."""
        if form.source == "chart" and self.chart is not None:
            return self.chart.names()
        per_bar = self.meter.beats_per_bar
        rounds = max(0, -((int(form.top_beat) - self._memory.end) // (form.bars * per_bar)))
        top = int(form.top_beat) + rounds * form.bars * per_bar
        names: list[str] = []
        for bar in range(form.bars):
            start = top + bar * per_bar
            row: list[str] = []
            before: Harmony | None = None
            for beat in range(start, start + per_bar):
                harmony = self._memory.last_time(beat, form.bars * per_bar)
                if harmony is None or (before is not None and not is_change(before, harmony)):
                    continue
                chord, before = chord_in(harmony), harmony
                row.append(_short(chord))
            names.append(" ".join(row))
        return tuple(names)

    def _believed(self) -> Form | None:
        if self._charted is not None:
            charted, bars = self._charted, self._charted.chart.bars
            top = charted.likeliest()
            agreed = charted.tops[top].beats
            if agreed >= self._needed(bars):
                return Form(bars, self.meter.bar_start(top), "chart", self._belief(agreed))
        length = self._best_length()
        if length is None:
            return None
        since = self._rounds[length].since - length * self.meter.beats_per_bar
        top_beat = self.meter.bar_start(round(since / self.meter.beats_per_bar))
        return Form(length, top_beat, "heard", self._belief(self._rounds[length].beats))

    @property
    def _remembered(self) -> int:
        return 3 * LONGEST_BARS * self.meter.beats_per_bar

    @property
    def _full(self) -> float:
        return float(FULL_BARS * self.meter.beats_per_bar)

    def _compare(self, beat: int, sounding: bool) -> None:
        """Weigh every length, and every place of the chart, by this beat."""
        now, per_bar = self._memory.newest, self.meter.beats_per_bar
        if now is None:
            return
        for bars in range(1, min(LONGEST_BARS, (len(self._memory) - 1) // per_bar) + 1):
            gained = self._memory.gain(bars * per_bar)
            if gained is not None:
                self._weigh(self._rounds.setdefault(bars, FormBelief()), gained, beat, sounding)
        if self._charted is not None:
            for agreement, gained in self._charted.gains(beat, now):
                self._weigh(agreement, gained, beat, sounding)

    def _weigh(self, agreement: FormBelief, gained: float, beat: int, sounding: bool) -> None:
        """A beat in silence speaks against nothing."""
        agreement.weigh(gained if sounding else max(gained, 0.0), beat, self._full)

    def _needed(self, bars: int) -> float:
        return float(min(bars, ENOUGH_BARS) * self.meter.beats_per_bar)

    def _belief(self, agreed: float) -> float:
        return round(agreed / self._full, 3)

    def _best_length(self) -> int | None:
        held = {
            bars: (self._memory.end - round_.since) / self.meter.beats_per_bar + LONGER * bars
            for bars, round_ in self._rounds.items()
            if round_.beats >= self._needed(bars)
        }
        return max(held, key=lambda bars: (held[bars], -bars)) if held else None

    def _again(self, form: Form, after: float, until: float) -> Iterator[HarmonyChange]:
        length = form.bars * self.meter.beats_per_bar
        first = int(after // 1) + 1
        before = self._memory.last_time(first - 1, length) or self._memory.at(first - 1)
        for beat in range(first, int(-(-until // 1))):
            harmony = self._memory.last_time(beat, length)
            if harmony is None:
                continue
            if before is not None and is_change(before, harmony):
                yield HarmonyChange(float(beat), harmony)
            before = harmony


def _short(chord: Chord | None) -> str:
    return "?" if chord is None else chord.symbol
