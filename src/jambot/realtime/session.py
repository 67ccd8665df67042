"""One jam, from the first key to the last note-off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from jambot.music import Meter, Note, TempoMap
from jambot.realtime.clock import Clock
from jambot.realtime.fallback import FallbackPhrases
from jambot.realtime.midi_input import (
    Gesture,
    HarmonyHeard,
    Keyboard,
    KeyHeard,
    KnobTurned,
    Stopped,
    Triggered,
)
from jambot.realtime.plan import Plan, PlannedNote
from jambot.realtime.player import Answer, Extension, Player, Request
from jambot.realtime.ports import InputPort, OutputPort
from jambot.realtime.prompt_builder import PromptBuilder
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.session_log import SessionLog
from jambot.realtime.status import SessionStatus
from jambot.tokens.codec import statement_tick
from jambot.tokens.vocabulary import TICKS_PER_BEAT

FRAME_BEATS = 0.25
"""Once a 16th the plan is looked at and written down (`isr`, `lookahead_bars`).

The 16th in which a trigger falls is not: no plan can be there yet, and `ttfn_ms` tells how soon."""
FALLBACK_MARGIN_BEATS = 0.5
FALLBACK_BEATS = 1.0
PATIENCE_SECONDS = 0.1
"""How long the player may think about a new request before the fallback speaks for it."""
POLL_SECONDS = 0.001
SETTLE_SECONDS = 0.25
"""How long closing waits to hear from the port that the last note-offs have left."""
SHOW_SECONDS = 0.1
"""How often views are shown where the session is."""


class Response(StrEnum):
    """When the answer to a trigger begins."""

    now = "now"
    beat = "beat"
    bar = "bar"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a jam is played. Lengths in beats unless the name says bars or seconds."""

    bpm: float = 120.0
    beats_per_bar: int = 4
    response: Response = Response.now
    lookahead_bars: float = 2.0
    """How far the plan reaches ahead."""
    commit_beats: float = 0.25
    """Notes nearer than this are promised and not replaced any more ..."""
    commit_seconds: float = 0.06
    """... and never nearer than this, whichever is longer."""
    idle_bars: float = 4.0
    """With nothing played or held for so long, the bot ends its phrase and waits."""
    seed: int = 1
    input_channel: int | None = None
    output_channel: int = 0


