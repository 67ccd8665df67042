"""The stage's beats as a MIDI clock for others: start, 24 ticks a beat, stop at the end."""

from jambot.music.midi import CONTINUE, START, STOP, TICK, song_position
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.tick_line import TICKS_PER_BEAT
from jambot.realtime.ports import OutputPort

SEND_AHEAD_SECONDS = 0.025
MOST_BEHIND_TICKS = TICKS_PER_BEAT
"""Further behind (a machine that slept, beats found late), the followers are told the place."""
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
            if here > MOST_BEHIND_TICKS:
                self._tell_place(here, running=False)
            else:
                self._port.send(bytes((START,)), self._line.seconds_at(0.0))
        elif here - self._next > MOST_BEHIND_TICKS:
            self._tell_place(here)
        while self._next <= here:
            self._port.send(bytes((TICK,)), self._line.seconds_at(self._next / TICKS_PER_BEAT))
            self._next += 1

    def stop(self) -> None:
        """Tell the followers that it is over."""
        if self._running:
            self._running = False
            self._port.send(bytes((STOP,)))

    def _tell_place(self, here: float, running: bool = True) -> None:
        """Where the next sixteenth is; to those who stand still, where the next beat is."""
        step = TICKS_PER_16TH if running else TICKS_PER_BEAT
        sixteenth = (int(here // step) + 1) * step // TICKS_PER_16TH
        self._next = sixteenth * TICKS_PER_16TH
        if running:
            self._port.send(bytes((STOP,)))
        self._port.send(song_position(sixteenth % POSITIONS))
        self._port.send(bytes((CONTINUE,)))
