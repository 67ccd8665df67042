"""What to play next: asks the player, keeps the plan, promises notes, and never runs dry."""

from dataclasses import replace

from jambot.generation import SamplingSettings
from jambot.music import Meter
from jambot.realtime.attack import Attack, on_grid, place_before
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.fallback import Fallback
from jambot.realtime.first_note import FirstNote
from jambot.realtime.foresight import Foresight
from jambot.realtime.horizon import Horizon
from jambot.realtime.plan import Plan
from jambot.realtime.player import Answer, Player, Prepared
from jambot.realtime.promises import Promises
from jambot.realtime.prompt_builder import PromptBuilder
from jambot.realtime.refusals import Refusals
from jambot.realtime.requests import Requests
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import Response, SessionSettings
from jambot.realtime.style_change import StyleChange
from jambot.realtime.underruns import Underruns
from jambot.tokens.controls import Controls

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
        self.meter = Meter(settings.beats_per_bar)
        self.plan = Plan()
        self.horizon = Horizon(settings, line, self.plan)
        self.builder = PromptBuilder(settings.bpm, self.meter, settings.controls)
        self.fallback = Fallback(settings.seed, log)
        self.foresight = Foresight(self.meter, line, log, settings.form)
        self.playing = False
        self.restarts = 0
        self.refusals = Refusals()
        self.style = StyleChange(adapter, self.meter, player, log, self.refusals)
        self.requests = Requests(player, self.builder, self.horizon, self.style, log, sampling)
        self._attack = Attack()
        self.promises = Promises(self.builder, self._attack, self.horizon, scheduler)
        self.underruns = Underruns(
            self.fallback, self.builder, self._attack, self.horizon, self.foresight, log
        )
        self.first_note = FirstNote()
        self._line, self._log = line, log
        self._clock, self._player, self._scheduler = clock, player, scheduler

    def start(
        self, reason: str, heard_at: float, now: float, at_beat: float | None = None
    ) -> float:
        """From silence: the first note at once, on the next beat or bar, or on `at_beat`.

        Gives the beat where it is to begin.
        """
        beat = self._line.beat_at(now)
        start = self.horizon.opening(beat) if at_beat is None else at_beat
        self._log.write("trigger", seconds=heard_at - self._log.zero, beat=beat, reason=reason)
        self.playing = True
        if at_beat is None:
            self.first_note.begin(heard_at)
        at_once = self.horizon.settings.response == Response.now and at_beat is None
        self._attack.begin(start, at_once and not self._scheduler.promised)
        self.plan.forget(start)
        self.ask(reason, start)
        return start

    def stop(self, now: float) -> None:
        """Silence, and nothing is remembered."""
        self.pause(now)
        self.builder.forget()
        self.foresight.forget()
        self._log.write("stop", seconds=now - self._log.zero, beat=self._line.beat_at(now))

    def pause(self, now: float) -> None:
        """Silence; what has been heard and played is remembered."""
        self._leave_off(now)
        self._scheduler.silence(now)

    def give_way(self, now: float) -> None:
        """Leave off after what is promised."""
        self.promises.until(self.horizon.commit(now), now)
        self._intend_nothing(now)

    def relocate(self, now: float, skipped_from: float) -> None:
        """Time has skipped from there to now: what was intended in between is not played."""
        playing = self.playing
        self._leave_off(now, skipped_from)
        self.foresight.anticipation.leap(self._line.beat_at(now))
        if playing:
            self.playing = True
            self.ask("jump")

    def rest(self, now: float) -> None:
        """End the phrase with the bar, and wait."""
        beat = self._line.beat_at(now)
        self.playing = False
        self._attack.forget()
        self.plan.forget(self.meter.next_bar_start(beat))
        self._log.write("rest", seconds=now - self._log.zero, beat=beat)

    def turn(self, controls: Controls) -> None:
        """Ask for more or less of something; too little of it is not planned anew for."""
        before, self.builder.controls = self.builder.controls, controls
        same_loudness = replace(controls, intensity=before.intensity)
        if self.playing and same_loudness.steps(KNOB_STEP) != before.steps(KNOB_STEP):
            self.ask("knob")

    def sample(self, sampling: SamplingSettings) -> None:
        """Have it sampled like this from now on."""
        changed, self.requests.sampling = sampling != self.requests.sampling, sampling
        if changed and self.playing:
            self.ask("sampling")

    def ask(self, reason: str, earliest_beats: float = float("-inf")) -> None:
        """Have everything planned anew from then on, or from where nothing is promised yet.

        A trigger not yet answered stays one, and what is locked stays. The new plan knows of the
        notes before it: those that nothing can change any more are promised first, and of the
        others it is told.
        """
        now = self._clock.now()
        if self._attack.pending:
            resume = self._attack.place(self._line.beat_at(now), self.builder.harmonies)
        else:
            earliest = max(earliest_beats, self.promises.open_from, self.horizon.answerable(now))
            resume = place_before(earliest)
        self.promises.until(min(resume, self.horizon.commit(now)), now)
        resume = max(resume, on_grid(self.plan.locked_beats))
        until = self.horizon.wanted(resume)
        self.builder.follow_tempo(self._line.bpm)
        kept = [p.note for p in self.plan.notes if p.note.onset_beats < resume]
        coming = self.foresight.coming(now, until)
        prompt = self.builder.prompt(
            resume, self._attack.pending, kept, coming, self.foresight.written
        )
        request = self.requests.plan(prompt, until, reason, now)
        self.plan.take_over(request, resume)
        self._attack.asked(request, self.builder.harmonies)
        self.first_note.asked(request, now)

    def prepare(self, adapter: str, now: float) -> None:
        """Have another style take over, at the first bar line for which it is ready."""
        self.style.order(adapter, self.builder.prompt(on_grid(self.horizon.commit(now))))

    def anticipate(self, now: float, hands_down: bool, active_beat: float) -> None:
        """Learn the form; have the plan made anew where something else is to be expected."""
        wanted = self.horizon.wanted(self._line.beat_at(now))
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
                if self.style.hear(reply, now) and self.playing:
                    self.ask("adapter")
            else:
                self._take_in(reply)
        beat = self._line.beat_at(now)
        self._change_style(now, beat)
        self._mind_the_player(now)
        if self.playing and self.horizon.end_beat is not None and beat >= self.horizon.end_beat:
            self._intend_nothing(now)
        if self.playing:
            self.requests.extend(self.plan.prompt, beat)
            self.underruns.mind(now, now - self.requests.seconds)
        else:
            self.requests.stand_by(beat)

    @property
    def waits_for_first_note(self) -> bool:
        """Whether a note is due as soon as it exists."""
        return self._attack.at_once and self._attack.pending

    def _leave_off(self, now: float, from_beats: float | None = None) -> None:
        """Intend nothing any more, from now on or from an earlier beat."""
        self._intend_nothing(now)
        self.promises.withdraw(self._line.beat_at(now) if from_beats is None else from_beats)

    def _intend_nothing(self, now: float) -> None:
        self.playing = self.underruns.lasting = False
        self._attack.forget()
        self.plan.notes.clear()
        self.promises.open_from = self._line.beat_at(now)
        self.plan.forget(self.promises.open_from)

    def _take_in(self, answer: Answer) -> None:
        if not self.playing:
            return
        if answer.id != self.plan.prompt:
            if self._attack.fits(answer, self.builder.harmonies):
                self._sound_first(answer)
            return
        planned = self._attack.planned(answer.notes, answer.id, self.requests.harmony, "model")
        known_at = self.foresight.known_at
        planned = [replace(p, expected=known_at(p.note.onset_beats)) for p in planned]
        if answer.work is not None:
            now = self._clock.now()
            self.first_note.answered(answer, now)
            self.requests.answered(answer.id, self.plan.resume_beats, now)
        self.plan.extend(planned, answer.frontier_beats)

    def _sound_first(self, answer: Answer) -> None:
        """Sound the first note at once, and have all that follows planned under the whole chord."""
        now = self._clock.now()
        first = self._attack.planned(answer.notes[:1], answer.id, self.requests.harmony, "model")
        self.plan.notes = first
        self.promises.until(self._line.beat_at(now), now)
        self.first_note.answered(answer, now)
        self.promises.open_from = self._line.beat_at(now)
        self.ask("first note")

    def _change_style(self, now: float, beat: float) -> None:
        start = self.style.take_over(beat, self.horizon.commit(now), self.playing, now)
        if start is not None and self.playing:
            self.ask("adapter", start)

    def _mind_the_player(self, now: float) -> None:
        """A player that was started again is told where the music is."""
        if self._player.restarts == self.restarts or not self._player.ready:
            return
        self.restarts = self._player.restarts
        self._log.write("player", state="restarted", seconds=now - self._log.zero)
        if self.playing:
            self.ask("restart", self.plan.frontier_beats)
