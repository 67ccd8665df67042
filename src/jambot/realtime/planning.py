"""What to play next: asks the player, keeps the plan, promises notes, and never runs dry."""

from collections import deque
from dataclasses import replace

from jambot.generation import SamplingSettings
from jambot.generation.dynamics import struck
from jambot.music import Meter, parse_chart
from jambot.realtime.attack import Attack, on_grid, place_before
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.fallback import PHRASE_BEATS, Fallback
from jambot.realtime.first_note import FirstNote
from jambot.realtime.foresight import Foresight
from jambot.realtime.plan import Plan, PlannedNote
from jambot.realtime.player import Answer, Extension, Player, Prepared, Request
from jambot.realtime.prompt_builder import PromptBuilder
from jambot.realtime.refusals import Refusals
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import Response, SessionSettings
from jambot.realtime.style_change import StyleChange
from jambot.tokens.controls import Controls

PROMISES_SHOWN = 64
"""Notes that views are told of again, so that a busy one misses none."""
HELD_SECONDS = 0.03
"""Notes of a plan that is being replaced are promised no earlier than this before they are due: the
port that wants its messages earliest is given them 25 ms ahead."""
TEMPO_STEP = 0.05
"""The player is told of a new tempo when it differs by so much: it costs the whole prompt."""

