"""One jam, from the first key to the last note-off."""

from collections.abc import Callable, Sequence

from jambot.generation import SamplingSettings
from jambot.music import Meter
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock
from jambot.realtime.clock_out import ClockOut
from jambot.realtime.conductor import Conductor
from jambot.realtime.cues import Cues
from jambot.realtime.guard import OwnNotes
from jambot.realtime.hearing import Hearing
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

FRAME_BEATS = 0.25
"""Once a 16th the plan is looked at and written down (`isr`, `lookahead_bars`).

The 16th in which a trigger falls is not: no plan can be there yet, and `ttfn_ms` tells how soon."""
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
    everything that is due and never raises; `run` ticks in time until told to stop. Every figure
    of a report is derived from the session log.

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
        self.settings, self.clock, self.log = settings, clock, log
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
        self._sink, self._player = sink, player
        self._show, self._show_seconds, self._next_show = show, show_seconds, 0.0
        self._performer = performer
        self._orders, self._answer = orders, answer
        self._next_frame = 0.0
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
            self._wait(now)
        self.close(reason)
        return reason

    def tick(self) -> None:
        """Hear, think, send: everything that is due now."""
        now = self.clock.now()
        slept, self._ticked = now - self._ticked, now
        self._watch_ports(now)
        if slept > SLEPT_SECONDS:
            self.conductor.wake(now, slept)
            self._next_frame = _frame_after(self.line.beat_at(now))
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
        self._frames(self.line.beat_at(now))
        if now >= self._next_show:
            self._next_show = now + self._show_seconds
            self._show(self.status(now))

    def close(self, reason: str) -> None:
        """End every note, hand the ports back what they need, and close the log."""
        now = self.clock.now()
        self.scheduler.silence(now)
        if self._clock_out is not None:
            self._clock_out.stop()
        self.scheduler.note_what_left()
        while self.scheduler.sounding and self.clock.now() < now + SETTLE_SECONDS:
            self.clock.sleep_until(self.clock.now() + POLL_SECONDS, spin=False)
            self.scheduler.note_what_left()
        self._player.close()
        if self._link is not None:
            self._link.close()
        self.cues.keeper.close(now)
        self.log.write(
            "end",
            seconds=now - self.log.zero,
            beat=self.line.beat_at(now),
            reason=reason,
            stuck_notes=self.scheduler.sounding,
            player_restarts=self.planner.restarts,
            own_notes_heard=self._own.heard,
            lost_ticks=self.hearing.lost_ticks,
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
        )

    def _joined(self, link: Link) -> LinkClock:
        """The beats are everybody's, and so is a tempo asked for here."""

        def told(peers: int) -> None:
            self.log.write("link", peers=peers, seconds=self.clock.now() - self.log.zero)

        joined = LinkClock(link, self.line, Meter(self.settings.beats_per_bar), self.clock, told)
        self.conductor.steering.share_tempo(joined.propose)
        return joined

    def _frames(self, beat: float) -> None:
        if not self.planner.playing:
            self._next_frame = max(self._next_frame, _frame_after(beat))
            return
        begun = _frame_after(self.conductor.started_beat + FRAME_BEATS)
        self._next_frame = max(self._next_frame, begun)
        while self._next_frame <= beat:
            reached = self.planner.plan.frontier_beats > self._next_frame
            valid = reached and not self.planner.underruns.lasting
            self.scheduler.meters.frame(valid)
            self.log.write(
                "frame",
                seconds=self.clock.now() - self.log.zero,
                beat=self._next_frame,
                valid=valid,
                lookahead_bars=self.planner.horizon.lookahead_bars(self._next_frame),
            )
            self._next_frame += FRAME_BEATS

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


def _frame_after(beat: float) -> float:
    return (beat // FRAME_BEATS + 1) * FRAME_BEATS
