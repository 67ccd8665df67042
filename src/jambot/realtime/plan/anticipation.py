"""What the form makes the stage expect, and what became of it when the hands played."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from jambot.music import SILENCE, Harmony, HarmonyChange, Meter, is_change
from jambot.music.chart import Chart
from jambot.music.filled_in import CHANGE_BEATS, EARLY_BEATS
from jambot.music.form import FormListener
from jambot.music.likeness import SAME, UNSURE, likeness

ON_TIME_BEATS = 0.2
"""Any key from so far ahead on answers a change; a chord left unchanged there is not the one."""
SETTLED_BEATS = 0.25
"""By then a rolled chord is whole."""
CLOSED_BEATS = 0.5
"""A beat is over for the form when what was late for it has been heard."""


NOTHING = HarmonyChange(float("-inf"), SILENCE)


class ChangeOutcome(StrEnum):
    """What became of a change."""

    right = "right"
    wrong = "wrong"
    unforeseen = "unforeseen"


@dataclass(frozen=True, slots=True)
class Expected:
    """A change that is expected; `id` counts from 1."""

    id: int
    change: HarmonyChange


@dataclass(frozen=True, slots=True)
class Anticipated:
    """An expectation met or not (`expected`), or a change nobody expected (None there).

    `strike` numbers the harmony heard; `beat` is where it was, or where it was missed.
    """

    outcome: ChangeOutcome
    beat: float
    strike: int
    expected: Expected | None


@dataclass(slots=True)
class Anticipation:
    """Follows the hands, expects what the form says, and judges itself. Pure: no clock, no log.

    What the hands play always counts: an expected change is overruled by any harmony struck near
    its beat or after it, by the old chord struck again, and by the old chord held on. In silence
    it is taken as read, since nothing sounds against it. Threads: the stage's alone.
    """

    meter: Meter
    listener: FormListener = field(init=False)
    pending: tuple[Expected, ...] = ()
    """Expected changes not yet answered by the hands, in order."""
    assumed: list[HarmonyChange] = field(default_factory=list)
    """Those taken as read in silence, until they are fetched."""
    _read: Expected | None = None
    """The newest of those, until the hands play again."""
    _told_until: float = float("-inf")
    misled: bool = False
    """Whether what `coming` said last has turned out wrong without a new chord."""
    _last_id: int = 0
    _answered: float = float("-inf")
    """Changes up to here are expected no more."""
    _harmony: HarmonyChange = NOTHING
    _strike: int = 0
    _before: HarmonyChange = NOTHING
    _struck: float = float("-inf")
    _fresh: bool = True
    """Nothing has been heard: a chart begins with the bar of the first chord."""
    _unjudged: bool = False
    _alone: Harmony = SILENCE
    led: bool = False
    """Whether the hands play what the chart says because they read it: then they speak neither for
    it nor against it."""
    _due: tuple[Expected, ...] = ()
    """What was expected when the hands struck."""
    _next_beat: int = 0

    def __post_init__(self) -> None:
        self.listener = FormListener(self.meter)

    def follow(self, chart: Chart | None, top_beat: float = 0.0) -> None:
        """Expect this chart from the bar of `top_beat` on; None: only what has been heard."""
        self.listener.follow(chart, top_beat)
        self.pending = ()
        self._fresh = self._harmony is NOTHING

    def leap(self, beat: float) -> None:
        """Time has skipped to `beat`: what was expected in between is not missed."""
        self.pending, self._unjudged, self._answered = (), False, beat

    def forget(self) -> None:
        """After a stop: nothing has been heard. A chart is kept."""
        self.listener.forget()
        self.pending, self._read, self._unjudged = (), None, False
        self._harmony = self._before = NOTHING
        self._fresh = True

    def change_hands(self, led: bool) -> None:
        """Somebody else plays from here on, `led` by the chart or not: what was heard of the others
        says nothing of the form. A chart is kept, with what speaks for it."""
        self.led = led
        self.listener.forget()

    def strike(self, beat: float, alone: Harmony = SILENCE) -> None:
        """A key went down, whatever it changes.

        `alone` is a single key that left the chord unchanged: it may be the bass of the next.
        """
        self._alone = alone
        if beat - self._struck > SETTLED_BEATS:
            self._struck, self._unjudged, self._due = beat, True, self.pending

    def hear(self, change: HarmonyChange, strike: int) -> None:
        """The hands made harmony number `strike`, or went on with it."""
        if self._fresh:
            self._fresh = False
            bar = round(change.beat / self.meter.beats_per_bar)
            self.listener.follow(self.listener.chart, self.meter.bar_start(bar))
        if change.beat != self._harmony.beat:
            self._before = self._harmony
        self._harmony, self._strike = change, strike
        self.listener.hear(change)

    def unhear(self, from_beat: float) -> None:
        """What was heard from there on was a melody."""
        self.listener.unhear(from_beat)
        if self._harmony.beat >= from_beat:
            self._harmony, self._unjudged = self._before, False

    def coming(self, until_beat: float) -> tuple[Expected, ...]:
        """What is expected before `until_beat` and not answered yet, in order of beat."""
        known = {expected.change.beat: expected for expected in self.pending}
        coming: list[Expected] = []
        for change in self._believed(until_beat):
            expected = known.get(change.beat)
            if expected is None or expected.change.harmony != change.harmony:
                self._last_id += 1
                expected = Expected(self._last_id, change)
            coming.append(expected)
        self.pending, self._told_until, self.misled = tuple(coming), until_beat, False
        return self.pending

    def mind(self, beat: float, hands_down: bool, active_beat: float) -> Iterator[Anticipated]:
        """What has been settled by `beat`; `active_beat` is when the hands last did anything."""
        if self._unjudged and beat >= self._struck + SETTLED_BEATS:
            self._unjudged = False
            yield from self._judge()
        yield from self._wait(beat, hands_down)
        per_bar = self.meter.beats_per_bar
        self._next_beat = max(self._next_beat, int(beat) - per_bar)
        while self._next_beat + CLOSED_BEATS <= beat:
            if not (self.led and self.listener.chart):
                self.listener.pass_beat(self._next_beat, active_beat >= self._next_beat)
            self._next_beat += 1

    def take_as_read(self) -> list[HarmonyChange]:
        """The expected changes that went by in silence since this was last asked."""
        assumed, self.assumed = self.assumed, []
        return assumed

    def differs(self, until_beat: float) -> bool:
        """Whether by now something else is expected than `coming` said, or that ends too early."""
        if self.misled:
            return True
        believed = self._believed(self._told_until)
        told = [expected.change for expected in self.pending]
        if [change.beat for change in believed] != [change.beat for change in told]:
            return True
        if any(is_change(a.harmony, b.harmony) for a, b in zip(believed, told, strict=True)):
            return True
        return self._told_until < until_beat and bool(self._believed(until_beat)[len(told) :])

    def _believed(self, until_beat: float) -> tuple[HarmonyChange, ...]:
        after = max(self._answered, self._harmony.beat + EARLY_BEATS)
        return self.listener.expected(after, until_beat)

    def _judge(self) -> Iterator[Anticipated]:
        at, heard = self._struck, self._harmony.harmony
        changed = abs(self._harmony.beat - at) <= SETTLED_BEATS
        before = self._before.harmony
        changed = changed and before != SILENCE and is_change(before, heard)
        due = [e for e in self._due if e.change.beat <= at + EARLY_BEATS]
        early = [e for e in due if e.change.beat > at + ON_TIME_BEATS]
        if not changed and self._alone != SILENCE:
            self._begin(due)
            return
        if not changed:
            due = [e for e in due if e not in early]
        if due:
            fits = max(due, key=lambda e: (likeness(heard, e.change.harmony), e.change.beat))
            alike = likeness(heard, fits.change.harmony) >= UNSURE
            chosen = fits if alike else due[-1]
            self._answered = max(self._answered, chosen.change.beat)
            self.pending = tuple(e for e in self.pending if e.change.beat > self._answered)
            outcome = ChangeOutcome.right if alike else ChangeOutcome.wrong
            self.misled = self.misled or not (alike or changed)
            yield Anticipated(outcome, at, self._strike, chosen)
        elif changed:
            read = self._read
            foreseen = read is not None and likeness(heard, read.change.harmony) >= UNSURE
            missed = ChangeOutcome.unforeseen if read is None else ChangeOutcome.wrong
            yield Anticipated(ChangeOutcome.right if foreseen else missed, at, self._strike, read)
        self._read = None

    def _begin(self, due: list[Expected]) -> None:
        """A key alone speaks against nothing; the newest change that has it is taken as read."""
        begun = [e for e in due if likeness(self._alone, e.change.harmony) >= SAME]
        if begun:
            self._answered = begun[-1].change.beat
            self.assumed.extend(e.change for e in self.pending if e.change.beat <= self._answered)
            self.pending = tuple(e for e in self.pending if e.change.beat > self._answered)
            self._read = begun[-1]

    def _wait(self, beat: float, hands_down: bool) -> Iterator[Anticipated]:
        """Expected changes that the hands let pass."""
        passed = [e for e in self.pending if e.change.beat + CHANGE_BEATS <= beat]
        if not passed or self._unjudged:
            return
        last = passed[-1]
        self._answered = last.change.beat
        self.pending = tuple(e for e in self.pending if e.change.beat > self._answered)
        if hands_down:
            self.misled = True
            yield Anticipated(ChangeOutcome.wrong, last.change.beat, self._strike, last)
        else:
            self.assumed.extend(e.change for e in passed)
            self._read = last