KNOB_STEP = 0.05
"""The music is planned anew where a knob passes the next of these: not at each of its messages."""


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
        sampling: SamplingSettings | None = None,
        adapter: str | None = None,
    ) -> None:
        self.settings, self.line, self.log = settings, line, log
        self.sampling = sampling
        """How the player is to sample; None leaves it as it was made."""
        self.meter = Meter(settings.beats_per_bar)
        self.plan = Plan()
        self.builder = PromptBuilder(settings.bpm, self.meter, settings.controls)
        self.fallback = Fallback(settings.seed, log)
        self.foresight = Foresight(self.meter, line, log)
        if settings.form is not None:
            self.foresight.follow(parse_chart(settings.form, settings.beats_per_bar), 0.0)
        self.playing = False
        self.restarts = 0
        self.promised: deque[PlannedNote] = deque(maxlen=PROMISES_SHOWN)
        """The last notes that were promised and not taken back."""
        self.end_beat: float | None = None
        """Where the bot's turn ends, when turns are taken."""
        self._clock, self._player, self._scheduler = clock, player, scheduler
        self._request = self._asked_harmony = 0
        self._attack = Attack()
        self.refusals = Refusals()
        self.style = StyleChange(adapter, self.meter, player, log, self.refusals)
        self.first_note = FirstNote()
        self._prepared: object = None
        self._open_from = float("-inf")
        """The beat from which on nothing is promised."""
        self._asked_seconds = self._until = 0.0

    def start(
        self, reason: str, heard_at: float, now: float, at_beat: float | None = None
    ) -> float:
        """From silence: the first note at once, on the next beat or bar, or on `at_beat`.

        Gives the beat where it is to begin.
        """
        beat = self.line.beat_at(now)
        start = (
            at_beat
            if at_beat is not None
            else {
                Response.now: beat,
                Response.beat: float(-(-beat // 1)),
                Response.bar: -(-beat // self.meter.beats_per_bar) * self.meter.beats_per_bar,
            }[self.settings.response]
        )
        self.log.write("trigger", seconds=heard_at - self.log.zero, beat=beat, reason=reason)
        self.playing = True
        if at_beat is None:
            self.first_note.begin(heard_at)
        at_once = self.settings.response == "now" and at_beat is None
        self._attack.begin(start, at_once and not self._scheduler.promised)
        self.plan.forget(start)
        self.ask(reason, start)
        return start

    def stop(self, now: float) -> None:
        """Silence, and nothing is remembered."""
        self.pause(now)
        self.builder.forget()
        self.foresight.forget()
        self.log.write("stop", seconds=now - self.log.zero, beat=self.line.beat_at(now))

    def pause(self, now: float) -> None:
        """Silence; what has been heard and played is remembered."""
        self._leave_off(now)
        self._scheduler.silence(now)

    def give_way(self, now: float) -> None:
        """Leave off after what is promised."""
        self._promise(now, self.commit_until(now))
        self._intend_nothing(now)

    def relocate(self, now: float, skipped_from: float) -> None:
        """Time has skipped from there to now: what was intended in between is not played."""
        playing = self.playing
        self._leave_off(now, skipped_from)
        self.foresight.anticipation.leap(self.line.beat_at(now))
        if playing:
            self.playing = True
            self.ask("jump")

    def rest(self, now: float) -> None:
        """End the phrase with the bar, and wait."""
        beat = self.line.beat_at(now)
        self.playing = False
        self._attack.forget()
        self.plan.forget(self.meter.next_bar_start(beat))
        self.log.write("rest", seconds=now - self.log.zero, beat=beat)

    def turn(self, controls: Controls) -> None:
        """Ask for more or less of something; too little of it is not planned anew for."""
        before, self.builder.controls = self.builder.controls, controls
        same_loudness = replace(controls, intensity=before.intensity)
        if self.playing and same_loudness.steps(KNOB_STEP) != before.steps(KNOB_STEP):
            self.ask("knob")

    def sample(self, sampling: SamplingSettings) -> None:
        """Have it sampled like this from now on."""
        if sampling == self.sampling:
            return
        self.sampling = sampling
        if self.playing:
            self.ask("sampling")

    def ask(self, reason: str, earliest_beats: float = float("-inf")) -> None:
        """Have everything planned anew from then on, or from where nothing is promised yet.

        A trigger not yet answered stays one, and what is locked stays. The new plan knows of the
        notes before it: those that nothing can change any more are promised first, and of the
        others it is told.
        """
        now = self._clock.now()
        if self._attack.pending:
            resume = self._attack.place(self.line.beat_at(now), self.builder.harmonies)
        else:
            earliest = max(earliest_beats, self._open_from, self._held_until(now))
            resume = place_before(earliest)
        self._promise(now, min(resume, self.commit_until(now)))
        resume = max(resume, on_grid(self.plan.locked_beats))
        self._request += 1
        self._until = self._wanted(resume)
        self._mind_the_tempo()
        kept = [p.note for p in self.plan.notes if p.note.onset_beats < resume]
        coming = self.foresight.coming(now, self._until)
        prompt = self.builder.prompt(
            resume, self._attack.pending, kept, coming, self.foresight.written
        )
        self.plan.take_over(self._request, resume)
        self._asked_seconds = now
        self._attack.asked(self._request, self.builder.harmonies)
        self.first_note.asked(self._request, now)
        self._asked_harmony = self.builder.strikes
        request = Request(self._request, prompt, self._until, self.sampling, self.style.adapter)
        self._player.ask(request)
        self.log.write(
            "prompt",
            id=self._request,
            seconds=now - self.log.zero,
            beat=self.line.beat_at(now),
            reason=reason,
            harmony=self.builder.strikes,
        )

    def prepare(self, adapter: str, now: float) -> None:
        """Have another style take over, at the first bar line for which it is ready."""
        self.style.order(adapter, self.builder.prompt(on_grid(self.commit_until(now))))

    def anticipate(self, now: float, hands_down: bool, active_beat: float) -> None:
        """Learn the form; have the plan made anew where something else is to be expected."""
        wanted = self._wanted(self.line.beat_at(now))
        news = self.foresight.mind(now, hands_down, active_beat, wanted)
        self.builder.assume(self.foresight.anticipation.take_as_read())
        if news and self.playing:
            self.ask("form")
        elif news:
            self.foresight.coming(now, wanted)

    def think(self, now: float) -> None:
        """Take the player's answers in; while playing, see to it that there is a plan."""
        for reply in self._player.poll():
            if isinstance(reply, Prepared):
                self.style.hear(reply, now)
            else:
                self._take_in(reply)
        self._change_style(now)
        self._mind_the_player(now)
        beat = self.line.beat_at(now)
        if self.playing and self.end_beat is not None and beat >= self.end_beat:
            self._intend_nothing(now)
        if self.playing:
            self._refill(beat)
            self._fall_back(now, beat)
        else:
            self._stand_by(beat)

    def promise(self, now: float) -> None:
        """Promise what has come near; what a newer plan is to replace, as late as can be."""
        until = self.commit_until(now)
        self._promise(now, until, self._held_until(now))
        self._open_from = min(self.plan.resume_beats, until) if self.plan.awaited else until

    def _promise(self, now: float, until_beats: float, held_beats: float | None = None) -> None:
        """Promise what begins before `until_beats`; a late answer changes no promise."""
        if self.end_beat is not None:
            until_beats = min(until_beats, self.end_beat)
        promised: list[PlannedNote] = []
        for planned in self.plan.commit(until_beats, held_beats):
            if planned.at_once:
                note = replace(planned.note, onset_beats=self.line.beat_at(now))
                planned = replace(planned, note=note)
            elif planned.note.onset_beats <= self.builder.promised_beats:
                continue
            intensity = self.builder.controls.intensity
            sounding = struck(planned.note, self.builder.controls)
            promised.append(replace(planned, note=sounding, intensity=intensity))
            self.builder.promise(planned.note)
            self._attack.met(planned.note.onset_beats)
        self.promised.extend(promised)
        self._scheduler.accept(promised, now)

    @property
    def waits_for_first_note(self) -> bool:
        """Whether a note is due as soon as it exists."""
        return self._attack.at_once and self._attack.pending

    def commit_until(self, now: float) -> float:
        """The beat before which notes are promised by now."""
        now += self.settings.latency_seconds
        later = self.line.beat_at(now + self.settings.commit_seconds)
        return max(later, self.line.beat_at(now) + self.settings.commit_beats)

    def _held_until(self, now: float) -> float:
        """The beat before which even notes that are to be replaced are promised."""
        held = self.line.beat_at(now + self.settings.latency_seconds + HELD_SECONDS)
        return min(self.commit_until(now), held)

    def lookahead_bars(self, beat: float) -> float:
        """How far the plan reaches beyond `beat`; a plan to the end of a turn is a whole one."""
        if self._turn_planned:
            return self.settings.lookahead_bars
        return max(0.0, self.plan.frontier_beats - beat) / self.meter.beats_per_bar

    def _leave_off(self, now: float, from_beats: float | None = None) -> None:
        """Intend nothing any more, from now on or from an earlier beat."""
        self._intend_nothing(now)
        self._scheduler.withdraw()
        beat = self.line.beat_at(now) if from_beats is None else from_beats
        self.builder.withdraw(beat)
        while self.promised and self.promised[-1].note.onset_beats >= beat:
            self.promised.pop()

    def _intend_nothing(self, now: float) -> None:
        self.playing = self.fallback.speaking = False
        self._attack.forget()
        self.plan.notes.clear()
        self._open_from = self.line.beat_at(now)
        self.plan.forget(self._open_from)

    def _take_in(self, answer: Answer) -> None:
        if not self.playing:
            return
        if answer.id != self.plan.prompt:
            if self._attack.fits(answer, self.builder.harmonies):
                self._sound_first(answer)
            return
        planned = self._attack.planned(answer.notes, answer.id, self._asked_harmony, "model")
        known_at = self.foresight.known_at
        planned = [replace(p, expected=known_at(p.note.onset_beats)) for p in planned]
        if answer.work is not None:
            self._note_answer(answer)
        self.plan.extend(planned, answer.frontier_beats)

    def _note_answer(self, answer: Answer) -> None:
        """Write down from when on the plan knows what the newest prompt told."""
        now = self._clock.now()
        self.first_note.answered(answer, now)
        begins = max(now, self.line.seconds_at(self.plan.resume_beats))
        self.log.write(
            "answer",
            id=answer.id,
            seconds=now - self.log.zero,
            begins_seconds=begins - self.log.zero,
            harmony=self._asked_harmony,
        )

    def _sound_first(self, answer: Answer) -> None:
        """Sound the first note at once, and have all that follows planned under the whole chord."""
        now = self._clock.now()
        first = self._attack.planned(answer.notes[:1], answer.id, self._asked_harmony, "model")
        self.plan.notes = first
        self._promise(now, self.line.beat_at(now))
        self.first_note.answered(answer, now)
        self._open_from = self.line.beat_at(now)
        self.ask("first note")

    @property
    def _turn_planned(self) -> bool:
        return self.end_beat is not None and self.plan.frontier_beats >= self.end_beat

    def _wanted(self, beat: float) -> float:
        """Ask up to here: the lookahead, and a beat so that it never falls short between asks."""
        wanted = beat + (self.settings.lookahead_bars * self.meter.beats_per_bar + 1.0)
        return wanted if self.end_beat is None else min(wanted, self.end_beat)

    def _refill(self, beat: float) -> None:
        wanted = self._wanted(beat)
        if self._until < wanted - 0.5:
            self._until = wanted
            self._player.ask(Extension(self.plan.prompt, wanted))

    def _stand_by(self, beat: float) -> None:
        """In silence, have all computed that a trigger in this bar will be asked to go on from."""
        bar = self.meter.bar_at(beat) if self.line.begun else 0
        self._mind_the_tempo()
        situation = (
            bar,
            self.builder.tempo_bpm,
            self.builder.strikes,
            len(self.builder.harmonies),
            len(self.builder.notes),
            self.builder.controls.levels(),
            self.style.adapter,
            self._player.restarts,
        )
        if situation == self._prepared or not self._player.ready:
            return
        self._prepared = situation
        self._request += 1
        opening = self.meter.bar_start(bar)
        prompt = self.builder.prompt(opening, attack=True)
        adapter = self.style.adapter
        self._player.ask(Request(self._request, prompt, opening, self.sampling, adapter))

    def _mind_the_tempo(self) -> None:
        if abs(self.line.bpm - self.builder.tempo_bpm) > TEMPO_STEP * self.builder.tempo_bpm:
            self.builder.tempo_bpm = self.line.bpm

    def _fall_back(self, now: float, beat: float) -> None:
        """When the plan is nearly dry and no answer comes, play by rule for another beat."""
        if self._turn_planned or not self.builder.harmonies:
            self.fallback.speaking = False
            return
        if self.fallback.begins(self.plan, beat, now - self._asked_seconds):
            self.log.write("underrun", seconds=now - self.log.zero, beat=beat)
        if not self.fallback.wanted(self.plan, beat):
            return
        start = on_grid(max(self.plan.covered_beats, self.commit_until(now)))
        attack = self._attack.pending
        if attack:
            start = max(
                self.plan.covered_beats,
                self._attack.place(self.line.beat_at(now), self.builder.harmonies),
            )
        until = start + PHRASE_BEATS
        prompt = self.builder.prompt(start, attack, expected=self.foresight.told)
        notes = self.fallback.phrase(prompt, until)
        self.plan.fill(self._attack.planned(notes, 0, self.builder.strikes, "fallback"), until)

    def _change_style(self, now: float) -> None:
        beat, promised = self.line.beat_at(now), self.commit_until(now)
        start = self.style.take_over(beat, promised, self.playing, now)
        if start is not None and self.playing:
            self.ask("adapter", start)

    def _mind_the_player(self, now: float) -> None:
        """A player that was started again is told where the music is."""
        if self._player.restarts == self.restarts or not self._player.ready:
            return
        self.restarts = self._player.restarts
        self.log.write("player", state="restarted", seconds=now - self.log.zero)
        if self.playing:
            self.ask("restart", self.plan.frontier_beats)
