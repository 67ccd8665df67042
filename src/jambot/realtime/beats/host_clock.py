"""The beats of the host whose plugin we are in: followed, with its starts, stops and jumps."""

from collections.abc import Callable

from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.meeting import meet
from jambot.realtime.beats.midi_clock import JUMP_SECONDS, Move, Transported
from jambot.realtime.ports import HostPlace

LOOK_SECONDS = 0.02
"""How often the song's place is looked at; starts, stops and jumps are followed at once."""
CLOSE_BPM = 0.01


class HostClock:
    """Keeps a `BeatLine` on the song of a host, bar line on bar line.

    While the song rests the beats go on at its tempo, so that one can play with a stopped host; one
    that has no song, or whose plugin has gone, leaves them as they are. Threads: the stage's alone.
    """

    def __init__(self, place: Callable[[], HostPlace | None], line: BeatLine, meter: Meter) -> None:
        self._place, self._line, self._meter = place, line, meter
        self._jumps = 0
        self._playing = False
        self._jumped_at = self._next_look = float("-inf")

    def follow(self, now: float) -> Transported | None:
        """Look where the song is; tells what the host has done."""
        place = self._place()
        if place is None:
            return self._rest(now, 0.0)
        jumped = place.jumps != self._jumps
        if not jumped and now < self._next_look:
            return None
        self._jumps, self._next_look = place.jumps, now + LOOK_SECONDS
        if not place.playing:
            if abs(place.bpm - self._line.bpm) > CLOSE_BPM:
                self._line.steer(now, place.bpm)
            return self._rest(now, place.beat)
        if not self._playing:
            return self._start(now, place)
        if now - self._jumped_at < JUMP_SECONDS and jumped:
            return None  # no one plays in such a loop
        moved = meet(self._line, self._meter, now, place.beat_at(now), place.bpm)
        if moved is not None:
            self._jumped_at = now
        return moved

    def _rest(self, now: float, beat: float) -> Transported | None:
        if not self._playing:
            return None
        self._playing = False
        return Transported(Move.stop, self._line.beat_at(now), beat)

    def _start(self, now: float, place: HostPlace) -> Transported:
        self._playing, self._jumped_at = True, now
        song = place.beat_at(now)
        self._line.steer(now, place.bpm)
        if not self._line.begun:
            self._line.begin(now - (song % self._meter.beats_per_bar) * 60.0 / self._line.bpm)
        moved = meet(self._line, self._meter, now, song, place.bpm)
        skipped = 0.0 if moved is None else moved.skipped_beats
        return Transported(Move.play, self._line.beat_at(now), song, skipped)
