"""Another machine's clock: 24 ticks a beat, start, stop, continue and song position.

The ticks say how fast and where; each alone is wrong by a few milliseconds, some get lost. So a
straight line is laid through the last of them (`TickLine`), and the stage's own beats are bent
towards it, never torn (`MidiClock`). Beats only go forward: where the host jumps, the stage skips
to the next beat that lies alike in the bar, so that bar lines stay bar lines.
"""

from dataclasses import dataclass
from enum import StrEnum

from jambot.music import Meter, midi
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.tick_line import TICKS_PER_BEAT, TickLine
from jambot.realtime.ports import TimedMessage

STEER_TICKS = 8
"""The beats are bent so as to meet the ticks after so many of them: a third of a beat."""
STEEPEST = 2.0
"""No bending beyond this share of the tempo, either way."""
HOLD_BACK_BEATS = 0.5
"""A host that is behind by no more is waited for; one further behind is met a bar later."""
FARTHEST_BEATS = 1.0
"""Ticks that want the stage to be elsewhere by more have lost count: its own place is kept."""
JUMP_SECONDS = 0.25
"""A host that jumps again sooner is followed after so long: no one plays in such a loop."""
SLIDE_BEATS = 0.02
"""A host that is ahead by no more (10 ms at 120 bpm) is caught up with instead of jumped to."""


class Move(StrEnum):
    """What the host's transport did."""

    play = "play"
    stop = "stop"
    jump = "jump"


@dataclass(frozen=True, slots=True)
class Transported:
    """The host started, stopped or jumped: it is at `song_beats` and the stage on `beat`.

    `skipped_beats` is how much of the stage's own time was left out.
    """

    move: Move
    beat: float
    song_beats: float
    skipped_beats: float = 0.0


class MidiClock:
    """Steers a `BeatLine` by the real-time messages of a host.

    Without ticks the line runs on at the last tempo. A host that was running before the bot came
    gives the tempo, and the first key says where beat 0 is. Threads: the stage's alone.
    """

    def __init__(self, line: BeatLine, meter: Meter) -> None:
        self._line, self._meter = line, meter
        self._ticks = TickLine(line.bpm)
        self._running = False
        self._song_beats = 0.0
        self._awaited = False
        self._arrived = float("-inf")
        self._zero: float | None = None
        """The beat of tick 0 of the tick line, once the two are tied."""

    @property
    def lost_ticks(self) -> int:
        """How many ticks were missing and made up for."""
        return self._ticks.lost

    def hear(self, message: TimedMessage) -> Transported | None:
        """Follow one message; what is no real-time message of a clock is passed over."""
        match message.midi.kind:
            case midi.TICK:
                return self._tick(message.seconds)
            case midi.START:
                self._song_beats = 0.0
                self._awaited = True
            case midi.CONTINUE:
                self._awaited = True
            case midi.STOP:
                return self._stop(message.seconds)
            case midi.SONG_POSITION:
                self._song_beats = message.midi.number / 4.0
                self._awaited = self._running
        return None

    def _stop(self, seconds: float) -> Transported | None:
        self._awaited = False
        if not self._running:
            return None
        self._running = False
        return Transported(Move.stop, self._line.beat_at(seconds), self._song_beats)

    def _tick(self, seconds: float) -> Transported | None:
        if not self._ticks.hear(seconds):
            self._go_on(seconds)
            return None
        follows = self._awaited and seconds - self._arrived >= JUMP_SECONDS
        moved = self._arrive(seconds) if follows else None
        if (self._running or self._awaited) and moved is None:
            self._song_beats += 1.0 / TICKS_PER_BEAT
        if self._line.begun:
            self._steer(seconds)
        return moved

    def _go_on(self, seconds: float) -> None:
        """Ticks that are none: keep the tempo, and take a place from those that come after."""
        self._zero = None
        self._song_beats += self._awaited / TICKS_PER_BEAT
        if self._line.begun:
            self._line.steer(seconds, 60.0 / (self._ticks.period * TICKS_PER_BEAT))

    def _arrive(self, now: float) -> Transported:
        """This tick is the song position announced: be there in the bar, now or a bar later."""
        self._awaited, self._arrived = False, now
        seconds, bar = self._ticks.seconds, self._meter.beats_per_bar
        early = (seconds - now) / (self._ticks.period * TICKS_PER_BEAT)
        if not self._line.begun:
            self._line.begin(seconds - (self._song_beats % bar) * 60.0 / self._line.bpm)
        here = self._line.beat_at(now)
        ahead = (self._song_beats - early - here) % bar
        if bar - ahead <= HOLD_BACK_BEATS:
            ahead -= bar
        skipped = ahead if ahead > SLIDE_BEATS else 0.0
        if skipped:
            self._line.jump(now, here + ahead)
        self._zero = here + ahead + early - self._ticks.number / TICKS_PER_BEAT
        move = Move.jump if self._running else Move.play
        self._running = True
        return Transported(move, here + skipped, self._song_beats, skipped)

    def _steer(self, seconds: float) -> None:
        place, here = self._ticks.number / TICKS_PER_BEAT, self._line.beat_at(seconds)
        period = self._ticks.period
        ahead = (seconds - self._ticks.seconds) / (period * TICKS_PER_BEAT)
        if self._zero is None or abs(self._zero + place + ahead - here) > FARTHEST_BEATS:
            self._zero = here - place - ahead
        target = self._zero + place + STEER_TICKS / TICKS_PER_BEAT
        until = self._ticks.seconds + STEER_TICKS * period
        bpm = (target - here) * 60.0 / max(until - seconds, period)
        tempo = 60.0 / (period * TICKS_PER_BEAT)
        self._line.steer(seconds, min(max(bpm, tempo / STEEPEST), tempo * STEEPEST))
