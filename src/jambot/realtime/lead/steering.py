"""Orders that change how it is played: knobs, sampling, the stage's settings, the tempo."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.music import parse_chart
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.tap_tempo import TapTempo
from jambot.realtime.hands.hearing import Hearing
from jambot.realtime.hands.touch import Touch
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.orders import (
    HoldTempo,
    SetAdapter,
    SetForm,
    SetKnob,
    SetSampling,
    SetStage,
    SetTempo,
    Tap,
)
from jambot.realtime.plan.planner import Planner
from jambot.realtime.settings import Response, Sync

NEAR_BEATS = 0.5
"""A chart asked for so soon after a bar line begins with that bar."""
NOT_OURS = "the tempo is the host's: change it there"
NOT_FOLLOWED = "the tempo does not follow the hands: start the jam with --clock hands"

Change = SetKnob | SetSampling | SetStage | SetAdapter | SetTempo | SetForm | Tap | HoldTempo


class Steering:
    """Turns what can be turned, from the commit horizon on.

    A tempo that is told or tapped overrules the hands. `share` proposes it to everybody, where it
    is not the stage's alone.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(
        self,
        line: BeatLine,
        hearing: Hearing,
        planner: Planner,
        log: SessionLog,
        share: Callable[[float], None] | None = None,
    ) -> None:
        self._line, self._planner, self._log = line, planner, log
        self._foresight, self._horizon = planner.foresight, planner.horizon
        self._tapping = TapTempo(line)
        self._seat, self._hands, self._share = hearing.seat, hearing.hands_clock, share
        settings = self._horizon.settings
        self._touch = Touch(settings.touch and settings.controls.intensity is None)

    def obey(self, order: Change, seconds: float, now: float) -> str:
        """Do it; the answer says in a sentence why not, and is empty where it was done."""
        match order:
            case SetKnob(name=name, value=value):
                if name == "intensity":
                    self._touch.on = self._horizon.settings.touch and value is None
                self._planner.turn(replace(self._planner.controls, **{name: value}))
            case SetSampling(name=name, value=value):
                sampling = self._planner.sampling or SamplingSettings()
                turned: dict[str, Any] = {name: float(value)}
                self._planner.sample(replace(sampling, **turned))
            case SetStage(name=name, value=value):
                kept: dict[str, Any] = {
                    name: Response(value) if isinstance(value, str) else float(value)
                }
                self._horizon.settings = replace(self._horizon.settings, **kept)
            case SetAdapter(name=name):
                self._planner.prepare(name, now)
            case SetForm(chart=chart):
                return self._expect(chart, now)
            case SetTempo() | Tap() if self._horizon.settings.clock in (Sync.midi, Sync.host):
                return NOT_OURS
            case SetTempo(bpm=bpm):
                if self._share is None:
                    self._line.steer(now, bpm)
                if self._hands is not None:
                    self._hands.tell(now, bpm)
                self._tempo_is(bpm, now)
            case Tap():
                tapped = self._tapping.tap(seconds)
                if tapped is not None:
                    if self._hands is not None:
                        self._hands.tell(seconds, tapped, on_beat=True)
                    self._tempo_is(tapped, seconds)
            case HoldTempo():
                return self._hold(order)
        return ""

    def feel(self, velocity: int) -> None:
        """A key was struck that hard."""
        self._touch.strike(velocity)

    @property
    def loudness(self) -> float:
        """What the band plays by, 0 to 1: the intensity asked for, else that of the hands."""
        asked = self._planner.controls.intensity
        return self._touch.loudness if asked is None else asked

    def follow_touch(self, now: float) -> None:
        """Ask for the intensity of the hands, unless the knob was turned."""
        controls = self._planner.controls
        if not self._touch.on or controls.intensity == self._touch.intensity:
            return
        self._planner.turn(replace(controls, intensity=self._touch.intensity))
        self._log.write(
            "touch",
            intensity=self._touch.intensity,
            seconds=now - self._log.zero,
            beat=self._line.beat_at(now),
        )

    def _hold(self, order: HoldTempo) -> str:
        if self._hands is None:
            return NOT_FOLLOWED
        self._hands.hold(not self._hands.held if order.on is None else order.on)
        return ""

    def expect_own(self, top_beat: float) -> None:
        """The built-in pianist plays a tune of its own from there on: its changes are expected."""
        text = self._seat.own_tune
        if text is not None:
            chart = parse_chart(text, self._planner.meter.beats_per_bar)
            self._foresight.follow(chart, top_beat, text)
            self._seat.plays_own = True

    def forget_own(self) -> None:
        """The pianist's tune is played no more."""
        if self._seat.plays_own:
            self._seat.plays_own = False
            self._foresight.follow(None, 0.0)

    def _expect(self, chart: str | None, now: float) -> str:
        meter, beat = self._planner.meter, self._line.beat_at(now)
        try:
            written = None if chart is None else parse_chart(chart, meter.beats_per_bar)
        except UsageError as error:
            return str(error)
        top = meter.next_bar_start(beat - NEAR_BEATS)
        self._foresight.follow(written, top, chart)
        self._seat.follow(written, top)
        self._seat.plays_own = False
        if written is None and self._seat.performs:
            self.expect_own(top)
        if self._planner.playing:
            self._planner.ask("form")
        return ""

    def _tempo_is(self, bpm: float, seconds: float) -> None:
        if self._share is not None:
            self._share(bpm)
        beat = self._line.beat_at(seconds)
        self._log.write("tempo", bpm=bpm, seconds=seconds - self._log.zero, beat=beat)
        self._planner.follow_tempo(bpm)
