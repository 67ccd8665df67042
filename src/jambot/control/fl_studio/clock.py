"""FL Studio's transport, tempo and loop as a host's MIDI clock, made from what its script says.

So the stage follows FL Studio by the link alone, without *Send master sync* and a cable for it.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from jambot.control.fl_studio.state import FLState
from jambot.control.fl_studio.studio import FLStudio
from jambot.music.midi import CONTINUE, STOP, TICK, song_position
from jambot.realtime.beats.tick_line import TICKS_PER_BEAT
from jambot.realtime.ports import InputPort, TimedMessage

TICK_BEATS = 1 / TICKS_PER_BEAT
PLACE_BEATS = 0.25
"""Song positions are told in 16ths."""
LEAP_BEATS = 0.2
"""FL Studio's own reports lie within its idle tick (20 ms) of each other; further off is a leap."""
MOST_AT_ONCE = 96
"""Ticks after a stall of the stage; the rest is made up for by the next position."""
FURTHEST = 1 << 14


class FLClock:
    """An input port that also hears a clock: `port` plays, `studio` gives the beat.

    Threads: the stage's alone; nothing blocks. Where the link is lost no tick comes, and the stage
    goes on at the last tempo.
    """

    def __init__(self, port: InputPort, studio: FLStudio, now: Callable[[], float]) -> None:
        self._port, self._studio, self._now = port, studio, now
        self._said: FLState | None = None
        """The last that FL Studio said."""
        self._state: FLState | None = None
        """The same, moved by the loops that have been closed since."""
        self._next_beat = 0.0
        self._next_seconds = now()

    @property
    def alive(self) -> bool:
        """Whether the keyboard's port lives; FL Studio may come and go."""
        return self._port.alive

    def poll(self) -> list[TimedMessage]:
        """What was played, and every tick that is due, in order."""
        heard = self._port.poll()
        self._studio.tick()
        clock = self._clock(self._now())
        return sorted(heard + clock, key=lambda message: message.seconds) if clock else heard

    def close(self) -> None:
        """Let go of the port; the link is closed by whoever opened it."""
        self._port.close()

    def _clock(self, now: float) -> list[TimedMessage]:
        said = self._studio.status.state
        if said is None:
            self._said = self._state = None
            return []
        told = self._hear(said, now) if said is not self._said else []
        return told + self._ticks(now)

    def _hear(self, said: FLState, now: float) -> list[TimedMessage]:
        """Start, stop and leap as FL Studio does."""
        before, self._said = self._state, said
        was_playing = before is not None and before.playing
        self._state = said
        if not said.playing:
            self._next_seconds = max(self._next_seconds, now)
            return [TimedMessage(now, bytes((STOP,)))] if was_playing else []
        if before is not None and was_playing:
            self._state = _nearest_turn(said, before)
            if abs(self._state.position_beats - _beat(before, said.seconds)) <= LEAP_BEATS:
                return []
            self._state = said
        place = math.ceil(_beat(said, now) / PLACE_BEATS) * PLACE_BEATS
        return self._be_at(place, now)

    def _be_at(self, beat: float, seconds: float) -> list[TimedMessage]:
        """The next tick will be this beat of the song, a 16th."""
        self._next_beat = beat
        place = round(beat / PLACE_BEATS) % FURTHEST
        return [
            TimedMessage(seconds, song_position(place)),
            TimedMessage(seconds, bytes((CONTINUE,))),
        ]

    def _ticks(self, now: float) -> list[TimedMessage]:
        state = self._state
        ticks: list[TimedMessage] = []
        while state is not None and len(ticks) < MOST_AT_ONCE:
            if state.playing:
                beats = self._next_beat - state.position_beats
                self._next_seconds = state.seconds + beats * 60.0 / state.bpm
            if self._next_seconds > now:
                break
            ticks.append(TimedMessage(self._next_seconds, bytes((TICK,))))
            if state.playing:
                self._next_beat += TICK_BEATS
                ticks += self._close_loop()
                state = self._state
            else:
                self._next_seconds += TICK_BEATS * 60.0 / state.bpm
        return ticks

    def _close_loop(self) -> list[TimedMessage]:
        """Back to the loop's start where its end is reached."""
        state = self._state
        if state is None or state.loop_beats is None:
            return []
        start, end = state.loop_beats
        inside = state.position_beats < end
        if not inside or self._next_beat < end - TICK_BEATS / 2:
            return []
        self._state = replace(state, position_beats=state.position_beats - (end - start))
        return self._be_at(start, self._next_seconds)


def _beat(state: FLState, seconds: float) -> float:
    """Where the song is, going on straight."""
    return state.position_beats + (seconds - state.seconds) * state.bpm / 60.0


def _nearest_turn(said: FLState, before: FLState) -> FLState:
    """What was said, as if the loop had been closed as often as here: one of us may be early."""
    if said.loop_beats is None:
        return said
    start, end = said.loop_beats
    turns = round((_beat(before, said.seconds) - said.position_beats) / (end - start))
    if abs(turns) > 1:
        return said
    return replace(said, position_beats=said.position_beats + turns * (end - start))