class Session:
    """Hears through one port, improvises through another.

    Beat 0 is the first key pressed, unless `origin_seconds` names it. `tick` does everything that
    is due and never raises; `run` ticks in time until told to stop. Every figure of a report is
    derived from the session log.

    Threads: one, the stage's. The player, the room and the disk have their own.
    """

    def __init__(
        self,
        settings: SessionSettings,
        clock: Clock,
        source: InputPort,
        sink: OutputPort,
        player: Player,
        log: SessionLog,
        origin_seconds: float | None = None,
        show: Callable[[SessionStatus], None] = lambda status: None,
        performer: bool = False,
    ) -> None:
        self.settings, self.clock, self.log = settings, clock, log
        self.meter = Meter(settings.beats_per_bar)
        self.tempo_map = TempoMap.constant(settings.bpm)
        self.plan = Plan()
        self.underruns = 0
        self._source, self._sink, self._player = source, sink, player
        self._keyboard = Keyboard(settings.input_channel)
        self._builder = PromptBuilder(settings.bpm, self.meter)
        self._fallback = FallbackPhrases(settings.seed)
        self._show, self._next_show = show, 0.0
        self._performer = performer
        self._origin = origin_seconds
        self._scheduler = Scheduler(
            sink, self.tempo_map, origin_seconds or 0.0, log, settings.output_channel
        )
        self._playing = False
        self._request = self._harmony = 0
        self._asked_harmony = self._restarts = 0
        self._attack_beat: float | None = None
        self._at_once = False
        self._asked_seconds = self._active_beat = self._until = 0.0
        self._awaiting = False
        self._in_underrun = False
        self._next_frame = 0.0
        self._lost: set[str] = set()
        self._triggered_at: float | None = None
        self._first_note_ms: float | None = None
        log.zero = clock.now()

    def run(self, seconds: float | None, stopped: Callable[[], bool] = lambda: False) -> str:
        """Play for so long, or until `stopped`; every note is ended. Returns why it ended."""
        start = self.clock.now()
        reason = "stopped"
        while not stopped():
            now = self.clock.now()
            if seconds is not None and now - start >= seconds:
                reason = "seconds"
                break
            self.tick()
            self._wait(now)
        self.close(reason)
        return reason

    def tick(self) -> None:
        """Hear, think, send: everything that is due now."""
        now = self.clock.now()
        self._hear(now)
        for answer in self._player.poll():
            self._take_in(answer)
        beat = self.beat_at(now)
        self._mind_the_player()
        if self._playing:
            self._rest_when_idle(beat)
            self._refill(beat)
            self._fall_back(now, beat)
        self._promise(now, self._commit_until(now))
        self._scheduler.send_due(self.clock.now())
        self._scheduler.note_what_left()
        self._time_first_note()
        self._frames(beat)
        self._watch_ports(now)
        if now >= self._next_show:
            self._next_show = now + SHOW_SECONDS
            self._show(self.status(now))

    def close(self, reason: str) -> None:
        """End every note, hand the ports back what they need, and close the log."""
        now = self.clock.now()
        self._scheduler.silence(now)
        self._scheduler.note_what_left()
        while self._scheduler.sounding and self.clock.now() < now + SETTLE_SECONDS:
            self.clock.sleep_until(self.clock.now() + POLL_SECONDS, spin=False)
            self._scheduler.note_what_left()
        self._player.close()
        self.log.write(
            "end",
            seconds=now - self.log.zero,
            beat=self.beat_at(now),
            reason=reason,
            stuck_notes=self._scheduler.sounding,
            player_restarts=self._restarts,
        )

    def beat_at(self, seconds: float) -> float:
        """The musical beat at a clock time; 0 before the music has begun."""
        if self._origin is None:
            return 0.0
        return self.tempo_map.beats_at(seconds - self._origin)

    def status(self, now: float) -> SessionStatus:
        """Everything a view shows, frozen."""
        beat = self.beat_at(now)
        return SessionStatus(
            playing=self._playing,
            player_ready=self._player.ready,
            bpm=self.settings.bpm,
            beats_per_bar=self.settings.beats_per_bar,
            beat=beat,
            harmony=self._keyboard.tracker.harmony,
            lookahead_bars=self._lookahead(beat),
            played_notes=self._scheduler.played_notes,
            late_notes=self._scheduler.late_notes,
            underruns=self.underruns,
            player_restarts=self._restarts,
            first_note_ms=self._first_note_ms,
            lost=tuple(sorted(self._lost)),
            held=tuple(sorted(self._keyboard.held)),
            planned=tuple(self.plan.notes),
            promised=tuple(self._builder.notes[-64:]),
            controls=self._builder.controls,
            performer=self._performer,
        )

    def _hear(self, now: float) -> None:
        """Everything since the last tick at once: a chord's keys make one prompt, not four."""
        newest: HarmonyHeard | None = None
        struck_at: float | None = None
        for message in self._source.poll():
            if self._keyboard.strikes(message.data):
                struck_at = message.seconds if struck_at is None else struck_at
                if self._origin is None:
                    self._begin(message.seconds)
            for gesture in self._keyboard.hear(message.data, self.beat_at(message.seconds)):
                match gesture:
                    case HarmonyHeard():
                        newest = gesture
                        self._note_harmony(gesture, message.seconds)
                    case Stopped():
                        newest = struck_at = None
                        self._stop(now)
                    case _:
                        self._answer_gesture(gesture, message.seconds, now)
        if not self._playing and struck_at is not None:
            self._start("start", struck_at, now)
        elif newest is not None:
            self._ask("harmony", max(self._commit_until(now), newest.change.beat))

    def _begin(self, seconds: float) -> None:
        self._origin = self._scheduler.origin = seconds
        self.log.write("begin", seconds=seconds - self.log.zero, beat=0.0)

    def _note_harmony(self, heard: HarmonyHeard, seconds: float) -> None:
        change = heard.change
        goes_on = bool(self._builder.harmonies) and self._builder.harmonies[-1].beat == change.beat
        self._harmony += not goes_on
        self._builder.hear(change)
        at = self._seconds_at(change.beat) if goes_on else seconds
        self.log.write(
            "harmony",
            id=self._harmony,
            seconds=at - self.log.zero,
            beat=change.beat,
            bass=change.harmony.bass,
            pitch_classes=list(change.harmony.pitch_classes),
        )

    def _answer_gesture(self, gesture: Gesture, seconds: float, now: float) -> None:
        match gesture:
            case KeyHeard():
                self._active_beat = max(self._active_beat, gesture.beat)
                self.log.write("heard", seconds=seconds - self.log.zero, **_fields(gesture))
            case Triggered() if self._origin is not None:
                self._start(gesture.reason, seconds, now)
            case KnobTurned():
                self._turn(gesture, now)
            case _:
                pass

    def _start(self, reason: str, heard_at: float, now: float) -> None:
        """From silence: the first note at once, or on the next beat or bar."""
        beat = self.beat_at(now)
        start = {
            Response.now: beat,
            Response.beat: float(-(-beat // 1)),
            Response.bar: -(-beat // self.meter.beats_per_bar) * self.meter.beats_per_bar,
        }[self.settings.response]
        self.log.write("trigger", seconds=heard_at - self.log.zero, beat=beat, reason=reason)
        self._playing, self._triggered_at = True, heard_at
        self._attack_beat = start
        self._at_once = self.settings.response == "now" and not self._scheduler.promised
        self._active_beat = max(self._active_beat, beat)
        self.plan.forget(start)
        self._next_frame = max(self._next_frame, _frame_after(start + FRAME_BEATS))
        self._ask(reason, start)

    def _stop(self, now: float) -> None:
        """All notes off: silence, and nothing is remembered."""
        self._playing = self._awaiting = self._in_underrun = False
        self._attack_beat = None
        self.plan.notes.clear()
        self.plan.forget(self.beat_at(now))
        self._scheduler.silence(now)
        self._builder.forget()
        self.log.write("stop", seconds=now - self.log.zero, beat=self.beat_at(now))

    def _turn(self, gesture: KnobTurned, now: float) -> None:
        controls = replace(self._builder.controls, **{gesture.knob: gesture.value})
        if controls.levels() == self._builder.controls.levels():
            return
        self._builder.controls = controls
        self.log.write("knob", seconds=now - self.log.zero, **_fields(gesture))
        if self._playing:
            self._ask("knob", self._commit_until(now))

    def _ask(self, reason: str, earliest_beats: float) -> None:
        """Have everything from then on planned anew; a trigger not yet answered stays one.

        What still sounds before it is promised first, so that the new plan knows of it.
        """
        now = self.clock.now()
        resume = _on_grid(earliest_beats)
        if self._attack_beat is not None:
            resume = self._attack_from(now)
        self._promise(now, resume)
        self._request += 1
        self._until = resume + self._reach
        prompt = self._builder.prompt(resume, attack=self._attack_beat is not None)
        self.plan.take_over(self._request, resume)
        self._asked_seconds, self._awaiting = now, True
        self._asked_harmony = self._harmony
        self._player.ask(Request(self._request, prompt, self._until))
        self.log.write(
            "prompt",
            id=self._request,
            seconds=now - self.log.zero,
            beat=self.beat_at(now),
            reason=reason,
            harmony=self._harmony,
        )

    def _attack_from(self, now: float) -> float:
        """Where the first note of a trigger is asked for: now or on its line, under its chord."""
        attack = _on_grid(max(self._attack_beat or 0.0, self.beat_at(now)))
        if not self._builder.harmonies:
            return attack
        return max(attack, statement_tick(self._builder.harmonies[-1].beat) / TICKS_PER_BEAT)

    def _take_in(self, answer: Answer) -> None:
        if answer.id != self.plan.prompt or not self._playing:
            return
        planned = self._planned(answer.notes, answer.id, self._asked_harmony, "model")
        self.plan.extend(planned, answer.frontier_beats)

    def _planned(
        self, notes: Sequence[Note], prompt: int, harmony: int, source: str
    ) -> list[PlannedNote]:
        """Notes for the plan; the first that answers a trigger is due at once."""
        at_once = self._at_once and self._awaiting and self._attack_beat is not None
        if notes:
            self._awaiting = False
        return [
            PlannedNote(note, prompt, harmony, source, at_once=at_once and i == 0)
            for i, note in enumerate(notes)
        ]

    @property
    def _reach(self) -> float:
        """Beats asked for: the lookahead, and a beat so that it never falls short between asks."""
        return self.settings.lookahead_bars * self.meter.beats_per_bar + 1.0

    def _refill(self, beat: float) -> None:
        wanted = beat + self._reach
        if self._until < wanted - 0.5:
            self._until = wanted
            self._player.ask(Extension(self.plan.prompt, wanted))

    def _fall_back(self, now: float, beat: float) -> None:
        """When the plan is nearly dry and no answer comes, play by rule for another beat."""
        if self.plan.frontier_beats > beat + FALLBACK_MARGIN_BEATS:
            self._in_underrun = False
            return
        waited = now - self._asked_seconds
        if waited < PATIENCE_SECONDS or not self._builder.harmonies:
            return
        if not self._in_underrun:
            self._in_underrun = True
            self.underruns += 1
            self.log.write("underrun", seconds=now - self.log.zero, beat=beat)
        if self.plan.covered_beats > beat + FALLBACK_MARGIN_BEATS:
            return
        start = _on_grid(max(self.plan.covered_beats, self._commit_until(now)))
        attack = self._attack_beat is not None
        if attack:
            start = max(self.plan.covered_beats, self._attack_from(now))
        notes = self._fallback.phrase(self._builder.prompt(start, attack), start + FALLBACK_BEATS)
        planned = self._planned(notes, 0, self._harmony, "fallback")
        self.plan.fill(planned, start + FALLBACK_BEATS)

    def _mind_the_player(self) -> None:
        """A player that was started again is told where the music is."""
        if self._player.restarts == self._restarts or not self._player.ready:
            return
        self._restarts = self._player.restarts
        self.log.write("player", state="restarted", seconds=self.clock.now() - self.log.zero)
        if self._playing:
            self._ask(
                "restart", max(self.plan.frontier_beats, self._commit_until(self.clock.now()))
            )

    def _rest_when_idle(self, beat: float) -> None:
        if self._keyboard.playing:
            self._active_beat = max(self._active_beat, beat)
        if beat - self._active_beat >= self.settings.idle_bars * self.meter.beats_per_bar:
            self._playing = False
            self._attack_beat = None
            self.plan.forget(self.meter.next_bar_start(beat))
            self.log.write("rest", seconds=self.clock.now() - self.log.zero, beat=beat)

    def _promise(self, now: float, until_beats: float) -> None:
        """Promise what begins before `until_beats`; a late answer changes no promise."""
        promised: list[PlannedNote] = []
        for planned in self.plan.commit(until_beats):
            if planned.at_once:
                note = replace(planned.note, onset_beats=self.beat_at(now))
                planned = replace(planned, note=note)
            elif planned.note.onset_beats <= self._builder.promised_beats:
                continue
            promised.append(planned)
            self._builder.promise(planned.note)
            if self._attack_beat is not None and planned.note.onset_beats >= self._attack_beat:
                self._attack_beat = None
        self._scheduler.accept(promised, now)

    def _commit_until(self, now: float) -> float:
        later = self.beat_at(now + self.settings.commit_seconds)
        return max(later, self.beat_at(now) + self.settings.commit_beats)

    def _lookahead(self, beat: float) -> float:
        return max(0.0, self.plan.frontier_beats - beat) / self.meter.beats_per_bar

    def _frames(self, beat: float) -> None:
        if not self._playing:
            self._next_frame = max(self._next_frame, _frame_after(beat))
            return
        while self._next_frame <= beat:
            self.log.write(
                "frame",
                seconds=self.clock.now() - self.log.zero,
                beat=self._next_frame,
                valid=self.plan.frontier_beats > self._next_frame and not self._in_underrun,
                lookahead_bars=self._lookahead(self._next_frame),
            )
            self._next_frame += FRAME_BEATS

    def _time_first_note(self) -> None:
        """How long the last trigger waited, once its first note has left."""
        asked, last = self._triggered_at, self._scheduler.last_played_seconds
        if asked is not None and last >= asked:
            self._first_note_ms, self._triggered_at = (last - asked) * 1e3, None

    def _watch_ports(self, now: float) -> None:
        for which, alive in (("input", self._source.alive), ("output", self._sink.alive)):
            if alive == (which not in self._lost):
                continue
            self._lost ^= {which}
            state = "back" if alive else "lost"
            self.log.write("port", which=which, state=state, seconds=now - self.log.zero)

    def _seconds_at(self, beats: float) -> float:
        return (self._origin or 0.0) + self.tempo_map.seconds_at(beats)

    def _wait(self, now: float) -> None:
        """Until the next poll or the next note; to the point only where the port keeps no time."""
        wake, due = now + POLL_SECONDS, self._scheduler.next_due()
        if due is not None:
            wake = max(now, min(wake, due))
        near = due is not None and due < now + 2 * POLL_SECONDS
        self.clock.sleep_until(wake, spin=near and not self._sink.schedules_ahead)


def _on_grid(beats: float) -> float:
    """The first place at or after `beats` where a note can be asked for."""
    return -(-(beats * TICKS_PER_BEAT - 1e-6) // 1) / TICKS_PER_BEAT


def _frame_after(beat: float) -> float:
    return (beat // FRAME_BEATS + 1) * FRAME_BEATS


def _fields(gesture: KeyHeard | KnobTurned) -> dict[str, Any]:
    return {name: getattr(gesture, name) for name in gesture.__slots__}
