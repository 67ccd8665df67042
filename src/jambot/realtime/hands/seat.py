"""Who plays the chords: a person, or the built-in pianist while nobody does."""

from collections.abc import Callable

from jambot.music import Chart, Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.hands.performer import Performer, PianoPart
from jambot.realtime.ports import By, TimedMessage
from jambot.realtime.settings import Performing, SessionSettings

LEAD_IN_SECONDS = 0.5
"""Silence before the first chord where nothing is counted in."""


class Seat:
    """The pianist's chair. Whoever strikes a key has it; the built-in pianist gives it up at once.

    After `SessionSettings.yield_bars` in which no person played, the pianist is `offered`, or comes
    back by itself where `mode` is on. `part` makes what is played over a chart (None: over the
    pianist's own tune); without it the performer keeps to what it has. Without a `performer` the
    seat is a person's.

    Threads: the stage's alone.
    """

    def __init__(
        self,
        settings: SessionSettings,
        line: BeatLine,
        performer: Performer | None = None,
        part: Callable[[Chart | None], PianoPart] | None = None,
        count_in_bars: int = 0,
        own_tune: str | None = None,
    ) -> None:
        self.mode = settings.performer if performer is not None else Performing.off
        self.by: By | None = None
        """Who played last; None before anybody has."""
        self.own_tune = own_tune
        """The chart of what the pianist plays where none is given, which is then expected."""
        self.plays_own = False
        """Whether that is what is expected now."""
        self.performer, self._part, self._line = performer, part, line
        self._meter = Meter(settings.beats_per_bar)
        self._rest_beats = settings.yield_bars * settings.beats_per_bar
        self._count_in_bars = count_in_bars
        self._left_beat = float("-inf")
        """When a person was last heard."""

    @property
    def performs(self) -> bool:
        """Whether the built-in pianist plays, or is about to."""
        return self.performer is not None and self.performer.playing

    @property
    def follows_charts(self) -> bool:
        """Whether what the pianist plays is the chart that is expected."""
        return self._part is not None

    def poll(self) -> list[TimedMessage]:
        """What the pianist plays."""
        return [] if self.performer is None else self.performer.poll()

    def take(self, by: By, beat: float) -> bool:
        """A person strikes a key; whether another had the seat: the pianist leaves it."""
        changed = self.by is not by and By.pianist in (by, self.by)
        changed = changed or self.performs
        self.by = by
        self.leave(beat)
        return changed

    def leave(self, beat: float = float("-inf")) -> None:
        """The pianist plays no more until it is asked to, or is wanted again."""
        self._left_beat = max(self._left_beat, beat)
        if self.performer is not None:
            self.performer.leave()

    def waits(self, beat: float, hands_down: bool) -> bool:
        """Whether the pianist could play: no person has, for so long as is usual."""
        if self.performer is None or self.performs:
            return False
        if hands_down:
            self._left_beat = max(self._left_beat, beat)
        return not self._line.begun or beat - self._left_beat >= self._rest_beats

    def begin(self, now: float, top_beat: float | None = None) -> float:
        """Have the pianist play from the next bar line on, or after a count-in; gives that beat.

        `top_beat` is where a chorus of the chart begins, None where the part begins anew.
        """
        assert self.performer is not None
        if not self._line.begun:
            self.count_in(now)
        start = self._meter.next_bar_start(max(self._line.beat_at(now), -1.0))
        self.performer.play(start, start if top_beat is None else top_beat)
        return start

    def count_in(self, now: float) -> None:
        """Beat 0 comes after so many bars."""
        beats = self._count_in_bars * self._meter.beats_per_bar
        wait = beats * 60 / self._line.bpm if beats else LEAD_IN_SECONDS
        self._line.begin(now + wait)

    def follow(self, chart: Chart | None, top_beat: float) -> None:
        """From the bar line `top_beat` on the pianist plays another chart."""
        if self.performer is not None and self._part is not None:
            self.performer.follow(self._part(chart), top_beat)
