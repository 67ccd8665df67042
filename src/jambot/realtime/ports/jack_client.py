"""One client on a JACK server, `jambot`, with the ports `jambot:in`, `jambot:out`, `jambot:clock`.

Input is stamped and output scheduled by frame, so that neither depends on when Python runs. Both
times lie on one line: the frame at which a message is in the port. An arrival may be stamped up to
one JACK period ahead of the moment it is polled.

On a computer that is too busy JACK gives up a period, and what was written in it. A lost note-on is
a rest; a lost note-off would leave a note sounding, so those of the last moments are written again.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from jambot.errors import PortError
from jambot.music.midi import is_realtime
from jambot.realtime.clock import Clock
from jambot.realtime.ports.held_keys import EndedNotes
from jambot.realtime.ports.jack_server import load_jack, names_of, open_client, peer_names
from jambot.realtime.ports.jack_time import FrameLine
from jambot.realtime.ports.port import SentMessage, SoundingNotes, TimedMessage

CLIENT_NAME = "jambot"
# A server that has not called for this long is gone (the longest JACK period is 0.2 s).
SILENT_SERVER_SECONDS = 2.0
# Leaving waits this long for the last note-offs to be carried out; some periods, and no more.
CLOSE_SECONDS = 0.5
# A reading of the time that took longer than this was interrupted: not worth following.
CLEAN_READING_SECONDS = 0.0002
# Records wait for `sent()` and `poll()`; a caller that never asks must not fill the memory.
KEPT_RECORDS = 65536

# The note-offs of the last moments are written again as soon as JACK has lost a period, and so much
# later once more: the first may have been lost with the next period, and where a machine stands
# still for a while, periods are lost by the dozen.
ONCE_MORE_SECONDS = (0.15, 1.0)
# Whoever leaves says them in so many periods: afterwards nobody can.
LEAVING_CYCLES = 8

# Stands in the inbox for "end what sounds"; no message is empty.
_SILENCE = b""


def _records() -> deque[Any]:
    return deque(maxlen=KEPT_RECORDS)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came and what left, oldest first; it outlives the client that wrote it down."""

    arrived: deque[TimedMessage] = field(default_factory=_records)
    ticked: deque[TimedMessage] = field(default_factory=_records)
    departed: deque[SentMessage] = field(default_factory=_records)


# libjack ends the process that opens a client in vain and then closes one that it had before.
_opened: "WeakSet[JackClient]" = WeakSet()


