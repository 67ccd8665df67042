"""The beat taken from the hands: found, followed, and never torn.

`BeatFinder` says where the player's beat is; here the stage's own beats are bent towards it. Four
even strikes count in. Else the first strike is beat one where a tempo was told; where none was, the
beats begin once the tempo is found. Bar lines are those of the count-in or of the first strike.
"""

from dataclasses import dataclass

from jambot.music import Meter
from jambot.music.beat_finder import BeatFinder, Belief
from jambot.music.beat_model import TOGETHER_SECONDS, Strike, beat_model
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.count_in import COUNTED, CountIn, count_in, counts_three
from jambot.realtime.beats.midi_clock import Move, Transported
from jambot.realtime.beats.second_ear import SecondEar

MOST_BEND = 0.15
"""The stage's beats are faster or slower than the player's by no more than this share."""
MEET_BEATS = 1.0
"""So soon the two meet, where that bend suffices."""
CLOSE_BEATS = 0.01
"""Nearer than this (5 ms at 120 bpm) nothing is bent."""
LEAST_SURE = 0.2
"""With less nothing is changed: the stage keeps its time."""
FOUND_SURE = 0.95
"""So sure it must be to begin where no tempo was told ..."""
FOUND_STRIKES = 8
"""... after so many strikes at least ..."""
FOUND_BARS = 2.5
"""... and after so many bars it begins with what is likeliest, once a count-in would be over."""
DOUBTED_BARS = 8.0
"""What was found may be another tempo after all, its half or its double, until so many bars of it
were played: on 373 minutes of the trio pianists' training part the tempo after four bars is right
in 0.74 with 8, and not at all better with 12."""
THREE = "three even strikes are no count-in: strike four"
SAID_STRIKES = 12
"""For so many strikes it is said what was wrong with the count-in."""
ANEW_BARS = 2.0
"""After a rest of so many bars four even strikes count in anew."""
COUNT_OFF, COUNT_DRIFT = 0.04, 0.01
"""How far a count-in may be wrong, in beats and as a share of its tempo: the best of 0.01 to 0.03
on a twelfth of the trio pianists' training part."""
OTHER_SIDE = 0.4
"""A beat that is off by more may as well be early as late: it is met from the side it was on."""


@dataclass(frozen=True, slots=True)
class FollowedBeat:
    """What a view is shown: how sure the beat is, 0 to 1, and whether it is held; what the player
    should know of the count-in, empty where nothing."""

    sure: float
    held: bool
    found: bool
    said: str = ""


