"""Orders that change how it is played: knobs, sampling, the stage's settings, the tempo."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.music import parse_chart
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.orders import (
    SetAdapter,
    SetForm,
    SetKnob,
    SetSampling,
    SetStage,
    SetTempo,
    Tap,
)
from jambot.realtime.planning import Planner
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import Response, Sync
from jambot.realtime.tap_tempo import TapTempo
from jambot.realtime.touch import Touch

NEAR_BEATS = 0.5
"""A chart asked for so soon after a bar line begins with that bar."""
NOT_OURS = "the tempo is the host's: change it there"

Change = SetKnob | SetSampling | SetStage | SetAdapter | SetTempo | SetForm | Tap


class Steering:
    """Turns what can be turned, from the commit horizon on.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(self, line: BeatLine, planner: Planner, log: SessionLog) -> None:
        self._line, self._planner, self._log = line, planner, log
        self._tapping = TapTempo(line)
        self._share: Callable[[float], None] | None = None
        settings = planner.horizon.settings
        self._touch = Touch(settings.touch and settings.controls.intensity is None)

    def obey(self, order: Change, seconds: float, now: float) -> str:
        """Do it; the answer says in a sentence why not, and is empty where it was done."""
        match order:
            case SetKnob(name=name, value=value):
                if name == "intensity":
                    self._touch.on = self._planner.horizon.settings.touch and value is None
                controls = replace(self._planner.builder.controls, **{name: value})
                self._planner.turn(controls)
            case SetSampling(name=name, value=value):
                sampling = self._planner.requests.sampling or SamplingSettings()
                turned: dict[str, Any] = {name: float(value)}
                self._planner.sample(replace(sampling, **turned))
            case SetStage(name=name, value=value):
                kept: dict[str, Any] = {
                    name: Response(value) if isinstance(value, str) else float(value)
                }
                self._planner.horizon.settings = replace(self._planner.horizon.settings, **kept)
            case SetAdapter(name=name):
                self._planner.prepare(name, now)
            case SetForm(chart=chart):
                return self._expect(chart, now)
            case SetTempo() | Tap() if self._planner.horizon.settings.clock == Sync.midi:
                return NOT_OURS
            case SetTempo(bpm=bpm):
                if self._share is None:
                    self._line.steer(now, bpm)
                self._tempo_is(bpm, now)
            case Tap():
                tapped = self._tapping.tap(seconds)
                if tapped is not None:
                    self._tempo_is(tapped, seconds)
        return ""

    def share_tempo(self, propose: Callable[[float], None]) -> None:
        """The tempo is not the stage's alone: a new one is proposed to everybody."""
        self._share = propose

    def feel(self, velocity: int) -> None:
        """A key was struck that hard."""
        self._touch.strike(velocity)

    def follow_touch(self, now: float) -> None:
        """Ask for the intensity of the hands, unless the knob was turned."""
        controls = self._planner.builder.controls
        if not self._touch.on or controls.intensity == self._touch.intensity:
            return
        self._planner.turn(replace(controls, intensity=self._touch.intensity))
        self._log.write(
            "touch",
            intensity=self._touch.intensity,
            seconds=now - self._log.zero,
            beat=self._line.beat_at(now),
        )

    def _expect(self, chart: str | None, now: float) -> str:
        meter, beat = self._planner.meter, self._line.beat_at(now)
        try:
            written = None if chart is None else parse_chart(chart, meter.beats_per_bar)
        except UsageError as error:
            return str(error)
        self._planner.foresight.follow(written, meter.next_bar_start(beat - NEAR_BEATS))
        if self._planner.playing:
            self._planner.ask("form")
        return ""

    def _tempo_is(self, bpm: float, seconds: float) -> None:
        if self._share is not None:
            self._share(bpm)
        beat = self._line.beat_at(seconds)
        self._log.write("tempo", bpm=bpm, seconds=seconds - self._log.zero, beat=beat)
        if self._planner.playing and self._planner.builder.news(bpm):
            self._planner.ask("tempo")
