"""The changes of the harmony: those heard, and those that the form makes the stage expect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jambot.band.ground import beat_of
from jambot.music import SILENCE, Harmony, HarmonyChange, Note, likeness
from jambot.music.chart import Chart
from jambot.music.form import Form
from jambot.music.likeness import UNSURE
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.anticipation import Anticipation, Expected
from jambot.realtime.plan.prompt_builder import PromptBuilder

REACH_BARS = 4
"""Changes are told so far beyond what is asked for, so that a plan can be extended over them."""


@dataclass(frozen=True, slots=True)
class FormView:
    """The form that the stage expects, for views.

    `bar` is the bar being played, from 0; `chords` names what stands in each of the form's bars,
    empty where it is not known; `source` is `heard` or `chart`; `belief` goes from 0 to 1.
    """

    bars: int
    bar: int
    chords: tuple[str, ...]
    source: str
    belief: float


@dataclass(frozen=True, slots=True)
class ChartView:
    """The chart that the stage was given, for views, until another is.

    `text` is as it was written, `chords` names what stands in each bar, `sections` are (bar, name);
    `followed` says whether the hands play it: then `bar`, from 0, and `chorus`, from 1, are where.
    """

    text: str
    chords: tuple[str, ...]
    sections: tuple[tuple[int, str], ...]
    followed: bool = False
    bar: int = 0
    chorus: int = 1


class Foresight:
    """Hears the changes for the prompt, expects the next ones, and writes down what became of them.

    Threads: the stage's alone.
    """

    def __init__(self, builder: PromptBuilder, line: BeatLine, log: SessionLog) -> None:
        self.form_view: FormView | None = None
        """The form as views are shown it, as of this beat."""
        self.chart_view: ChartView | None = None
        """The chart it was given, likewise."""
        self._anticipation = Anticipation(builder.meter)
        self._top_beat = 0.0
        self._builder, self._meter, self._line, self._log = builder, builder.meter, line, log
        self._told: tuple[Expected, ...] = ()
        self._logged = 0
        self._form: Form | None = None
        self._beat = -1

    @property
    def heard(self) -> Sequence[HarmonyChange]:
        """The changes heard, in order, as far back as prompts reach."""
        return self._builder.harmonies

    @property
    def strikes(self) -> int:
        """The number of the newest harmony heard."""
        return self._builder.strikes

    @property
    def form(self) -> Form | None:
        """The form that is expected; None where none is."""
        return self._anticipation.listener.form

    @property
    def chart(self) -> Chart | None:
        """The chart that was given, whether it is believed or not."""
        return self._anticipation.listener.chart

    def strike(self, beat: float, alone: Harmony = SILENCE) -> None:
        """A key went down: `alone` if it left the chord unchanged."""
        self._anticipation.strike(beat, alone)

    def hear(self, change: HarmonyChange) -> bool:
        """The hands made a new harmony; True where they went on with the strike that makes it."""
        goes_on = self._builder.hear(change)
        self._anticipation.strike(change.beat)
        self._anticipation.hear(change, self._builder.strikes)
        return goes_on

    def unhear(self, melody: Sequence[Note]) -> None:
        """What was taken for harmony was the beginning of this melody."""
        self._builder.unhear({note.onset_beats for note in melody})
        self._anticipation.unhear(melody[0].onset_beats)

    def change_hands(self, led: bool) -> None:
        """Somebody else plays from here on, `led` by the chart or not."""
        self._anticipation.change_hands(led)

    def leap(self, beat: float) -> None:
        """Time has skipped to `beat`: what was expected in between is not missed."""
        self._anticipation.leap(beat)

    def follow(self, chart: Chart | None, top_beat: float, text: str | None = None) -> None:
        """Expect a chart, written as `text`, from the bar of `top_beat` on; None: only what is
        heard."""
        self._anticipation.follow(chart, top_beat)
        self._top_beat = top_beat
        if chart is None:
            self.chart_view = None
        elif text is not None or self.chart_view is None:
            self.chart_view = ChartView(text or chart.text, chart.names(), chart.sections)
        self._beat = -1

    def forget(self) -> None:
        """After a stop. A chart stays."""
        self._anticipation.forget()
        self._told = ()

    def coming(self, now: float, until_beat: float) -> tuple[HarmonyChange, ...]:
        """What the player is to be told of the changes to come; new ones are logged."""
        until_beat += REACH_BARS * self._meter.beats_per_bar
        self._told = self._anticipation.coming(until_beat)
        for expected in self._told:
            if expected.id > self._logged:
                self._logged = expected.id
                self._log.write(
                    "expected",
                    id=expected.id,
                    seconds=now - self._log.zero,
                    beat=expected.change.beat,
                    bass=expected.change.harmony.bass,
                    pitch_classes=list(expected.change.harmony.pitch_classes),
                )
        return self.told

    @property
    def told(self) -> tuple[HarmonyChange, ...]:
        """What the player was told last."""
        return tuple(expected.change for expected in self._told)

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The same, numbered."""
        return self._told

    def around(self, before: int) -> list[HarmonyChange]:
        """The last `before` changes heard, by their names in the chart where they have one, and
        those to come that the player was told of."""
        heard = self.heard
        last = heard[-1].beat if heard else float("-inf")
        coming = [change for change in self.told if change.beat > last]
        return [*(self._as_written(change) for change in heard[-before:]), *coming]

    @property
    def written(self) -> tuple[float, int] | None:
        """The form of a chart while it is believed: a beat on which it begins, and its bars.

        What is only heard is no part of it, so that a file and a session give the same rests.
        """
        form = self.form
        return None if form is None or form.source != "chart" else (form.top_beat, form.bars)

    def known_at(self, onset_beats: float) -> int:
        """The id of the expected change that a note there was planned under; 0: of none."""
        before = [e.id for e in self._told if e.change.beat <= onset_beats]
        return before[-1] if before else 0

    def mind(self, now: float, hands_down: bool, active_beat: float, until_beat: float) -> bool:
        """Judge, learn; whether the player must be told of something else than it was."""
        beat = self._line.beat_at(now)
        for verdict in self._anticipation.mind(beat, hands_down, active_beat):
            self._log.write(
                "anticipated",
                outcome=str(verdict.outcome),
                seconds=now - self._log.zero,
                beat=verdict.beat,
                harmony=verdict.strike,
                expected=verdict.expected.id if verdict.expected else None,
            )
        self._builder.assume(self._anticipation.take_as_read())
        if int(beat) == self._beat and not self._anticipation.misled:
            return False
        self._beat = int(beat)
        self._look(now, beat)
        return self._anticipation.differs(until_beat)

    def _place_chart(self, form: Form | None, beat: float) -> None:
        """Where in the chart it is. Choruses are counted from where it began, or where the hands
        have shown its top to be."""
        view = self.chart_view
        if view is None:
            return
        if form is None or form.source != "chart":
            self.chart_view = replace(view, followed=False)
            return
        length = form.bars * self._meter.beats_per_bar
        self._top_beat += (form.top_beat - self._top_beat + length / 2) % length - length / 2
        chorus, since = divmod(beat - self._top_beat, length)
        bar = self._meter.bar_at(since)
        self.chart_view = replace(view, followed=True, bar=bar, chorus=max(1, int(chorus) + 1))

    def _as_written(self, change: HarmonyChange) -> HarmonyChange:
        """Hands leave roots out; a chart has them."""
        form, chart = self.form, self.chart
        if form is None or chart is None or form.source != "chart":
            return change
        place = (beat_of(change.beat) - form.top_beat) % chart.beats
        written = [w for w in chart.chords if w.beat <= place][-1]
        if likeness(change.harmony, written.harmony) < UNSURE:
            return change
        return replace(change, harmony=written.harmony)

    def _look(self, now: float, beat: float) -> None:
        form, before = self.form, self._form
        self._form = form
        self._place_chart(form, beat)
        if form is None:
            self.form_view = None
        else:
            bar = self._meter.bar_at(beat - form.top_beat) % form.bars
            names = self._anticipation.listener.names(form)
            self.form_view = FormView(form.bars, bar, names, form.source, form.belief)
        if (form and (form.bars, form.source)) != (before and (before.bars, before.source)):
            self._log.write(
                "form",
                seconds=now - self._log.zero,
                beat=beat,
                bars=form.bars if form else None,
                top_beat=form.top_beat if form else None,
                source=form.source if form else None,
            )
