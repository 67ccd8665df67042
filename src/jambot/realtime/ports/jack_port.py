"""MIDI over JACK: one client, `jambot`, with the ports `jambot:in`, `jambot:out`, `jambot:clock`.

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
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jambot.errors import PortError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.ended_notes import EndedNotes
from jambot.realtime.ports.jack_server import load_jack, open_client, peer_names
from jambot.realtime.ports.jack_time import FrameLine
from jambot.realtime.ports.naming import pick
from jambot.realtime.ports.port import (
    SentMessage,
    SoundingNotes,
    TimedMessage,
    is_realtime,
)

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
# later once more: the first may have been lost with the next period.
ONCE_MORE_SECONDS = 0.15

# Stands in the inbox for "end what sounds"; no message is empty.
_SILENCE = b""


class JackClient:
    """A client, `jambot`, on a running JACK server, and the traffic through its ports.

    Threads: JACK's own thread runs `_process` once a period and owns the queue, the frame line and
    the sounding notes. The stage hands messages over through `_inbox` and takes them from
    `_arrived`, `_ticked` and `_departed`; these deques are the only shared state, and nobody waits
    for a lock.
    """

    def __init__(self, clock: Clock, name: str = CLIENT_NAME) -> None:
        self._jack = load_jack()
        self._clock = clock
        self._client = open_client(self._jack, name)
        self._line = FrameLine(self._client.samplerate)
        self._in = self._client.midi_inports.register("in")
        self._out = self._client.midi_outports.register("out")
        self._ticks_in = self._client.midi_inports.register("clock")
        self._inbox: deque[tuple[float, bytes]] = deque()
        self._arrived: deque[TimedMessage] = deque(maxlen=KEPT_RECORDS)
        self._ticked: deque[TimedMessage] = deque(maxlen=KEPT_RECORDS)
        self._departed: deque[SentMessage] = deque(maxlen=KEPT_RECORDS)
        self._queue: list[tuple[float, int, bytes]] = []
        self._handed_in = 0
        self._sounding, self._ended = SoundingNotes(), EndedNotes()
        self._lost_periods = self._made_up_for = 0
        self._once_more_frame: int | None = None
        self._server_gone = False
        self._closed = False
        self._silenced_cycles = 0
        self._silenced = threading.Event()
        self._called_at = time.monotonic()
        self._client.set_shutdown_callback(self._on_shutdown)
        self._client.set_xrun_callback(self._on_xrun)
        self._client.set_process_callback(self._process)
        self._client.activate()

    @property
    def alive(self) -> bool:
        quiet_seconds = time.monotonic() - self._called_at
        return not (self._closed or self._server_gone or quiet_seconds > SILENT_SERVER_SECONDS)

    def connect(
        self, in_name: str | None, out_name: str | None, clock_name: str | None = None
    ) -> tuple[str | None, str | None]:
        """Connect to the peers whose names hold these texts; gives the first two's full names.

        A side without a name stays open and unconnected. PortError where there is no such peer.
        """
        sources, sinks = peer_names(self._client)
        source = None if in_name is None else pick(in_name, sources, "input", "JACK")
        sink = None if out_name is None else pick(out_name, sinks, "output", "JACK")
        ticks = None if clock_name is None else pick(clock_name, sources, "input", "JACK")
        try:
            if ticks is not None:
                self._client.connect(ticks, self._ticks_in)
            if source is not None:
                self._client.connect(source, self._in)
            if sink is not None:
                self._client.connect(self._out, sink)
        except self._jack.JackError as error:
            raise PortError(
                f"JACK would not connect: {error}",
                "two free MIDI ports",
                "look at the connections (qjackctl, or jack_lsp -c) and try again",
            ) from error
        return source, sink

    def keyboard_name(self) -> str | None:
        """The first hardware port that sends MIDI, None without one."""
        return next(iter(peer_names(self._client, is_physical=True)[0]), None)

    def poll(self) -> list[TimedMessage]:
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def ticks(self) -> list[TimedMessage]:
        """What came in at `jambot:clock` since the last call."""
        return [self._ticked.popleft() for _ in range(len(self._ticked))]

    def sent(self) -> list[SentMessage]:
        return [self._departed.popleft() for _ in range(len(self._departed))]

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
            self._inbox.append((self._clock.now(), _SILENCE))
            self._silenced.wait(CLOSE_SECONDS)
        self._closed = True
        # The library waits for a server that may be dead; the stage does not.
        leaving = threading.Thread(target=self._client.close, name="jack-close", daemon=True)
        leaving.start()
        leaving.join(CLOSE_SECONDS)

    def _on_shutdown(self, status: Any, reason: str) -> None:
        self._server_gone = True

    def _on_xrun(self, delayed_usecs: float) -> None:
        self._lost_periods += 1

    def _process(self, cycle_frames: int) -> None:
        """One JACK period: stamp what came, write what is due before the period ends."""
        self._called_at = time.monotonic()
        start = self._line.unwrapped(self._client.last_frame_time)
        self._read_time(start, cycle_frames)
        for port, arrived in ((self._in, self._arrived), (self._ticks_in, self._ticked)):
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
                self._silenced_cycles = 2
            else:
                self._enqueue(due, data)

    def _enqueue(self, due: float, data: bytes) -> None:
        heapq.heappush(self._queue, (due, self._handed_in, data))
        self._handed_in += 1

    def _write_due(self, start: int, cycle_frames: int) -> None:
        self._out.clear_buffer()
        written = self._end_again(start)
        while self._queue:
            due, _, data = self._queue[0]
            offset = max(0, self._line.frame_at(due) - start)
            if offset >= cycle_frames:
                return
            try:
                self._out.write_midi_event(offset, data)
            except self._jack.JackError:
                if written:
                    return  # the period is full: the rest goes with the next one
                heapq.heappop(self._queue)  # larger than a whole period: can never leave
                continue
            written += 1
            heapq.heappop(self._queue)
            sent = SentMessage(due, self._line.seconds_at(start + offset), data)
            self._sounding.follow(data)
            self._ended.follow(data, sent.actual_seconds)
            self._departed.append(sent)

    def _end_again(self, start: int) -> int:
        """After lost periods, say the ends of the last notes again; how many that were."""
        lost, written = self._lost_periods, 0
        if lost != self._made_up_for:
            self._made_up_for = lost
            self._once_more_frame = start + round(ONCE_MORE_SECONDS * self._client.samplerate)
        elif self._once_more_frame is not None and start >= self._once_more_frame:
            self._once_more_frame = None
        else:
            return 0
        for note_off in self._ended.note_offs(self._line.seconds_at(start)):
            with suppress(self._jack.JackError):  # the period is full
                self._out.write_midi_event(0, note_off)
                written += 1
        return written


@dataclass(frozen=True, slots=True)
class JackInput:
    """`jambot:in`. Threads: the stage's; see JackClient."""

    client: JackClient

    @property
    def alive(self) -> bool:
        return self.client.alive

    def poll(self) -> list[TimedMessage]:
        return self.client.poll()

    def close(self) -> None:
        self.client.close()


@dataclass(frozen=True, slots=True)
class JackClock:
    """`jambot:clock`, an input for a host's clock alone. Threads: the stage's; see JackClient."""

    client: JackClient

    @property
    def alive(self) -> bool:
        return self.client.alive

    def poll(self) -> list[TimedMessage]:
        return self.client.ticks()

    def close(self) -> None:
        self.client.close()


@dataclass(frozen=True, slots=True)
class JackOutput:
    """`jambot:out`, scheduled by frame. Threads: the stage's; see JackClient."""

    client: JackClient
    schedules_ahead: bool = True

    @property
    def alive(self) -> bool:
        return self.client.alive

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        self.client.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        return self.client.sent()

    def silence(self) -> None:
        self.client.silence()

    def close(self) -> None:
        self.client.close()
