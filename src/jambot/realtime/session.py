"""One jam, from the first key to the last note-off."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jambot.generation import SamplingSettings
from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.clock_out import ClockOut
from jambot.realtime.beats.link_clock import Link, LinkClock
from jambot.realtime.clock import Clock
from jambot.realtime.hands.hearing import Hearing
from jambot.realtime.hands.seat import Seat
from jambot.realtime.lead.bandstand import Bandstand
from jambot.realtime.lead.conductor import Conductor
from jambot.realtime.lead.cues import Cues
from jambot.realtime.lead.steering import Steering
from jambot.realtime.lead.voices import Voice
from jambot.realtime.log.last_guard import LastGuard
from jambot.realtime.log.session_log import LineLog, SessionLog
from jambot.realtime.orders import Order
from jambot.realtime.plan.frames import Frames
from jambot.realtime.plan.planner import Planner
from jambot.realtime.plan.scheduler import Scheduler
from jambot.realtime.player.player import Player
from jambot.realtime.player.witness import Witness
from jambot.realtime.plugin_knobs import PluginKnobs
from jambot.realtime.ports import Ports, SharedOutput
from jambot.realtime.ports.guard import OwnNotes, OwnVoices
from jambot.realtime.settings import VOICES, SessionSettings
from jambot.realtime.showing import status_at
from jambot.realtime.status import SessionStatus

POLL_SECONDS = 0.002
"""How often it is looked; keys are stamped when they come in, and a chord is waited for longer."""
LISTENING_SECONDS = 0.001
"""How often it is looked while nothing plays: what comes then asks for a note at once."""
HASTY_SECONDS = 0.0002
"""How often it is looked while a trigger waits for its first note."""
SLEPT_SECONDS = 1.0
"""Nothing here takes so long: after such a gap between two ticks the machine had been asleep."""
SETTLE_SECONDS = 0.25
"""How long closing waits to hear from the port that the last note-offs have left."""
SHOW_SECONDS = 0.1
"""How often views are shown where the session is, unless they want to see more or less of it."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Whoever watches the session and asks it for something; none may block.

    `show` is called every `show_seconds`, `orders` at every tick for what has been asked for since,
    and `answer` with each order in turn and why it was refused (empty: obeyed).
    """

    show: Callable[[SessionStatus], None] = lambda status: None
    orders: Callable[[], list[Order]] = list
    answer: Callable[[Order, str], None] = lambda order, why: None
    show_seconds: float = SHOW_SECONDS


@dataclass(frozen=True, slots=True)
class StyleChoice:
    """The style that the player was made with (None: unnamed), and all that can be asked for.

    With `sampling` from the start; None leaves it as the player was made.
    """

    adapter: str | None = None
    styles: tuple[str, ...] = ()
    sampling: SamplingSettings | None = None


class Session:
    """Hears through one port, improvises through another.

    `hearing` gives gestures, `conductor` says who plays, `cues` has orders obeyed, `planner` makes
    notes, `scheduler` sends them; here they are tied together. Beat 0 is the first key pressed,
    unless `line` has begun or a host's clock says. `link` are shared beats to keep to. `tick` does
    everything that is due and never raises: what is raised within it is counted (`faults`), and the
    stage is silent and goes on. `run` ticks in time until told to stop. Every figure of a report is
    derived from the session log.

    Threads: one, the stage's. The player, the room and the disk have their own.
    """

    def __init__(
        self,
        settings: SessionSettings,
        clock: Clock,
        ports: Ports,
        player: Player,
        log: SessionLog,
        line: BeatLine | None = None,
        seat: Seat | None = None,
        link: Link | None = None,
        style: StyleChoice = StyleChoice(),
        outside: Outside = Outside(),
    ) -> None:
        self.clock, self.log = clock, log
        self.line = line = line or BeatLine(settings.bpm)
        self.ports, self._outside, self.player = ports, outside, Witness(player, log)
        self._guard = LastGuard(log)
        own, shared, channel = OwnNotes(), SharedOutput(ports.output), settings.output_channel
        voices = [Voice.of(name, settings, shared, line, log) for name in VOICES]
        self._own = OwnVoices([own, *(voice.own for voice in voices)])
        self.hearing = Hearing(settings, ports, line, log, self._own, seat)
        self.scheduler = Scheduler(
            shared.part(channel), line, log, channel, own, settings.latency_seconds
        )
        self.planner = Planner(
            settings, clock, line, self.player, self.scheduler, log, style.sampling, style.adapter
        )
        self._link = None if link is None else self._joined(link, settings.beats_per_bar)
        share = None if self._link is None else self._link.propose
        steering = Steering(line, self.hearing, self.planner, log, share)
        self.conductor = Conductor(line, self.hearing, self.planner, steering, log)
        self.band = Bandstand(line, self.conductor, self.planner, steering, voices, log)
        self._schedulers = [self.scheduler, *(voice.scheduler for voice in voices)]
        self.scheduler.on_silence.append(self.band.silenced)
        self.cues = Cues(
            self.conductor, self.hearing, self.planner, self.band, steering, line, log, style.styles
        )
        self._knobs = None if ports.instrument is None else PluginKnobs(ports.instrument)
        self._clock_out = ClockOut(ports.output, line) if settings.clock_out else None
        self._line_log = LineLog(line, log)
        self.frames = Frames(self.planner, clock, log)
        self._next_show = 0.0
        self.lost: set[str] = set()
        self._ticked = log.zero = clock.now()

    def run(self, seconds: float | None, stopped: Callable[[], bool] = lambda: False) -> str:
        """Play for so long, or until `stopped` or an order ends it; every note is ended.

        Returns why: "stopped", "seconds", or the word of the order.
        """
        start = self.clock.now()
        reason = "stopped"
        while not stopped():
            now = self.clock.now()
            if self.cues.over:
                reason = self.cues.over
                break
            if seconds is not None and now - start >= seconds:
                reason = "seconds"
                break
            self.tick()
            nap = partial(self.clock.sleep_until, now + POLL_SECONDS, False)
            self._guard.hold(partial(self._wait, now), (nap,))
        self.close(reason)
        return reason

    def tick(self) -> None:
        """Hear, think, send: everything that is due now."""
        self._guard.hold(self._do_what_is_due, (self._fall_silent, self._silence))

    @property
    def settings(self) -> SessionSettings:
        """How it is played, as it is turned by now."""
        return self.planner.horizon.settings

    @property
    def faults(self) -> int:
        """How often the stage was silenced by a fault of its own."""
        return self._guard.faults

    def _do_what_is_due(self) -> None:
        now = self.clock.now()
        slept, self._ticked = now - self._ticked, now
        self._watch_ports(now)
        if slept > SLEPT_SECONDS:
            self.conductor.wake(now, slept)
            self.frames.leap(self.line.beat_at(now))
        self._follow_plugin()
        asked = [] if self._knobs is None else self._knobs.orders()
        for order in [*asked, *self._outside.orders()]:
            self._outside.answer(order, self.cues.obey(order, now, now))
        moved = self._link.follow() if self._link is not None else None
        if moved is not None:
            self.conductor.move(moved, now, now)
        self.cues.follow(self.conductor.hear(now), now)
        self.conductor.mind(now)
        self.planner.think(now)
        self.scheduler.send_due(self.clock.now())
        self.band.mind(now)
        self.band.send_due(self.clock.now())
        if self._clock_out is not None:
            self._clock_out.send_due(self.clock.now())
        self.scheduler.note_what_left()
        self.planner.time_first_note()
        self._line_log.note(now)
        self.frames.look(self.line.beat_at(now), self.conductor.started_beat)
        if now >= self._next_show:
            self._next_show = now + self._outside.show_seconds
            status = self.status(now)
            self._outside.show(status)
            if self._knobs is not None:
                self._knobs.show(status, now)

    def _fall_silent(self) -> None:
        """Intend nothing and know of no key: the next one begins anew."""
        now = self.clock.now()
        self.hearing.forget(self.line.beat_at(now))
        self.conductor.stop(now)
        self.planner.refusals.note("a fault within: the solo was silenced; the next key begins it")

    def _silence(self) -> None:
        self.scheduler.silence(self.clock.now())

    def close(self, reason: str) -> None:
        """End every note, hand the ports back what they need, and close the log; never raises."""
        self._guard.hold(self._end_notes, (self._silence, self.ports.output.silence))
        self._guard.hold(self.player.close)
        if self._link is not None:
            self._guard.hold(self._link.close)
        self._guard.hold(lambda: self.cues.close(self.clock.now()))
        self._guard.hold(lambda: self._write_end(reason))

    def _end_notes(self) -> None:
        now = self.clock.now()
        self.scheduler.silence(now)
        if self._clock_out is not None:
            self._clock_out.stop()
        self._note_what_left()
        while self._sounding and self.clock.now() < now + SETTLE_SECONDS:
            self.clock.sleep_until(self.clock.now() + POLL_SECONDS, spin=False)
            self._note_what_left()

    @property
    def _sounding(self) -> int:
        """How many notes have left and not been ended, of all voices."""
        return sum(scheduler.sounding for scheduler in self._schedulers)

    def _note_what_left(self) -> None:
        for scheduler in self._schedulers:
            scheduler.note_what_left()

    def _write_end(self, reason: str) -> None:
        now = self.clock.now()
        self.log.write(
            "end",
            seconds=now - self.log.zero,
            beat=self.line.beat_at(now),
            reason=reason,
            stuck_notes=self._sounding,
            to_nobody=self.scheduler.notes_to_nobody,
            player_restarts=self.planner.restarts,
            own_notes_heard=self._own.heard,
            lost_ticks=self.hearing.lost_ticks,
            faults=self.faults,
            unheard=self.hearing.unheard,
        )

    def status(self, now: float) -> SessionStatus:
        """Everything a view shows, frozen."""
        return status_at(self, now)

    def _follow_plugin(self) -> None:
        """Promise and send as much earlier as the host's blocks are longer; say how it goes."""
        instrument = self.ports.instrument
        if instrument is None or self._knobs is None:
            return
        self.planner.follow_host(instrument.block_seconds, instrument.seed)
        self.band.follow_host(instrument.block_seconds)
        seed = self.settings.seed if instrument.seed is None else instrument.seed
        late, played = self.scheduler.late_notes, self.scheduler.played_notes
        self._knobs.tell(seed, self.planner.adapter, late, played)

    def _joined(self, link: Link, beats_per_bar: int) -> LinkClock:
        """The beats are everybody's, and so is a tempo asked for here."""

        def told(peers: int) -> None:
            self.log.write("link", peers=peers, seconds=self.clock.now() - self.log.zero)

        return LinkClock(link, self.line, Meter(beats_per_bar), self.clock, told)

    def _watch_ports(self, now: float) -> None:
        sides = (
            ("input", self.hearing.alive),
            ("output", self.ports.output.alive),
            ("clock", self.hearing.clock_alive),
        )
        for which, alive in sides:
            if alive == (which not in self.lost):
                continue
            self.lost ^= {which}
            state = "back" if alive else "lost"
            if alive and which == "output":
                for scheduler in self._schedulers:
                    scheduler.end_left_over(now)
            if not alive and which == "input":
                self.hearing.let_go(now)
            self.log.write("port", which=which, state=state, seconds=now - self.log.zero)

    def _wait(self, now: float) -> None:
        """Until the next poll or the next note; to the point only where the port keeps no time."""
        poll = POLL_SECONDS if self.planner.playing else LISTENING_SECONDS
        if self.planner.hurries:
            poll = HASTY_SECONDS
        wake, due = now + poll, self.scheduler.next_due()
        band_due = self.band.next_due()
        if band_due is not None:
            due = band_due if due is None else min(due, band_due)
        if due is not None:
            wake = max(now, min(wake, due))
        near = due is not None and due < now + 2 * POLL_SECONDS
        self.clock.sleep_until(wake, spin=near and not self.ports.output.schedules_ahead)