class JackClient:
    """A client, `jambot`, on a running JACK server, and the traffic through its ports.

    `news` is called when ports, cables or programs come and go, with the name of a program that has
    ended, else None.

    Threads: JACK's own thread runs `_process` once a period and owns the queue, the frame line and
    the sounding notes. The stage hands messages over through `_inbox` and takes them from the
    traffic; these deques are the only shared state, and nobody waits for a lock. So any thread may
    close the client while the stage sends. `news` comes from another thread of JACK's, which must
    not ask JACK for anything.
    """

    def __init__(
        self,
        clock: Clock,
        name: str = CLIENT_NAME,
        traffic: Traffic | None = None,
        news: Callable[[str | None], None] = lambda ended: None,
    ) -> None:
        self._jack = load_jack()
        self._clock, self._news = clock, news
        self.has_left = False
        """Whether the library has let go of it."""
        if any(client.gone and not client.has_left for client in _opened):
            raise PortError(
                "an earlier JACK client of this program is still closing",
                "one client at a time",
                "try again in a moment",
            )
        self._client = open_client(self._jack, name)
        _opened.add(self)
        self._line = FrameLine(self._client.samplerate)
        self._traffic = traffic or Traffic()
        self._inbox: deque[tuple[float, bytes]] = deque()
        self._queue: list[tuple[float, int, bytes]] = []
        self._handed_in = 0
        self._sounding, self._ended = SoundingNotes(), EndedNotes()
        self._lost_periods = self._made_up_for = 0
        self._once_more_frames: list[int] = []
        self._leaving = False
        self._server_gone = False
        self._closed = False
        self._silenced_cycles = 0
        self._silenced = threading.Event()
        self._called_at = time.monotonic()
        try:
            self._begin()
        except self._jack.JackError as error:
            self.close()
            raise PortError(
                f"JACK accepted the client but not its ports: {error}",
                "a JACK server that goes on running",
                "check whether the server has ended, and start it again",
            ) from error

    def _begin(self) -> None:
        self.input = self._client.midi_inports.register("in")
        self.output = self._client.midi_outports.register("out")
        self.ticks = self._client.midi_inports.register("clock")
        self._client.set_shutdown_callback(self._on_shutdown)
        self._client.set_client_registration_callback(self._on_program)
        self._client.set_port_registration_callback(self._on_change, only_available=False)
        self._client.set_port_connect_callback(self._on_change, only_available=False)
        self._client.set_xrun_callback(self._on_xrun)
        self._client.set_process_callback(self._process)
        self._client.activate()

    @property
    def gone(self) -> bool:
        """Whether it has left the server, or the server it: for good, either way."""
        return self._closed or self._server_gone

    @property
    def alive(self) -> bool:
        """Whether it is on the server and the server calls."""
        quiet_seconds = time.monotonic() - self._called_at
        return not self.gone and quiet_seconds <= SILENT_SERVER_SECONDS

    def peers(self, is_physical: bool = False) -> tuple[list[str], list[str]]:
        """Full names of the ports to hear and of those to play to. PortError where JACK cannot say.

        Like all that follows it may take long, and is not for the stage.
        """
        return peer_names(self._client, is_physical)

    def joined(self, port: Any) -> list[str]:
        """Full names of the peers joined to one of our ports. PortError where JACK cannot say."""
        return names_of(lambda: port.connections)

    def connect(self, source: Any, sink: Any) -> str | None:
        """Lay a cable between two ports, ours or by full name; gives what JACK says against it."""
        try:
            self._client.connect(source, sink)
        except self._jack.JackError as error:
            return str(error)
        return None

    def send(self, data: bytes, at_seconds: float | None) -> None:
        if self.alive:
            due = self._clock.now() if at_seconds is None else at_seconds
            self._inbox.append((due, bytes(data)))

    def silence(self) -> None:
        if self.alive:
            self._inbox.append((self._clock.now(), _SILENCE))

    def close(self) -> None:
        """End what sounds, wait until JACK has carried it out, and leave the server."""
        if self._closed:
            return
        if self.alive:
            self._silenced.clear()
            self._leaving = True
            self._inbox.append((self._clock.now(), _SILENCE))
            self._silenced.wait(CLOSE_SECONDS)
        self._closed = True
        # The library waits for a server that may be dead; the stage does not.
        leaving = threading.Thread(target=self._leave, name="jack-close", daemon=True)
        leaving.start()
        leaving.join(CLOSE_SECONDS)

    def _leave(self) -> None:
        try:
            self._client.close()
        finally:
            self.has_left = True

    def _on_shutdown(self, status: Any, reason: str) -> None:
        self._server_gone = True
        self._news(None)

    def _on_program(self, name: str, begins: bool) -> None:
        self._news(None if begins else name)

    def _on_change(self, *what: Any) -> None:
        self._news(None)

    def _on_xrun(self, delayed_usecs: float) -> None:
        self._lost_periods += 1

    def _process(self, cycle_frames: int) -> None:
        """One JACK period: stamp what came, write what is due before the period ends."""
        self._called_at = time.monotonic()
        start = self._line.unwrapped(self._client.last_frame_time)
        self._read_time(start, cycle_frames)
        came = ((self.input, self._traffic.arrived), (self.ticks, self._traffic.ticked))
        for port, arrived in came:
            for offset, event in port.incoming_midi_events():
                arrived.append(TimedMessage(self._line.seconds_at(start + offset), bytes(event)))
        self._take_inbox()
        self._write_due(start, cycle_frames)
        if self._silenced_cycles:
            self._silenced_cycles -= 1
            if not self._silenced_cycles:
                self._silenced.set()

    def _read_time(self, start: int, cycle_frames: int) -> None:
        before = self._clock.now()
        frame = start + self._client.frames_since_cycle_start
        after = self._clock.now()
        if after - before < CLEAN_READING_SECONDS or not self._line.settled:
            self._line.follow(frame, (before + after) / 2, cycle_frames)

    def _take_inbox(self) -> None:
        while self._inbox:
            due, data = self._inbox.popleft()
            if data == _SILENCE:
                self._queue = [due for due in self._queue if is_realtime(due[2])]
                heapq.heapify(self._queue)
                for note_off in self._sounding.note_offs():
                    self._enqueue(due, note_off)
                self._silenced_cycles = LEAVING_CYCLES if self._leaving else 2
            else:
                self._enqueue(due, data)

    def _enqueue(self, due: float, data: bytes) -> None:
        heapq.heappush(self._queue, (due, self._handed_in, data))
        self._handed_in += 1

    def _write_due(self, start: int, cycle_frames: int) -> None:
        self.output.clear_buffer()
        written = self._end_again(start)
        heard = bool(self._queue) and self.output.number_of_connections > 0
        while self._queue:
            due, _, data = self._queue[0]
            offset = max(0, self._line.frame_at(due) - start)
            if offset >= cycle_frames:
                return
            try:
                self.output.write_midi_event(offset, data)
            except self._jack.JackError:
                if written:
                    return  # the period is full: the rest goes with the next one
                heapq.heappop(self._queue)  # larger than a whole period: can never leave
                continue
            written += 1
            heapq.heappop(self._queue)
            sent = SentMessage(due, self._line.seconds_at(start + offset), data, heard)
            self._sounding.follow(sent.midi)
            self._ended.follow(sent.midi, sent.actual_seconds)
            self._traffic.departed.append(sent)

    def _end_again(self, start: int) -> int:
        """After lost periods, and on leaving, say the ends of the last notes again; how many."""
        lost, written = self._lost_periods, 0
        if lost != self._made_up_for:
            self._made_up_for = lost
            rate = self._client.samplerate
            self._once_more_frames = [start + round(after * rate) for after in ONCE_MORE_SECONDS]
        elif self._once_more_frames and start >= self._once_more_frames[0]:
            del self._once_more_frames[0]
        elif not self._leaving:
            return 0
        for note_off in self._ended.note_offs(self._line.seconds_at(start)):
            with suppress(self._jack.JackError):  # the period is full
                self.output.write_midi_event(0, note_off)
                written += 1
        return written
