"""The form: a progression heard twice is expected the third time, and one in a chart at once.

Beat by beat, what the hands play is compared with what they played so many bars ago, for every
length a form may have. Where the two keep being voicings of the same chords, the harmony goes round
in that length, wherever it began, and the coming changes are those of the last time round. A chart
is one more thing to compare with, believed from the start. Nothing here knows of clocks or ports.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jambot.music.chart import Chart
from jambot.music.chord import Chord
from jambot.music.harmony import SILENCE, Harmony, HarmonyChange, harmony_at
from jambot.music.likeness import OTHER, SAME, chord_in, is_change, likeness
from jambot.music.meter import Meter
from jambot.music.note import Note

EARLY_BEATS = 0.65
"""A change so far ahead of its beat (an anticipation, straight or swung) is that change."""
CHANGE_BEATS = 1.0
"""Keys held so far into a written or expected change hold the old chord on."""
LATE_BEATS = 0.35
"""What is struck so late still belongs to its beat; what comes after it anticipates the next."""
LONGEST_BARS = 48
ENOUGH_BARS = 2
"""After so much agreement, less what speaks against it, a form is believed; a shorter one after its
whole second round."""
FULL_BARS = 16
"""More than so many bars of agreement make a belief no stronger: it can always be shaken."""
AGREES, DIFFERS, CLASHES = 1.0, -4.0, -8.0
"""What a beat adds: the same chord, one with half its tones, one with fewer (`docs/log.md`)."""
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
class _Round:
    """How well the harmony agrees with itself a form ago (or with the chart), in beats."""

    agreed: float = 0.0
    since: int = 0
    """The first beat of the present agreement."""

    def weigh(self, gain: float, beat: int, full: float) -> None:
        if self.agreed == 0.0 and gain > 0.0:
            self.since = beat
        self.agreed = min(max(self.agreed + gain, 0.0), full)


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
    _slots: list[int] = field(default_factory=list)
    """What holds in each beat, by its place in `_kinds`; 0 where the hands said nothing for a bar.
    """
    _kinds: list[Harmony] = field(default_factory=lambda: [SILENCE])
    _places: dict[Harmony, int] = field(default_factory=dict)
    _alike: dict[int, list[float]] = field(default_factory=dict)
    """How like each other those are."""
    _first: int = 0
    """The beat of the first slot."""
    _silent: int = 0
    """Beats since keys were last down."""
    _heard: list[HarmonyChange] = field(default_factory=list)
    _rounds: dict[int, _Round] = field(default_factory=dict)
    """By bars."""
    chart: Chart | None = None
    _changes: tuple[HarmonyChange, ...] = ()
    """Those of the chart."""
    _written: list[int] = field(default_factory=list)
    """By beat of the chart, which of its changes holds."""
    _chart_rounds: list[_Round] = field(default_factory=list)
    """By the bar, modulo the chart's, that its top falls on."""

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
        self.chart, self._chart_rounds, self._changes = chart, [], ()
        if chart is not None:
            self._changes = chart.changes()
            begins = [change.beat for change in self._changes]
            self._written = [bisect_right(begins, beat) - 1 for beat in range(chart.beats)]
            self._chart_rounds = [_Round() for _ in range(chart.bars)]
            top = self._chart_rounds[self.meter.bar_at(top_beat) % chart.bars]
            top.agreed = self._needed(chart.bars) - CLASHES * self.meter.beats_per_bar
        self.form = self._believed()

    def forget(self) -> None:
        """What was heard is forgotten; a chart stays, and begins with the next beat passed."""
        self._slots.clear()
        self._heard.clear()
        self._rounds.clear()
        self._tidy()
        self.form = self._believed()

    def pass_beat(self, beat: int, sounding: bool) -> None:
        """Beat number `beat` is over; `sounding` if keys were down in it.

        Beats left out are taken for silent ones; earlier ones are passed over.
        """
        if not self._slots:
            self._first = beat
        if beat - self._end > self._memory:
            self.forget()
            self._first = beat
        while self._end < beat:
            self._slots.append(0)
            self._silent += 1
        if self._end > beat:
            return
        held = bisect_right(self._heard, beat + LATE_BEATS, key=lambda change: change.beat)
        del self._heard[: max(0, held - 1)]
        harmony = self._heard[0].harmony if held else None
        if sounding and harmony is not None:
            self._date_back(beat, harmony)
        self._silent = 0 if sounding else self._silent + 1
        told = self._silent < self.meter.beats_per_bar
        self._slots.append(self._place(harmony) if told and harmony is not None else 0)
        self._compare(beat, sounding)
        if len(self._slots) > 2 * self._memory:
            del self._slots[: self._memory]
            self._first += self._memory
            self._tidy()
        self.form = self._believed()

    def _date_back(self, beat: int, harmony: Harmony) -> None:
        """A chord first struck after a silence holds from the bar line in it, else the half bar."""
        line = int(self.meter.bar_start(self.meter.bar_at(beat)))
        if beat - self._silent > line:
            line += self.meter.beats_per_bar // 2
        before = self._slot(beat - self._silent - 1)
        if before is None or not is_change(before, harmony):
            return
        for at in range(max(line, beat - self._silent, self._first), beat):
            self._slots[at - self._first] = self._place(harmony)

    def expected(self, after_beat: float, until_beat: float) -> tuple[HarmonyChange, ...]:
        """The changes believed to come after `after_beat` and before `until_beat`, in order."""
        form = self.form
        if form is None or until_beat <= after_beat:
            return ()
        after_beat = max(after_beat, float(self._first))
        if form.source == "chart":
            return tuple(self._charted(form, after_beat, until_beat))
        return tuple(self._again(form, after_beat, until_beat))

    def names(self, form: Form) -> tuple[str, ...]:
        """The chords of each bar of a form, as recognised; what is not known is empty."""
        if form.source == "chart" and self.chart is not None:
            return self.chart.names()
        per_bar = self.meter.beats_per_bar
        rounds = max(0, -((int(form.top_beat) - self._end) // (form.bars * per_bar)))
        top = int(form.top_beat) + rounds * form.bars * per_bar
        names: list[str] = []
        for bar in range(form.bars):
            start = top + bar * per_bar
            row: list[str] = []
            before: Harmony | None = None
            for beat in range(start, start + per_bar):
                harmony = self._last_time(beat, form.bars * per_bar)
                if harmony is None or (before is not None and not is_change(before, harmony)):
                    continue
                chord, before = chord_in(harmony), harmony
                row.append(_short(chord))
            names.append(" ".join(row))
        return tuple(names)

    def _believed(self) -> Form | None:
        chart = self._best_chart()
        if chart is not None and self.chart is not None:
            top, agreed = chart
            return Form(self.chart.bars, self.meter.bar_start(top), "chart", self._belief(agreed))
        bars = self._best_length()
        if bars is None:
            return None
        since = self._rounds[bars].since - bars * self.meter.beats_per_bar
        top_beat = self.meter.bar_start(round(since / self.meter.beats_per_bar))
        return Form(bars, top_beat, "heard", self._belief(self._rounds[bars].agreed))

    @property
    def _memory(self) -> int:
        return 3 * LONGEST_BARS * self.meter.beats_per_bar

    @property
    def _end(self) -> int:
        return self._first + len(self._slots)

    @property
    def _full(self) -> float:
        return float(FULL_BARS * self.meter.beats_per_bar)

    def _slot(self, beat: int) -> Harmony | None:
        at = beat - self._first
        place = self._slots[at] if 0 <= at < len(self._slots) else 0
        return self._kinds[place] if place else None

    def _place(self, harmony: Harmony) -> int:
        if harmony not in self._places:
            self._places[harmony] = len(self._kinds)
            self._kinds.append(harmony)
        return self._places[harmony]

    def _tidy(self) -> None:
        """Forget harmonies that no beat holds any more."""
        kinds = self._kinds
        self._kinds, self._places = [SILENCE], {}
        self._alike.clear()
        self._slots = [self._place(kinds[place]) if place else 0 for place in self._slots]

    def _compare(self, beat: int, sounding: bool) -> None:
        """Weigh every length, and every place of the chart, by this beat."""
        if not self._slots[-1]:
            return
        now, slots, per_bar = self._kinds[self._slots[-1]], self._slots, self.meter.beats_per_bar
        alike = self._alike.setdefault(slots[-1], [])
        alike.extend(likeness(now, kind) for kind in self._kinds[len(alike) :])
        at = len(slots) - 1
        for bars in range(1, min(LONGEST_BARS, at // per_bar) + 1):
            then = at - bars * per_bar
            near = slots[max(0, then - 1) : then + 2 : 2]
            if slots[then]:
                gain = _gain(alike[slots[then]], (alike[place] for place in near))
                self._weigh(self._rounds.setdefault(bars, _Round()), gain, beat, sounding)
        if self.chart is None:
            return
        fits = [likeness(now, change.harmony) for change in self._changes]
        written, beats = self._written, len(self._written)
        for top, round_ in enumerate(self._chart_rounds):
            place = (beat - top * per_bar) % beats
            near_by = (fits[written[(place + by) % beats]] for by in (-1, 1))
            self._weigh(round_, _gain(fits[written[place]], near_by), beat, sounding)

    def _weigh(self, round_: _Round, gain: float, beat: int, sounding: bool) -> None:
        """A beat in silence speaks against nothing."""
        round_.weigh(gain if sounding else max(gain, 0.0), beat, self._full)

    def _needed(self, bars: int) -> float:
        return float(min(bars, ENOUGH_BARS) * self.meter.beats_per_bar)

    def _belief(self, agreed: float) -> float:
        return round(agreed / self._full, 3)

    def _best_length(self) -> int | None:
        held = {
            bars: (self._end - round_.since) / self.meter.beats_per_bar + LONGER * bars
            for bars, round_ in self._rounds.items()
            if round_.agreed >= self._needed(bars)
        }
        return max(held, key=lambda bars: (held[bars], -bars)) if held else None

    def _best_chart(self) -> tuple[int, float] | None:
        """(bar of the top, agreement) of the chart's likeliest place, where one is believed."""
        best: tuple[int, float] | None = None
        for top, round_ in enumerate(self._chart_rounds):
            if round_.agreed >= self._needed(len(self._chart_rounds)) and (
                best is None or round_.agreed > best[1]
            ):
                best = top, round_.agreed
        return best

    def _last_time(self, beat: int, length: int) -> Harmony | None:
        """What was heard at this place of a form the last time that it was known."""
        back = max(1, -((self._end - 1 - beat) // length))
        for times in range(back, back + 3):
            harmony = self._slot(beat - times * length)
            if harmony is not None:
                return harmony
        return None

    def _again(self, form: Form, after: float, until: float) -> Iterator[HarmonyChange]:
        length = form.bars * self.meter.beats_per_bar
        first = int(after // 1) + 1
        before = self._last_time(first - 1, length) or self._slot(first - 1)
        for beat in range(first, int(-(-until // 1))):
            harmony = self._last_time(beat, length)
            if harmony is None:
                continue
            if before is not None and is_change(before, harmony):
                yield HarmonyChange(float(beat), harmony)
            before = harmony

    def _charted(self, form: Form, after: float, until: float) -> Iterator[HarmonyChange]:
        assert self.chart is not None
        beats = self.chart.beats
        chorus = (after - form.top_beat) // beats
        start = form.top_beat + chorus * beats
        while start < until:
            for change in self._changes:
                beat = start + change.beat
                if after < beat < until:
                    yield HarmonyChange(beat, change.harmony)
            start += beats


def filled_in(
    heard: Sequence[HarmonyChange],
    hands: Sequence[Note],
    chart: Chart,
    top_beat: float,
    until_beats: float,
) -> list[HarmonyChange]:
    """What is heard, and from `top_beat` on the chart, round and round, where hands are silent.

    A written change counts where no other is heard near it and no key is held over it; it ends with
    the next key.
    """
    strikes = sorted({note.onset_beats for note in hands})
    merged = list(heard)
    for chorus in range(max(0, int((until_beats - top_beat) // chart.beats)) + 1):
        for change in chart.changes():
            beat = top_beat + chorus * chart.beats + change.beat
            late = beat + CHANGE_BEATS
            near = any(beat - EARLY_BEATS <= other.beat < late for other in heard)
            held = any(note.onset_beats < late <= note.end_beats for note in hands)
            if beat >= until_beats or near or held:
                continue
            merged.append(HarmonyChange(beat, change.harmony))
            after = next((strike for strike in strikes if strike > beat), None)
            if after is not None and not any(beat < other.beat <= after for other in heard):
                merged.append(HarmonyChange(after, harmony_at(heard, after)))
    return sorted(merged, key=lambda change: change.beat)


def _gain(alike: float, near: Iterator[float]) -> float:
    """How far a beat speaks for a form; `alike` and `near` are its likeness to what it should be.

    What would fit a beat earlier or later speaks neither for it nor against it.
    """
    if alike >= SAME:
        return AGREES
    if alike >= 0.0 or any(other >= SAME for other in near):
        return 0.0
    return DIFFERS if alike >= OTHER else CLASHES


def _short(chord: Chord | None) -> str:
    return "?" if chord is None else chord.symbol
