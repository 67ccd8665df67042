"""The stage's foresight: changes for the prompt, verdicts for the log, the form for views."""

from dataclasses import dataclass

from jambot.music import HarmonyChange, Meter, parse_chart
from jambot.music.chart import Chart
from jambot.music.form import Form
from jambot.realtime.anticipation import Anticipation, Expected
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.session_log import SessionLog

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


class Foresight:
    """Keeps an `Anticipation` up to date, and writes down what it expects and what became of it.

    `form` is the chart to begin with, as written.

    Threads: the stage's alone.
    """

    def __init__(
        self, meter: Meter, line: BeatLine, log: SessionLog, form: str | None = None
    ) -> None:
        self.anticipation = Anticipation(meter)
        self.view: FormView | None = None
        """What views are shown, as of this beat."""
        self._meter, self._line, self._log = meter, line, log
        self._told: tuple[Expected, ...] = ()
        self._logged = 0
        self._form: Form | None = None
        self._beat = -1
        if form is not None:
            self.follow(parse_chart(form, meter.beats_per_bar), 0.0)

    def follow(self, chart: Chart | None, top_beat: float) -> None:
        """Expect a chart from the bar of `top_beat` on; None: only what is heard."""
        self.anticipation.follow(chart, top_beat)
        self._beat = -1

    def forget(self) -> None:
        """After a stop. A chart stays."""
        self.anticipation.forget()
        self._told = ()

    def coming(self, now: float, until_beat: float) -> tuple[HarmonyChange, ...]:
        """What the player is to be told of the changes to come; new ones are logged."""
        until_beat += REACH_BARS * self._meter.beats_per_bar
        self._told = self.anticipation.coming(until_beat)
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
    def written(self) -> tuple[float, int] | None:
        """The form of a chart while it is believed: a beat on which it begins, and its bars.

        What is only heard is no part of it, so that a file and a session give the same rests.
        """
        form = self.anticipation.listener.form
        return None if form is None or form.source != "chart" else (form.top_beat, form.bars)

    def known_at(self, onset_beats: float) -> int:
        """The id of the expected change that a note there was planned under; 0: of none."""
        before = [e.id for e in self._told if e.change.beat <= onset_beats]
        return before[-1] if before else 0

    def mind(self, now: float, hands_down: bool, active_beat: float, until_beat: float) -> bool:
        """Judge, learn; whether the player must be told of something else than it was."""
        beat = self._line.beat_at(now)
        for verdict in self.anticipation.mind(beat, hands_down, active_beat):
            self._log.write(
                "anticipated",
                outcome=str(verdict.outcome),
                seconds=now - self._log.zero,
                beat=verdict.beat,
                harmony=verdict.strike,
                expected=verdict.expected.id if verdict.expected else None,
            )
        if int(beat) == self._beat and not self.anticipation.misled:
            return False
        self._beat = int(beat)
        self._look(now, beat)
        return self.anticipation.differs(until_beat)

    def _look(self, now: float, beat: float) -> None:
        form, before = self.anticipation.listener.form, self._form
        self._form = form
        if form is None:
            self.view = None
        else:
            bar = self._meter.bar_at(beat - form.top_beat) % form.bars
            names = self.anticipation.listener.names(form)
            self.view = FormView(form.bars, bar, names, form.source, form.belief)
        if (form and (form.bars, form.source)) != (before and (before.bars, before.source)):
            self._log.write(
                "form",
                seconds=now - self._log.zero,
                beat=beat,
                bars=form.bars if form else None,
                top_beat=form.top_beat if form else None,
                source=form.source if form else None,
            )
