"""What arrives at the synth: notes that ring on, silences, and (with the log) notes that are late.

Pure: messages with seconds in, counts out.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from jambot.evaluation.bench.hands import Stamped

RINGING_SECONDS = 12.0
"""No note of the solo is so long; one that sounds for longer hangs, unless the stage was frozen."""
GAP_SECONDS = 4.0
"""Two bars at 120 bpm without a note while somebody comps: more than a rest of the solo's."""
LATE_SECONDS = 0.010
DROPPED_SECONDS = 0.15
"""A note this far from its due time is taken for another one."""


@dataclass(slots=True)
class Ear:
    """Follows one line as it arrives; seconds are the machine's.

    `rang`: (seconds, pitch) of notes that sounded too long. `gaps`: (from, to) of silences while
    `comped` was said to be true. `doubled`: note-ons of a pitch that sounded already.
    """

    notes: int = 0
    doubled: int = 0
    rang: list[tuple[float, int]] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    sounding: dict[int, float] = field(default_factory=dict)
    _quiet_since: float | None = None

    def hear(self, messages: Iterable[Stamped]) -> None:
        """What has arrived since."""
        for message in messages:
            if len(message.data) != 3 or message.data[0] >> 4 not in (8, 9):
                continue
            pitch, seconds = message.data[1], message.clock
            if message.data[0] >> 4 == 9 and message.data[2]:
                self.notes += 1
                self.doubled += pitch in self.sounding
                self.sounding[pitch] = seconds
                self._end_gap(seconds)
            else:
                self.sounding.pop(pitch, None)
                self._quiet_since = None if self.sounding else seconds

    def look(self, now: float, comped: bool) -> None:
        """Time has passed: what rings too long is taken down, once; silence may be a gap."""
        for pitch, since in list(self.sounding.items()):
            if now - since > RINGING_SECONDS:
                self.rang.append((since, pitch))
                del self.sounding[pitch]
                self._quiet_since = None if self.sounding else now
        if not comped:
            self._quiet_since = None if self.sounding else now

    def excuse(self, seconds: float) -> None:
        """The stage was frozen for so long: it could end nothing meanwhile."""
        self.sounding = {pitch: since + seconds for pitch, since in self.sounding.items()}
        if self._quiet_since is not None:
            self._quiet_since += seconds

    def _end_gap(self, seconds: float) -> None:
        if self._quiet_since is not None and seconds - self._quiet_since > GAP_SECONDS:
            self.gaps.append((self._quiet_since, seconds))
        self._quiet_since = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """How far notes came after they were due: `late` of the `matched`, and the `worst_ms`.

    `missing` notes stand in the log as played and did not arrive.
    """

    matched: int
    late: int
    missing: int
    worst_ms: float


def lateness(due: Sequence[tuple[float, int]], heard: Sequence[tuple[float, int]]) -> Lateness:
    """Both are (seconds, pitch), in order, by one clock that is read from different moments on.

    How far the two are apart is what most of the first notes say: late is later than they are.
    """
    offset = _offset(due, heard)
    times = [seconds for seconds, _ in heard]
    taken: set[int] = set()
    late = missing = 0
    worst = 0.0
    for seconds, pitch in due:
        expected = seconds + offset
        near = range(
            bisect_left(times, expected - DROPPED_SECONDS),
            bisect_left(times, expected + DROPPED_SECONDS),
        )
        there = [i for i in near if heard[i][1] == pitch and i not in taken]
        if not there:
            missing += 1
            continue
        best = min(there, key=lambda i: abs(times[i] - expected))
        taken.add(best)
        late += times[best] - expected > LATE_SECONDS
        worst = max(worst, times[best] - expected)
    return Lateness(len(taken), late, missing, round(worst * 1e3, 1))


def _offset(due: Sequence[tuple[float, int]], heard: Sequence[tuple[float, int]]) -> float:
    """From the one clock to the other, by the first fifty notes and their pitches."""
    few, many = due[:50], heard[:80]
    if not few or not many:
        return 0.0
    offsets = sorted(at - seconds for seconds, pitch in few for at, other in many if pitch == other)
    if not offsets:
        return 0.0
    alike = [bisect_left(offsets, each + 0.01) - i for i, each in enumerate(offsets)]
    i = alike.index(max(alike))
    return median(offsets[i : i + alike[i]])
