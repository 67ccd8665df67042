"""One jam, from the first key to the last note-off."""

from collections.abc import Callable, Sequence
from functools import partial

from jambot.generation import SamplingSettings
from jambot.music import Meter
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.clock_out import ClockOut
from jambot.realtime.conductor import Conductor
from jambot.realtime.cues import Cues
from jambot.realtime.frames import Frames
from jambot.realtime.guard import OwnNotes
from jambot.realtime.hearing import Hearing
from jambot.realtime.last_guard import LastGuard
from jambot.realtime.line_log import LineLog
from jambot.realtime.link_clock import Link, LinkClock
from jambot.realtime.midi_clock import MidiClock
from jambot.realtime.midi_input import Keyboard
from jambot.realtime.orders import Order
from jambot.realtime.planning import Planner
from jambot.realtime.player import Player
from jambot.realtime.ports import InputPort, OutputPort
from jambot.realtime.scheduler import Scheduler
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import SessionSettings, Sync
from jambot.realtime.showing import status_at
from jambot.realtime.status import SessionStatus
from jambot.realtime.witness import Witness

POLL_SECONDS = 0.001
HASTY_SECONDS = 0.0002
"""How often it is looked while a trigger waits for its first note."""
SLEPT_SECONDS = 1.0
"""Nothing here takes so long: after such a gap between two ticks the machine had been asleep."""
SETTLE_SECONDS = 0.25
"""How long closing waits to hear from the port that the last note-offs have left."""
SHOW_SECONDS = 0.1
"""How often views are shown where the session is, unless they want to see more or less of it."""


