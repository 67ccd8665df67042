"""Who plays when: gestures in, beginnings, yieldings and endings of the solo out."""

from jambot.music import HarmonyChange, Meter
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.calls import CallListener
from jambot.realtime.hearing import Heard, Hearing
from jambot.realtime.midi_clock import Move, Transported
from jambot.realtime.midi_input import HarmonyHeard, KeyHeard, Stopped, Triggered
from jambot.realtime.planning import Planner
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import SessionSettings
from jambot.realtime.steering import Steering
from jambot.realtime.turns import Trading

TURN_LEAD_BEATS = 0.5
"""The bot prepares its turn so long before the bar line."""


class Conductor:
    """Starts the solo with the first chord, yields to a call and answers it, trades, rests.

    Threads: the stage's alone.
    """

    def __init__(
        self,
        settings: SessionSettings,
        line: BeatLine,
        hearing: Hearing,
        planner: Planner,
        log: SessionLog,
    ) -> None:
        self.log = log
        self.started_beat = float("-inf")
        """Where the solo that plays, or played last, was to begin."""
        self._line, self._hearing, self._planner = line, hearing, planner
        self._meter = Meter(settings.beats_per_bar)
        self._calls = CallListener(settings.split_pitch)
        self._trading = Trading(self._meter)
        if settings.trade_bars:
            self._trading.begin(settings.trade_bars, 0.0)
        self.steering = Steering(line, planner, log)
        self._laying_out = False
        self._active_beat = 0.0

    @property
    def settings(self) -> SessionSettings:
        """How it is played, as it is turned by now."""
        return self._planner.horizon.settings

    @property
    def trading_bars(self) -> int:
        """How long turns are; 0 when none are taken."""
        return self._trading.bars

    @property
    def laying_out(self) -> bool:
        """Whether it is silent until asked to play."""
        return self._laying_out

    def hear(self, now: float) -> list[Heard]:
        """Everything since the last tick at once: a chord's keys make one prompt, not four.

        What knobs, buttons and program changes ask for is given back, for whoever obeys it.
        """
        asked: list[Heard] = []
        changed_beat: float | None = None
        struck_at: float | None = None
        triggered = False
        for heard in self._hearing.gestures(now):
            match heard.gesture:
                case KeyHeard() as key:
                    self._active_beat = max(self._active_beat, key.beat)
                    if key.on:
                        self.steering.feel(key.velocity)
                    if key.on and struck_at is None:
                        struck_at = heard.seconds
                    if key.on and key.pitch < (self.settings.split_pitch or 128):
                        self._planner.foresight.anticipation.strike(key.beat, self._hearing.alone)
                    if self._calls.hear(key):
                        changed_beat = None
                        self._yield(now)
                case HarmonyHeard(change=change):
                    if not self._sung(change.beat):
                        changed_beat = change.beat
                        self._note_harmony(change, heard.seconds)
                case Stopped():
                    changed_beat = struck_at = None
                    self.stop(now)
                case Triggered(reason=reason):
                    if self._line.begun and not triggered:
                        triggered = True
                        self.begin(reason, heard.seconds, now)
                case Transported():
                    if self.move(heard.gesture, heard.seconds, now):
                        struck_at = heard.seconds
                case _:
                    asked.append(heard)
        self.steering.follow_touch(now)
        waiting = self._calls.calling or self._laying_out or self._trading.on
        if not self._planner.playing and struck_at is not None and not waiting:
            self._start("start", struck_at, now)
        elif self._planner.playing and changed_beat is not None:
            self._planner.ask("harmony", changed_beat)
        return asked

    def begin(self, reason: str, seconds: float, now: float) -> None:
        """Begin now: asked for at `seconds`, by a pedal, a pad or an order."""
        self._laying_out = False
        self._start(reason, seconds, now)

    def stop(self, now: float) -> None:
        """Silence; trades and the plan are forgotten."""
        self._trading.end()
        self._laying_out = False
        self._forget_call()
        self._planner.horizon.end_beat = None
        self._planner.stop(now)

    def lay_out(self, on: bool, seconds: float, now: float) -> None:
        """Be silent until asked back; back where the hands are down already."""
        if on == self._laying_out:
            return
        self._laying_out = on
        if on:
            self._planner.give_way(now)
        elif self._hearing.hands_down:
            self._start("lay_out", seconds, now)

    def end(self, now: float) -> None:
        """End with the bar; then silence until triggered."""
        self._laying_out = True
        self._trading.end()
        self._planner.rest(now)

    def trade(self, bars: int, beat: float) -> None:
        """Take turns of so many bars from the bar line after `beat` on; 0: none."""
        if bars == self._trading.bars:
            return
        self._trading.begin(bars, beat)
        on = self._trading.on
        self._planner.horizon.end_beat = self._trading.turn_ends(beat) if on else None

    def wake(self, now: float, slept_seconds: float) -> None:
        """The machine slept: the music is elsewhere, and nothing is caught up with."""
        before = self._line.beat_at(now - slept_seconds)
        self.log.write("gap", seconds=now - self.log.zero, beat=before, seconds_lost=slept_seconds)
        self._active_beat += self._line.beat_at(now) - before
        self._forget_call()
        self._planner.relocate(now, before)

    def mind(self, now: float) -> None:
        """What becomes due without a gesture: answers to calls, turns, and rest when idle."""
        beat = self._line.beat_at(now)
        if self._hearing.hands_down:
            self._active_beat = max(self._active_beat, beat)
        self._planner.anticipate(now, self._hearing.hands_down, self._active_beat)
        if self._trading.on:
            self._take_turns(now)
        elif self._calls.over(beat):
            self._take_call()
            if not self._laying_out:
                self._start("call", now, now)
        elif self._planner.playing:
            idle_beats = self.settings.idle_bars * self._meter.beats_per_bar
            if beat - self._active_beat >= idle_beats:
                self._planner.rest(now)

    def _note_harmony(self, change: HarmonyChange, seconds: float) -> None:
        """The hands made a new harmony, or went on with the strike that makes it."""
        goes_on = self._planner.builder.hear(change)
        anticipation = self._planner.foresight.anticipation
        anticipation.strike(change.beat)
        anticipation.hear(change, self._planner.builder.strikes)
        at = self._line.seconds_at(change.beat) if goes_on else seconds
        self.log.write(
            "harmony",
            id=self._planner.builder.strikes,
            seconds=at - self.log.zero,
            beat=change.beat,
            bass=change.harmony.bass,
            pitch_classes=list(change.harmony.pitch_classes),
        )

    def _start(
        self, reason: str, heard_at: float, now: float, at_beat: float | None = None
    ) -> None:
        self.started_beat = self._planner.start(reason, heard_at, now, at_beat)
        self._active_beat = max(self._active_beat, self._line.beat_at(now))

    def move(self, moved: Transported, seconds: float, now: float) -> bool:
        """Follow the host; True where it has started and the hands are waiting for that."""
        self.log.write(
            "transport",
            state=str(moved.move),
            seconds=seconds - self.log.zero,
            beat=moved.beat,
            song_beats=moved.song_beats,
        )
        if moved.move is Move.stop:
            self._planner.pause(now)
            return False
        if moved.skipped_beats:
            self._active_beat += moved.skipped_beats
            self._forget_call()
            self._planner.relocate(now, moved.beat - moved.skipped_beats)
        return moved.move is Move.play and self._hearing.hands_down

    def _yield(self, now: float) -> None:
        """A phrase has begun in the right hand: it is no harmony, and the bot listens."""
        notes = self._calls.notes
        self._planner.builder.unhear({note.onset_beats for note in notes})
        self._hearing.sing(self.settings.split_pitch, notes, self._planner.builder.harmonies)
        if not self._trading.on:
            self._planner.give_way(now)
        beat = notes[0].onset_beats
        self._planner.foresight.anticipation.unhear(beat)
        self.log.write("call", seconds=self._line.seconds_at(beat) - self.log.zero, beat=beat)

    def _sung(self, beat: float) -> bool:
        return self._calls.calling and any(n.onset_beats == beat for n in self._calls.notes)

    def _take_call(self) -> None:
        """The call becomes what the solo goes on from."""
        self._planner.builder.adopt(self._calls.notes)
        self._forget_call()

    def _forget_call(self) -> None:
        self._calls.forget()
        self._hearing.sing(None)

    def _take_turns(self, now: float) -> None:
        """The bot's turn is prepared just before its bar line, on what the player played last."""
        beat = self._line.beat_at(now)
        soon = beat + TURN_LEAD_BEATS
        if self._planner.playing or not self._trading.bots(soon):
            return
        begins = beat if self._trading.bots(beat) else self._trading.turn_ends(beat)
        if not self._planner.builder.harmonies or begins <= self.started_beat:
            return
        if self._active_beat < begins - self._trading.bars * self._meter.beats_per_bar:
            self._trading.end()  # nobody there to trade with
            return
        if self._calls.calling:
            self._take_call()
        self._planner.horizon.end_beat = self._trading.turn_ends(soon)
        self._start("trade", now, now, begins)