class HandsClock:
    """Steers a `BeatLine` by the keys that are struck.

    Silence, and a chord that is held, keep time. Threads: the stage's alone; nothing raises.
    """

    def __init__(self, line: BeatLine, meter: Meter, told_bpm: float | None = None) -> None:
        self._line, self._meter, self._told_bpm = line, meter, told_bpm
        self._finder = BeatFinder(beat_model())
        self._second = SecondEar(meter.beats_per_bar)
        self._waiting: Strike | None = None
        """The last strike, as long as more keys may belong to it."""
        self._count: list[Strike] = []
        """The strikes that may count in."""
        self._counts = True
        self._strikes = 0
        self._first = self._last = 0.0
        self._played = 0.0
        """Seconds since the first strike, long rests left out."""
        self._side = 1.0
        self._sure = 0.0
        self._said, self._said_until = "", 0
        self.held = False
        """Whether the tempo is kept, whatever the hands do."""

    @property
    def shown(self) -> FollowedBeat:
        """How sure it is."""
        return FollowedBeat(self._sure, self.held, self._line.begun, self._said)

    def key(self, seconds: float, pitch: int) -> Transported | None:
        """A key went down; tells where the stage had to skip ahead to a count-in."""
        waiting = self._waiting
        if waiting is not None and seconds - waiting.seconds <= TOGETHER_SECONDS:
            lowest = min(waiting.lowest, pitch)
            self._waiting = Strike(waiting.seconds, waiting.keys + 1, lowest)
            return None
        moved = self._weigh(seconds)
        self._strike(seconds)
        self._waiting = Strike(seconds, 1, pitch)
        return moved

    def mind(self, now: float) -> Transported | None:
        """Once a tick: a strike is whole when no more keys can belong to it."""
        if self._waiting is None or now - self._waiting.seconds <= TOGETHER_SECONDS:
            return None
        return self._weigh(now)

    def tell(self, seconds: float, bpm: float, *, on_beat: bool = False) -> None:
        """The tempo was told, or tapped on a beat: so it is, until the hands say otherwise."""
        self._counts = False
        self._told_bpm = bpm
        self._second.forget()
        if self._strikes and not self._line.begun:
            self._line.begin(seconds)
        if self._line.begun:
            place = 0.0 if on_beat else self._line.beat_at(seconds) % 1.0
            self._finder.tell(seconds, bpm, place)

    def hold(self, on: bool) -> None:
        """Keep the tempo as it is, or follow the hands again from where the stage is."""
        if self.held and not on and self._line.begun:
            bpm = self._line.bpm
            self._finder.tell(self._last, bpm, self._line.beat_at(self._last) % 1.0)
        self.held = on

    def _strike(self, seconds: float) -> None:
        gap = seconds - self._last if self._strikes else 0.0
        anew = gap * self._line.bpm / 60.0 > ANEW_BARS * self._meter.beats_per_bar
        self._played += 0.0 if anew else gap
        self._last = seconds
        self._strikes += 1
        if self._strikes >= self._said_until:
            self._said = ""
        if self._strikes == 1 or anew:
            self._count.clear()
            self._counts = True
            self._second.forget()
        if self._strikes == 1:
            self._first_strike(seconds)
            return
        self._finder.strike(seconds)
        self._second.strike(seconds)

    def _first_strike(self, seconds: float) -> None:
        self._first = seconds
        self._second.begin(seconds)
        if self._line.begun:
            self._finder.tell(seconds, self._line.bpm, self._line.beat_at(seconds) % 1.0)
        elif self._told_bpm is not None:
            self._line.begin(seconds)
            self._finder.tell(seconds, self._told_bpm, off=0.08, drift=0.06)
        else:
            self._finder.wonder(seconds)

    def _counted(self, strike: Strike) -> CountIn | None:
        """What the strikes since the beginning, or since a long rest, count with this one."""
        if not self._counts:
            return None
        self._count.append(strike)
        if len(self._count) < COUNTED:
            return None
        self._counts = False
        alike = len({struck.lowest for struck in self._count}) == 1
        self._said = THREE if not alike and counts_three(self._count[:-1]) else ""
        self._said_until = self._strikes + SAID_STRIKES
        if self._told_bpm is None and not alike:
            return None
        return count_in([struck.seconds for struck in self._count], self._told_bpm)

    def _count_off(self, counted: CountIn, now: float) -> Transported | None:
        """The next beat is beat one."""
        self._finder.tell(counted.seconds, counted.bpm, off=COUNT_OFF, drift=COUNT_DRIFT)
        if not self._line.begun:
            self._line.steer(now, counted.bpm)
            self._line.begin(counted.seconds - (COUNTED - 1) * 60.0 / counted.bpm)
            return None
        return self._meet_count(now, now - counted.seconds, counted.bpm)

    def _meet_count(self, now: float, since: float, bpm: float) -> Transported | None:
        """The last beat of a bar was `since` seconds ago: bend there, or skip where it is far."""
        bar, here = self._meter.beats_per_bar, self._line.beat_at(now)
        ahead = (since * bpm / 60.0 - 1.0 - here) % bar
        if min(ahead, bar - ahead) <= 0.5:
            self._bend(now, ahead if ahead <= 0.5 else ahead - bar, bpm)
            return None
        self._line.jump(now, here + ahead)
        self._line.steer(now, bpm)
        return Transported(Move.jump, here + ahead, here + ahead, ahead)

    def _weigh(self, now: float) -> Transported | None:
        """The strike that waited is whole: now it says where the beat is."""
        strike, self._waiting = self._waiting, None
        if strike is None:
            return None
        counted = self._counted(strike)
        if self._strikes < 2:
            return None
        self._finder.weigh(strike)
        self._second.weigh(strike)
        if self._line.stands:
            return None
        if counted is not None and not self.held:
            return self._count_off(counted, now)
        otherwise = self._second.heard_otherwise(self._finder) if self._finder.told else None
        belief = otherwise or self._finder.belief
        self._sure = belief.sure
        if not self._line.begun:
            if self._found(belief):
                self._begin(belief)
        elif not self.held:
            self._settle(belief)
            self._steer(now, belief)
        return None

    def _settle(self, belief: Belief) -> None:
        """A tempo that has been played for long enough is no longer doubted: it is followed."""
        beats = self._played * belief.bpm / 60.0
        if not self._finder.told and beats >= DOUBTED_BARS * self._meter.beats_per_bar:
            self._finder.tell(belief.seconds, belief.bpm, belief.place, off=0.08, drift=0.04)

    def _found(self, belief: Belief) -> bool:
        """Whether the tempo is known well enough to begin."""
        beats = (belief.seconds - self._first) * belief.bpm / 60.0
        sure = self._strikes >= FOUND_STRIKES and belief.sure >= FOUND_SURE
        late = self._strikes > COUNTED and beats >= FOUND_BARS * self._meter.beats_per_bar
        return sure or late

    def _begin(self, belief: Belief) -> None:
        """The beats have been found: the first strike was on, or near, beat one."""
        rate = belief.bpm / 60.0
        since = round((belief.seconds - self._first) * rate - belief.place)
        self._line.steer(belief.seconds, belief.bpm)
        self._line.begin(belief.seconds - (since + belief.place) / rate)

    def _steer(self, now: float, belief: Belief) -> None:
        if belief.sure < LEAST_SURE:
            return
        there = belief.place + (now - belief.seconds) * belief.bpm / 60.0
        off = (there - self._line.beat_at(now) + 0.5) % 1.0 - 0.5
        if abs(off) > OTHER_SIDE:
            off = off % 1.0 if self._side > 0 else off % 1.0 - 1.0
        else:
            self._side = 1.0 if off >= 0 else -1.0
        self._bend(now, off, belief.bpm)

    def _bend(self, now: float, off: float, bpm: float) -> None:
        """Go on at `bpm`, and be `off` beats further by going faster or slower for a while."""
        if abs(off) < CLOSE_BEATS:
            self._line.steer(now, bpm)
            return
        bend = min(max(off / MEET_BEATS, -MOST_BEND), MOST_BEND)
        self._line.steer(now, bpm * (1.0 + bend))
        self._line.steer(now + off / bend * 60.0 / bpm, bpm)
