"""The stage's beats as a MIDI clock for others: start, 24 ticks a beat, stop at the end."""

from jambot.realtime.beat_line import BeatLine
from jambot.realtime.ports import OutputPort
from jambot.realtime.tick_line import TICKS_PER_BEAT

TICK, START, CONTINUE, STOP, SONG_POSITION = b"\xf8", b"\xfa", b"\xfb", b"\xfc", 0xF2
SEND_AHEAD_SECONDS = 0.025
MOST_BEHIND_TICKS = TICKS_PER_BEAT
"""Further behind (a machine that slept), the followers are told the place instead."""
TICKS_PER_16TH = TICKS_PER_BEAT // 4
POSITIONS = 1 << 14


class ClockOut:
    """Sends the ticks that are due, through the solo's own port. Threads: the stage's alone."""

    def __init__(self, port: OutputPort, line: BeatLine) -> None:
        self._port, self._line = port, line
        self._ahead = SEND_AHEAD_SECONDS if port.schedules_ahead else 0.0
        self._next = 0
        self._running = False

    def send_due(self, now: float) -> None:
        """Every tick up to now, or a little later where the port keeps time itself."""
        if not self._line.begun:
            return
        here = self._line.beat_at(now + self._ahead) * TICKS_PER_BEAT
        if not self._running:
            self._running = True
            self._port.send(START, self._line.seconds_at(0.0))
        elif here - self._next > MOST_BEHIND_TICKS:
            self._tell_place(here)
        while self._next <= here:
            self._port.send(TICK, self._line.seconds_at(self._next / TICKS_PER_BEAT))
            self._next += 1

    def stop(self) -> None:
        """Tell the followers that it is over."""
        if self._running:
            self._running = False
            self._port.send(STOP)

    def _tell_place(self, here: float) -> None:
        sixteenth = int(here // TICKS_PER_16TH) + 1
        self._next = sixteenth * TICKS_PER_16TH
        place = sixteenth % POSITIONS
        self._port.send(STOP)
        self._port.send(bytes((SONG_POSITION, place & 0x7F, place >> 7)))
        self._port.send(CONTINUE)