class Session:
    """Hears through one port, improvises through another.

    `hearing` gives gestures, `conductor` says who plays, `cues` has orders obeyed, `planner` makes
    notes, `scheduler` sends them; here they are tied together. Beat 0 is the first key pressed,
    unless `line` has begun or a host's clock says. `orders` gives what has been asked for since it
    was last called, and `answer` is called with each and why it was refused (empty: obeyed);
    `ticks` is a port of its own for the host's clock, `link` shared beats to keep to. `tick` does
    everything that is due and never raises: what is raised within it is counted (`faults`), and the
    stage is silent and goes on. `run` ticks in time until told to stop. Every figure of a report is
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
        line: BeatLine | None = None,
        show: Callable[[SessionStatus], None] = lambda status: None,
        performer: bool = False,
        orders: Callable[[], list[Order]] = list,
        answer: Callable[[Order, str], None] = lambda order, why: None,
        sampling: SamplingSettings | None = None,
        adapter: str | None = None,
        styles: Sequence[str] = (),
        ticks: InputPort | None = None,
        link: Link | None = None,
        show_seconds: float = SHOW_SECONDS,
    ) -> None:
        self.clock, self.log = clock, log
        self._guard = LastGuard(log)
        self.line = line or BeatLine(settings.bpm)
        self._own = OwnNotes()
        keyboard = Keyboard(settings.input_channel, settings.gestures)
        host = MidiClock(self.line, Meter(settings.beats_per_bar))
        follows = host if settings.clock is Sync.midi else None
        self.hearing = Hearing(source, self.line, log, self._own, keyboard, follows, ticks)
        self.scheduler = Scheduler(
            sink, self.line, log, settings.output_channel, self._own, settings.latency_seconds
        )
        player = Witness(player, log)
        self.planner = Planner(
            settings, clock, self.line, player, self.scheduler, log, sampling, adapter
        )
        self.conductor = Conductor(settings, self.line, self.hearing, self.planner, log)
        self.cues = Cues(self.conductor, self.hearing, self.planner, self.line, log, styles)
        self._clock_out = ClockOut(sink, self.line) if settings.clock_out else None
        self._link = None if link is None else self._joined(link)
        self._line_log = LineLog(self.line, log)
        self._frames = Frames(self.planner, self.scheduler.meters, clock, log)
        self._sink, self._player = sink, player
        self._show, self._show_seconds, self._next_show = show, show_seconds, 0.0
        self._performer = performer
        self._orders, self._answer = orders, answer
        self._lost: set[str] = set()
        self._ticked = log.zero = clock.now()

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
            self._frames.leap(self.line.beat_at(now))
        for order in self._orders():
            self._answer(order, self.cues.obey(order, now, now))
        moved = self._link.follow() if self._link is not None else None
        if moved is not None:
            self.conductor.move(moved, now, now)
        self.cues.follow(self.conductor.hear(now), now)
        self.conductor.mind(now)
        self.planner.think(now)
        self.planner.promises.mind(now)
        self.scheduler.send_due(self.clock.now())
        if self._clock_out is not None:
            self._clock_out.send_due(self.clock.now())
        self.scheduler.note_what_left()
        self._time_first_note()
        self._line_log.note(now)
        self._frames.look(self.line.beat_at(now), self.conductor.started_beat)
        if now >= self._next_show:
            self._next_show = now + self._show_seconds
            self._show(self.status(now))

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
        self._guard.hold(self._end_notes, (self._silence, self._sink.silence))
        self._guard.hold(self._player.close)
        if self._link is not None:
            self._guard.hold(self._link.close)
        self._guard.hold(lambda: self.cues.keeper.close(self.clock.now()))
        self._guard.hold(lambda: self._write_end(reason))

    def _end_notes(self) -> None:
        now = self.clock.now()
        self.scheduler.silence(now)
        if self._clock_out is not None:
            self._clock_out.stop()
        self.scheduler.note_what_left()
        while self.scheduler.sounding and self.clock.now() < now + SETTLE_SECONDS:
            self.clock.sleep_until(self.clock.now() + POLL_SECONDS, spin=False)
            self.scheduler.note_what_left()

    def _write_end(self, reason: str) -> None:
        now = self.clock.now()
        self.log.write(
            "end",
            seconds=now - self.log.zero,
            beat=self.line.beat_at(now),
            reason=reason,
            stuck_notes=self.scheduler.sounding,
            to_nobody=self.scheduler.notes_to_nobody,
            player_restarts=self.planner.restarts,
            own_notes_heard=self._own.heard,
            lost_ticks=self.hearing.lost_ticks,
            faults=self.faults,
            unheard=self.hearing.unheard,
        )

    def status(self, now: float) -> SessionStatus:
        """Everything a view shows, frozen."""
        return status_at(
            self.line.beat_at(now),
            self.line.bpm,
            self.hearing,
            self.conductor,
            self.cues,
            self.planner,
            self.scheduler,
            player_ready=self._player.ready,
            performer=self._performer,
            lost=self._lost,
            log_fault=self.log.fault,
            faults=self.faults,
        )

    def _joined(self, link: Link) -> LinkClock:
        """The beats are everybody's, and so is a tempo asked for here."""

        def told(peers: int) -> None:
            self.log.write("link", peers=peers, seconds=self.clock.now() - self.log.zero)

        joined = LinkClock(link, self.line, Meter(self.settings.beats_per_bar), self.clock, told)
        self.conductor.steering.share_tempo(joined.propose)
        return joined

    def _time_first_note(self) -> None:
        """How long the last trigger waited, and for what, once its first note has left."""
        steps = self.planner.first_note.left(self.scheduler.last_played_seconds)
        if steps:
            self.log.write("first_note", seconds=self.clock.now() - self.log.zero, steps_ms=steps)

    def _watch_ports(self, now: float) -> None:
        sides = (
            ("input", self.hearing.alive),
            ("output", self._sink.alive),
            ("clock", self.hearing.clock_alive),
        )
        for which, alive in sides:
            if alive == (which not in self._lost):
                continue
            self._lost ^= {which}
            state = "back" if alive else "lost"
            if alive and which == "output":
                self.scheduler.end_left_over(now)
            if not alive and which == "input":
                self.hearing.let_go(now)
            self.log.write("port", which=which, state=state, seconds=now - self.log.zero)

    def _wait(self, now: float) -> None:
        """Until the next poll or the next note; to the point only where the port keeps no time."""
        poll = HASTY_SECONDS if self.planner.waits_for_first_note else POLL_SECONDS
        wake, due = now + poll, self.scheduler.next_due()
        if due is not None:
            wake = max(now, min(wake, due))
        near = due is not None and due < now + 2 * POLL_SECONDS
        self.clock.sleep_until(wake, spin=near and not self._sink.schedules_ahead)
