"""What to play next: asks the player, keeps the plan, promises notes, and never runs dry."""

from collections.abc import Sequence
from dataclasses import replace

from jambot.generation import SamplingSettings
from jambot.music import Meter, Note
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.attack import Attack, on_grid, place_before
from jambot.realtime.plan.foresight import Foresight
from jambot.realtime.plan.horizon import Horizon
from jambot.realtime.plan.plan import Plan, PlannedNote
from jambot.realtime.plan.promises import Promises
from jambot.realtime.plan.prompt_builder import PromptBuilder
from jambot.realtime.plan.refusals import Refusals
from jambot.realtime.plan.requests import Requests
from jambot.realtime.plan.scheduler import Scheduler
from jambot.realtime.plan.style_change import StyleChange
from jambot.realtime.plan.underruns import Underruns
from jambot.realtime.player.fallback import Fallback
from jambot.realtime.player.player import Answer, Player, Prepared
from jambot.realtime.settings import Response, SessionSettings
from jambot.tokens.controls import Controls

KNOB_STEP = 0.05
"""The music is planned anew where a knob passes the next of these: not at each of its messages."""
JUST_BEFORE_BEATS = 0.1
"""A note so shortly before a beat is taken for one on it."""


class Planner:
    """The solo's intentions: from the situation to notes that the scheduler is promised.

    Whoever leads it tells `foresight` what is heard, goes by `horizon` for the settings and for
    what is near, and says in `refusals` what could not be done.

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
        self._builder = builder = PromptBuilder(settings.bpm, self.meter, settings.controls)
        self.foresight = Foresight(builder, line, log)
        if settings.form is not None:
            self.foresight.follow(settings.chart, 0.0, settings.form)
        self.playing = False
        self.restarts = 0
        self.refusals = Refusals()
        self._style = StyleChange(adapter, self.meter, player, log, self.refusals)
        self._requests = Requests(player, builder, self.horizon, self._style, log, sampling)
        self._attack = attack = Attack()
        self._promises = Promises(builder, attack, self.horizon, scheduler)
        fallback = Fallback(settings.seed, log)
        self._underruns = Underruns(fallback, builder, attack, self.horizon, self.foresight, log)
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
        at_once = self.horizon.settings.response == Response.now and at_beat is None
        timed_from = heard_at if at_beat is None else None
        self._attack.begin(start, at_once and not self._scheduler.promised, timed_from)
        self.plan.forget(start)
        self.ask(reason, start)
        return start

    def stop(self, now: float) -> None:
        """Silence, and nothing is remembered."""
        self.pause(now)
        self._builder.forget()
        self.foresight.forget()
        self._log.write("stop", seconds=now - self._log.zero, beat=self._line.beat_at(now))

    def pause(self, now: float) -> None:
        """Silence; what has been heard and played is remembered."""
        self._leave_off(now)
        self._scheduler.silence(now)

    def give_way(self, now: float) -> None:
        """Leave off after what is promised."""
        self._promises.until(self.horizon.commit(now), now)
        self._intend_nothing(now)

    def relocate(self, now: float, skipped_from: float) -> None:
        """Time has skipped from there to now: what was intended in between is not played."""
        playing = self.playing
        self._leave_off(now, skipped_from)
        self.foresight.leap(self._line.beat_at(now))
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
        """Ask for more or less of something; the plan is made anew where it is a step or more."""
        before, self._builder.controls = self._builder.controls, controls
        same_loudness = replace(controls, intensity=before.intensity)
        if self.playing and same_loudness.steps(KNOB_STEP) != before.steps(KNOB_STEP):
            self.ask("knob")

    def sample(self, sampling: SamplingSettings) -> None:
        """Have it sampled like this from now on."""
        changed, self._requests.sampling = sampling != self._requests.sampling, sampling
        if changed and self.playing:
            self.ask("sampling")

    def follow_tempo(self, bpm: float) -> None:
        """The tempo is another: the plan is made anew where it is far from the one before."""
        if self.playing and self._builder.news(bpm):
            self.ask("tempo")

    def follow_host(self, block_seconds: float, seed: int | None) -> None:
        """Promise and send as much earlier as a host's blocks are longer; draw by its project's
        seed, where it has one."""
        self.horizon.block_seconds = self._scheduler.block_seconds = block_seconds
        self._builder.seed = seed

    def adopt(self, notes: Sequence[Note]) -> None:
        """Go on from these notes of the player's, as if they were the solo's own."""
        self._builder.adopt(notes)

    def draw_anew(self, from_beats: float) -> None:
        """From this beat on other notes are wanted, in the same situation."""
        self._builder.draw_anew(from_beats)

    def ask(self, reason: str, earliest_beats: float = float("-inf")) -> None:
        """Have everything planned anew from then on, or from where nothing is promised yet.

        A trigger not yet answered stays one, and what is locked stays. The new plan knows of the
        notes before it: those that nothing can change any more are promised first, and of the
        others it is told.
        """
        now = self._clock.now()
        if self._attack.pending:
            resume = self._attack.place(self._line.beat_at(now), self._builder.harmonies)
        else:
            earliest = max(earliest_beats, self._promises.open_from, self.horizon.answerable(now))
            resume = place_before(earliest)
        self._promises.until(min(resume, self.horizon.commit(now)), now)
        resume = max(resume, on_grid(self.plan.locked_beats))
        until = self.horizon.wanted(resume)
        self._builder.follow_tempo(self._line.bpm)
        kept = [p.note for p in self.plan.notes if p.note.onset_beats < resume]
        coming = self.foresight.coming(now, until)
        prompt = self._builder.prompt(
            resume, self._attack.pending, kept, coming, self.foresight.written
        )
        request = self._requests.plan(prompt, until, reason, now)
        self.plan.take_over(request, resume)
        self._attack.asked(request, self._builder.harmonies, now)

    def prepare(self, adapter: str, now: float) -> None:
        """Have another style take over, at the first bar line for which it is ready."""
        self._style.order(adapter, self._builder.prompt(on_grid(self.horizon.commit(now))))

    def anticipate(self, now: float, hands_down: bool, active_beat: float) -> None:
        """Learn the form; have the plan made anew where something else is to be expected."""
        wanted = self.horizon.wanted(self._line.beat_at(now))
        news = self.foresight.mind(now, hands_down, active_beat, wanted)
        if news and self.playing:
            self.ask("form")
        elif news:
            self.foresight.coming(now, wanted)

    def think(self, now: float) -> None:
        """Take the player's answers in; while playing, see to it that there is a plan."""
        for reply in self._player.poll():
            if isinstance(reply, Prepared):
                if self._style.hear(reply, now) and self.playing:
                    self.ask("adapter")
            else:
                self._take_in(reply)
        beat = self._line.beat_at(now)
        self._change_style(now, beat)
        self._mind_the_player(now)
        if self.playing and self.horizon.end_beat is not None and beat >= self.horizon.end_beat:
            self._intend_nothing(now)
        if self.playing:
            self._requests.extend(self.plan.prompt, beat)
            self._underruns.mind(now, now - self._requests.seconds)
        else:
            self._requests.stand_by(beat)
        self._promises.mind(now)

    def time_first_note(self) -> None:
        """Write down how long the last trigger waited, and for what, once its first note left."""
        steps = self._attack.sounded(self._scheduler.last_played_seconds)
        if steps:
            seconds = self._clock.now() - self._log.zero
            self._log.write("first_note", seconds=seconds, steps_ms=steps)

    def rests(self, beat: float, beats: float) -> bool:
        """Whether the solo has begun, and plays nothing for so many beats from `beat` on."""
        if not self.playing:
            return self._builder.promised_beats > float("-inf")
        onsets = (planned.note.onset_beats for planned in self.plan.notes)
        return not any(beat - JUST_BEFORE_BEATS <= onset < beat + beats for onset in onsets)

    @property
    def hurries(self) -> bool:
        """Whether a note is due as soon as it exists."""
        return self._attack.hurries

    @property
    def controls(self) -> Controls:
        """Where the knobs stand."""
        return self._builder.controls

    @property
    def sampling(self) -> SamplingSettings | None:
        """How the player is to sample; None: as it was made."""
        return self._requests.sampling

    @property
    def adapter(self) -> str:
        """The style that plays; empty: whatever the player was made with."""
        return self._style.adapter or ""

    @property
    def next_adapter(self) -> str:
        """The style that is to play next; empty where none is."""
        return self._style.wanted or ""

    @property
    def promised(self) -> Sequence[PlannedNote]:
        """The last notes that were promised and not taken back."""
        return self._promises.last

    @property
    def first_note_ms(self) -> float | None:
        """How long the last trigger waited for its note; None before one."""
        return self._attack.ms

    @property
    def underruns(self) -> int:
        """How often the plan ran dry."""
        return self._underruns.count

    @property
    def dry(self) -> bool:
        """Whether the plan is dry now."""
        return self._underruns.lasting

    def _leave_off(self, now: float, from_beats: float | None = None) -> None:
        """Intend nothing any more, from now on or from an earlier beat."""
        self._intend_nothing(now)
        self._promises.withdraw(self._line.beat_at(now) if from_beats is None else from_beats)

    def _intend_nothing(self, now: float) -> None:
        self.playing = self._underruns.lasting = False
        self._attack.forget()
        self.plan.notes.clear()
        self._promises.open_from = self._line.beat_at(now)
        self.plan.forget(self._promises.open_from)

    def _take_in(self, answer: Answer) -> None:
        if not self.playing:
            return
        if answer.id != self.plan.prompt:
            if self._attack.fits(answer, self._builder.harmonies):
                self._sound_first(answer)
            return
        planned = self._attack.planned(answer.notes, answer.id, self._requests.harmony, "model")
        known_at = self.foresight.known_at
        planned = [replace(p, expected=known_at(p.note.onset_beats)) for p in planned]
        if answer.work is not None:
            now = self._clock.now()
            self._attack.answered(answer, now)
            self._requests.answered(answer.id, self.plan.resume_beats, now)
        self.plan.extend(planned, answer.frontier_beats)

    def _sound_first(self, answer: Answer) -> None:
        """Sound the first note at once, and have all that follows planned under the whole chord."""
        now = self._clock.now()
        first = self._attack.planned(answer.notes[:1], answer.id, self._requests.harmony, "model")
        self.plan.notes = first
        self._promises.until(self._line.beat_at(now), now)
        self._attack.answered(answer, now)
        self._promises.open_from = self._line.beat_at(now)
        self.ask("first note")

    def _change_style(self, now: float, beat: float) -> None:
        start = self._style.take_over(beat, self.horizon.commit(now), self.playing, now)
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
