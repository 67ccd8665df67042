"""Who plays when: gestures in, beginnings, yieldings and endings of the solo out."""

from jambot.music import HarmonyChange
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.midi_clock import Move, Transported
from jambot.realtime.hands.hearing import Hearing, TimedGesture
from jambot.realtime.hands.midi_input import (
    HarmonyHeard,
    KeyHeard,
    Seated,
    Stopped,
    Triggered,
)
from jambot.realtime.lead.calls import CallListener
from jambot.realtime.lead.steering import Steering
from jambot.realtime.lead.turns import Trading, Turn
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.planner import Planner
from jambot.realtime.ports import By
from jambot.realtime.settings import Performing, SessionSettings

TURN_LEAD_BEATS = 0.5
"""The bot prepares its turn so long before the bar line."""


class Conductor:
    """Starts the solo with the first chord, yields to a call and answers it, trades, rests.

    Threads: the stage's alone.
    """

    def __init__(
        self,
        line: BeatLine,
        hearing: Hearing,
        planner: Planner,
        steering: Steering,
        log: SessionLog,
    ) -> None:
        settings = planner.horizon.settings
        self.started_beat = float("-inf")
        """Where the solo that plays, or played last, was to begin."""
        self._line, self._hearing, self._planner = line, hearing, planner
        self._foresight, self._horizon = planner.foresight, planner.horizon
        self._steering, self._seat, self._log = steering, hearing.seat, log
        self._meter = planner.meter
        self._calls = CallListener(settings.split_pitch)
        self._trading = Trading(self._meter)
        if settings.trade_bars:
            self._trading.begin(settings.trade_bars, 0.0)
        self._laying_out = self._goes_on = False
        self._led = False
        """Whether a chart alone leads the solo: it was begun without a key."""
        self.active_beat = 0.0
        """When the hands last did anything."""
        self.strikes = 0
        """How many keys have gone down."""
        self.ended = False
        """Whether the music was ended, until it is begun again."""

    @property
    def settings(self) -> SessionSettings:
        """How it is played, as it is turned by now."""
        return self._horizon.settings

    @property
    def trading_bars(self) -> int:
        """How long turns are; 0 when none are taken."""
        return self._trading.bars

    @property
    def paused(self) -> bool:
        """Whether no beat passes until it is to go on."""
        return self._line.stands

    @property
    def laying_out(self) -> bool:
        """Whether it is silent until asked to play."""
        return self._laying_out

    def turn(self, beat: float) -> Turn | None:
        """Whose turn it is where turns are taken, and for how long."""
        return self._trading.turn(beat) if self._trading.on else None

    def hear(self, now: float) -> list[TimedGesture]:
        """Everything since the last tick at once: a chord's keys make one prompt, not four.

        What knobs, buttons and program changes ask for is given back, for whoever obeys it.
        """
        asked: list[TimedGesture] = []
        changed_beat: float | None = None
        struck_at: float | None = None
        triggered = False
        for heard in self._hearing.gestures(now):
            match heard.gesture:
                case KeyHeard() as key:
                    self.active_beat = max(self.active_beat, key.beat)
                    by_person = heard.by is not By.pianist
                    if key.on:
                        self.strikes += 1
                    if key.on and by_person:
                        self._led = False
                        self._steering.feel(key.velocity)
                    if key.on and struck_at is None:
                        struck_at = heard.seconds
                    if key.on and key.pitch < (self.settings.split_pitch or 128):
                        self._foresight.strike(key.beat, self._hearing.alone)
                    if by_person and self._calls.hear(key):
                        changed_beat = None
                        self._yield(now)
                case HarmonyHeard(change=change):
                    if not self._sung(change.beat):
                        changed_beat = change.beat
                        self._note_harmony(change, heard.seconds)
                case Seated(by=by):
                    self._change_hands(by, heard.seconds)
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
        self._steering.follow_touch(now)
        waiting = self._calls.calling or self._laying_out or self._trading.on or self.paused
        waiting |= not self._line.begun
        if not self._planner.playing and struck_at is not None and not waiting:
            self._start("start", struck_at, now)
        elif self._planner.playing and changed_beat is not None:
            self._planner.ask("harmony", changed_beat)
        return asked

    def begin(self, reason: str, seconds: float, now: float) -> None:
        """Begin now: asked for at `seconds`, by a pedal, a pad or an order."""
        self._laying_out = self.ended = False
        if self.paused:
            self._line.stand(now, still=False)
        self._start(reason, seconds, now)

    def pause(self, on: bool, now: float) -> None:
        """Let no beat pass; or go on from there, playing where it played or keys are down."""
        if on == self.paused:
            return
        if on:
            self._goes_on = self._planner.playing
            self._planner.pause(now)
        self._line.stand(now, still=on)
        self._log.write("pause", on=on, seconds=now - self._log.zero, beat=self._line.beat_at(now))
        if not on and (self._goes_on or self._hearing.hands_down) and not self._laying_out:
            self._start("pause", now, now)

    def stop(self, now: float) -> None:
        """Silence; trades and the plan are forgotten, and the built-in pianist leaves."""
        self._trading.end()
        self._laying_out = self._led = self.ended = False
        self._leave_seat(now)
        self._forget_call()
        self._horizon.end_beat = None
        self._planner.stop(now)

    def lay_out(self, on: bool, seconds: float, now: float) -> None:
        """Be silent until asked back; back where the hands are down already."""
        if on == self._laying_out:
            return
        self._laying_out, self.ended = on, False
        if on:
            self._planner.give_way(now)
        elif self._hearing.hands_down and not self.paused:
            self._start("lay_out", seconds, now)

    def end(self, now: float) -> None:
        """End with the bar; then silence until triggered."""
        self._laying_out = self.ended = True
        self._trading.end()
        self._planner.rest(now)

    def perform(self, mode: Performing, now: float) -> str:
        """Have the built-in pianist play from the next bar line on, or leave; gives why not."""
        seat, foresight = self._seat, self._foresight
        if seat.performer is None:
            return "" if mode is Performing.off else "this jam has no built-in pianist"
        seat.mode = mode
        if mode is Performing.off:
            self._leave_seat(now)
        elif not seat.performs:
            written = foresight.written if seat.follows_charts else None
            start = seat.begin(now, written[0] if written else None)
            if foresight.chart is None:
                self._steering.expect_own(start)
            elif written is None and seat.follows_charts:
                foresight.follow(foresight.chart, start)
        return ""

    def lead_in(self, seconds: float, now: float) -> None:
        """Begin without a key, after a count-in, on what a chart says."""
        self._laying_out = self.ended = False
        self._led = True
        self._seat.count_in(now)
        self._start("order", seconds, now)

    def trade(self, bars: int, beat: float) -> None:
        """Take turns of so many bars from the bar line after `beat` on; 0: none."""
        if bars == self._trading.bars:
            return
        self._trading.begin(bars, beat)
        on = self._trading.on
        self._horizon.end_beat = self._trading.turn_ends(beat) if on else None

    def turn_begins(self, beat: float) -> bool:
        """Whether a turn begins on this beat, be it the player's or the bot's."""
        return self._trading.on and self._trading.turn_ends(beat - 1.0) == beat

    def wake(self, now: float, slept_seconds: float) -> None:
        """The machine slept: the music is elsewhere, and nothing is caught up with."""
        before = self._line.beat_at(now - slept_seconds)
        self._log.write(
            "gap", seconds=now - self._log.zero, beat=before, seconds_lost=slept_seconds
        )
        self.active_beat += self._line.beat_at(now) - before
        self._forget_call()
        self._planner.relocate(now, before)

    def mind(self, now: float) -> None:
        """What becomes due without a gesture: answers to calls, turns, and rest when idle."""
        beat = self._line.beat_at(now)
        if self._seat.mode is Performing.on and self._seat.waits(beat, self._hearing.person_plays):
            self.perform(Performing.on, now)
        if self._hearing.hands_down:
            self.active_beat = max(self.active_beat, beat)
        self._planner.anticipate(now, self._hearing.hands_down, self.active_beat)
        if self.paused:
            return
        if self._trading.on:
            self._take_turns(now)
        elif self._calls.over(beat):
            self._take_call()
            if not self._laying_out:
                self._start("call", now, now)
        elif self._planner.playing and not self._led:
            idle_beats = self.settings.idle_bars * self._meter.beats_per_bar
            if beat - self.active_beat >= idle_beats:
                self._planner.rest(now)

    def _note_harmony(self, change: HarmonyChange, seconds: float) -> None:
        """The hands made a new harmony, or went on with the strike that makes it."""
        goes_on = self._foresight.hear(change)
        at = self._line.seconds_at(change.beat) if goes_on else seconds
        self._log.write(
            "harmony",
            id=self._foresight.strikes,
            seconds=at - self._log.zero,
            beat=change.beat,
            bass=change.harmony.bass,
            pitch_classes=list(change.harmony.pitch_classes),
        )

    def _start(
        self, reason: str, heard_at: float, now: float, at_beat: float | None = None
    ) -> None:
        if at_beat is None and self._line.beat_at(now) < 0:
            at_beat = 0.0  # the first bar is being counted in
        self.started_beat = self._planner.start(reason, heard_at, now, at_beat)
        self.active_beat = max(self.active_beat, self._line.beat_at(now))

    def move(self, moved: Transported, seconds: float, now: float) -> bool:
        """Follow the host; True where it has started and the hands are waiting for that."""
        self._log.write(
            "transport",
            state=str(moved.move),
            seconds=seconds - self._log.zero,
            beat=moved.beat,
            song_beats=moved.song_beats,
        )
        if moved.move is Move.stop:
            self._planner.pause(now)
            return False
        if moved.skipped_beats:
            self.active_beat += moved.skipped_beats
            self._forget_call()
            self._planner.relocate(now, moved.beat - moved.skipped_beats)
        return moved.move is Move.play and self._hearing.hands_down

    def _change_hands(self, by: By, seconds: float) -> None:
        """Somebody else plays: what has been heard says nothing of the form they play."""
        if by is not By.pianist:
            self._steering.forget_own()
        self._foresight.change_hands(led=by is By.pianist and self._seat.follows_charts)
        beat = self._line.beat_at(seconds)
        self._log.write("seat", by=str(by), seconds=seconds - self._log.zero, beat=beat)

    def _leave_seat(self, now: float) -> None:
        self._steering.forget_own()
        self._seat.leave(self._line.beat_at(now))
        self._hearing.lift_pianist(now)

    def _yield(self, now: float) -> None:
        """A phrase has begun in the right hand: it is no harmony, and the bot listens."""
        notes = self._calls.notes
        self._foresight.unhear(notes)
        self._hearing.sing(self.settings.split_pitch, notes, self._foresight.heard)
        if not self._trading.on:
            self._planner.give_way(now)
        beat = notes[0].onset_beats
        self._log.write("call", seconds=self._line.seconds_at(beat) - self._log.zero, beat=beat)

    def _sung(self, beat: float) -> bool:
        return self._calls.calling and any(n.onset_beats == beat for n in self._calls.notes)

    def _take_call(self) -> None:
        """The call becomes what the solo goes on from."""
        self._planner.adopt(self._calls.notes)
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
        if not self._foresight.heard or begins <= self.started_beat:
            return
        turn_beats = self._trading.bars * self._meter.beats_per_bar
        if self.active_beat < begins - turn_beats and not self._led:
            self._trading.end()  # nobody there to trade with
            return
        if self._calls.calling:
            self._take_call()
        self._horizon.end_beat = self._trading.turn_ends(soon)
        self._start("trade", now, now, begins)
