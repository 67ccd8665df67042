"""What to play next: asks the player, keeps the plan, promises notes, and never runs dry."""

from collections.abc import Sequence
from dataclasses import replace

from jambot.music import HarmonyChange, Meter, Note
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.fallback import FallbackPhrases
from jambot.realtime.plan import Plan, PlannedNote
from jambot.realtime.player import Answer, Extension, Player, Request
from jambot.realtime.prompt_builder import PromptBuilder
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import Response, SessionSettings
from jambot.tokens.codec import statement_tick
from jambot.tokens.controls import Controls
from jambot.tokens.vocabulary import TICKS_PER_BEAT

FALLBACK_MARGIN_BEATS = 0.5
FALLBACK_BEATS = 1.0
PATIENCE_SECONDS = 0.1
"""How long the player may think about a new request before the fallback speaks for it."""


class Planner:
    """The solo's intentions: from the situation to notes that the scheduler is promised.

    Threads: the stage's alone; the player is asked and polled, never waited for.
    """

    def __init__(
        self,
        settings: SessionSettings,
        clock: Clock,
        line: BeatLine,
        player: Player,
        scheduler: Scheduler,
        log: SessionLog,
    ) -> None:
        self.settings, self.line, self.log = settings, line, log
        self.meter = Meter(settings.beats_per_bar)
        self.plan = Plan()
        self.builder = PromptBuilder(settings.bpm, self.meter)
        self.playing = self.in_underrun = False
        self.underruns = self.restarts = 0
        self._clock, self._player, self._scheduler = clock, player, scheduler
        self._fallback = FallbackPhrases(settings.seed)
        self._request = self._harmony = self._asked_harmony = 0
        self._attack_beat: float | None = None
        self._at_once = self._awaiting = False
        self._asked_seconds = self._until = 0.0

    def hear(self, change: HarmonyChange, seconds: float) -> None:
        """The hands made a new harmony, or went on with the strike that makes it."""
        goes_on = bool(self.builder.harmonies) and self.builder.harmonies[-1].beat == change.beat
        self._harmony += not goes_on
        self.builder.hear(change)
        at = self.line.seconds_at(change.beat) if goes_on else seconds
        self.log.write(
            "harmony",
            id=self._harmony,
            seconds=at - self.log.zero,
            beat=change.beat,
            bass=change.harmony.bass,
            pitch_classes=list(change.harmony.pitch_classes),
        )

    def start(self, reason: str, heard_at: float, now: float) -> float:
        """From silence: the first note at once, or on the next beat or bar. Gives that beat."""
        beat = self.line.beat_at(now)
        start = {
            Response.now: beat,
            Response.beat: float(-(-beat // 1)),
            Response.bar: -(-beat // self.meter.beats_per_bar) * self.meter.beats_per_bar,
        }[self.settings.response]
        self.log.write("trigger", seconds=heard_at - self.log.zero, beat=beat, reason=reason)
        self.playing, self._attack_beat = True, start
        self._at_once = self.settings.response == "now" and not self._scheduler.promised
        self.plan.forget(start)
        self.ask(reason, start)
        return start

    def stop(self, now: float) -> None:
        """Silence, and nothing is remembered."""
        self.playing = self._awaiting = self.in_underrun = False
        self._attack_beat = None
        self.plan.notes.clear()
        self.plan.forget(self.line.beat_at(now))
        self._scheduler.silence(now)
        self.builder.forget()
        self.log.write("stop", seconds=now - self.log.zero, beat=self.line.beat_at(now))

    def rest(self, now: float) -> None:
        """End the phrase with the bar, and wait."""
        beat = self.line.beat_at(now)
        self.playing = False
        self._attack_beat = None
        self.plan.forget(self.meter.next_bar_start(beat))
        self.log.write("rest", seconds=now - self.log.zero, beat=beat)

    def turn(self, controls: Controls, now: float) -> bool:
        """Ask for more or less of something; False where that says nothing new."""
        if controls.levels() == self.builder.controls.levels():
            return False
        self.builder.controls = controls
        if self.playing:
            self.ask("knob", self.commit_until(now))
        return True

    def ask(self, reason: str, earliest_beats: float) -> None:
        """Have everything from then on planned anew; a trigger not yet answered stays one.

        What still sounds before it is promised first, so that the new plan knows of it.
        """
        now = self._clock.now()
        resume = _on_grid(earliest_beats)
        if self._attack_beat is not None:
            resume = self._attack_from(now)
        self.promise(now, resume)
        self._request += 1
        self._until = resume + self._reach
        prompt = self.builder.prompt(resume, attack=self._attack_beat is not None)
        self.plan.take_over(self._request, resume)
        self._asked_seconds, self._awaiting = now, True
        self._asked_harmony = self._harmony
        self._player.ask(Request(self._request, prompt, self._until))
        self.log.write(
            "prompt",
            id=self._request,
            seconds=now - self.log.zero,
            beat=self.line.beat_at(now),
            reason=reason,
            harmony=self._harmony,
        )

    def think(self, now: float) -> None:
        """Take the player's answers in; while playing, see to it that there is a plan."""
        for answer in self._player.poll():
            self._take_in(answer)
        self._mind_the_player(now)
        if self.playing:
            beat = self.line.beat_at(now)
            self._refill(beat)
            self._fall_back(now, beat)

    def promise(self, now: float, until_beats: float) -> None:
        """Promise what begins before `until_beats`; a late answer changes no promise."""
        promised: list[PlannedNote] = []
        for planned in self.plan.commit(until_beats):
            if planned.at_once:
                note = replace(planned.note, onset_beats=self.line.beat_at(now))
                planned = replace(planned, note=note)
            elif planned.note.onset_beats <= self.builder.promised_beats:
                continue
            promised.append(planned)
            self.builder.promise(planned.note)
            if self._attack_beat is not None and planned.note.onset_beats >= self._attack_beat:
                self._attack_beat = None
        self._scheduler.accept(promised, now)

    def commit_until(self, now: float) -> float:
        """The beat before which notes are promised by now."""
        later = self.line.beat_at(now + self.settings.commit_seconds)
        return max(later, self.line.beat_at(now) + self.settings.commit_beats)

    def lookahead_bars(self, beat: float) -> float:
        """How far the plan reaches beyond `beat`."""
        return max(0.0, self.plan.frontier_beats - beat) / self.meter.beats_per_bar

    def _attack_from(self, now: float) -> float:
        """Where the first note of a trigger is asked for: now or on its line, under its chord."""
        attack = _on_grid(max(self._attack_beat or 0.0, self.line.beat_at(now)))
        if not self.builder.harmonies:
            return attack
        return max(attack, statement_tick(self.builder.harmonies[-1].beat) / TICKS_PER_BEAT)

    def _take_in(self, answer: Answer) -> None:
        if answer.id != self.plan.prompt or not self.playing:
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
            self.in_underrun = False
            return
        if now - self._asked_seconds < PATIENCE_SECONDS or not self.builder.harmonies:
            return
        if not self.in_underrun:
            self.in_underrun = True
            self.underruns += 1
            self.log.write("underrun", seconds=now - self.log.zero, beat=beat)
        if self.plan.covered_beats > beat + FALLBACK_MARGIN_BEATS:
            return
        start = _on_grid(max(self.plan.covered_beats, self.commit_until(now)))
        attack = self._attack_beat is not None
        if attack:
            start = max(self.plan.covered_beats, self._attack_from(now))
        notes = self._fallback.phrase(self.builder.prompt(start, attack), start + FALLBACK_BEATS)
        planned = self._planned(notes, 0, self._harmony, "fallback")
        self.plan.fill(planned, start + FALLBACK_BEATS)

    def _mind_the_player(self, now: float) -> None:
        """A player that was started again is told where the music is."""
        if self._player.restarts == self.restarts or not self._player.ready:
            return
        self.restarts = self._player.restarts
        self.log.write("player", state="restarted", seconds=now - self.log.zero)
        if self.playing:
            self.ask("restart", max(self.plan.frontier_beats, self.commit_until(now)))


def _on_grid(beats: float) -> float:
    """The first place at or after `beats` where a note can be asked for."""
    return -(-(beats * TICKS_PER_BEAT - 1e-6) // 1) / TICKS_PER_BEAT
