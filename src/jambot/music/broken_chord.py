"""Single keys, one after another: what they may be as a bass or as a chord broken up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jambot.music.harmony import CHORD_SIZE, ROLL_BEATS

STEP_BEATS = 1.0 + ROLL_BEATS
"""Within a beat, played by hand: later, a key does not go on from the one before."""
SKIP = 3
"""Chords lie in thirds and wider, in the mean; what lies closer is a line."""
NEAR = 6
"""Semitones by which neighbouring keys of a chord broken downwards differ at most."""
COMPLETE_BEATS = 2.0 + ROLL_BEATS
LONGEST = 12
"""Keys remembered: an arpeggio up and down."""


@dataclass(frozen=True, slots=True)
class KeyRun:
    """Single keys that followed upon each other within a beat, the newest last.

    `fresh` of them, counted from the end, came since the first that the harmony does not have.
    `chord_keys` are those of a broken chord that was heard; it began at `chord_beat`, and
    `repeated` says that one of them was struck again.
    """

    keys: tuple[tuple[float, int, bool], ...] = ()
    fresh: int = 0
    chord_keys: frozenset[int] = frozenset()
    chord_beat: float = 0.0
    repeated: bool = False

    @property
    def pitch(self) -> int:
        """The newest key."""
        return self.keys[-1][1]

    @property
    def due_beat(self) -> float:
        """When a key that the harmony does not have has waited for long enough."""
        return self.keys[-1][0] + STEP_BEATS if self.fresh else float("inf")

    def followed_by(self, beat: float, pitch: int, foreign: bool) -> "KeyRun":
        """The line with one more key; `foreign`: the harmony does not have it."""
        goes_on = bool(self.keys) and beat - self.keys[-1][0] <= STEP_BEATS
        before = self if goes_on else KeyRun()
        again = pitch % 12 in {key % 12 for key in before.chord_keys}
        return KeyRun(
            (*before.keys, (beat, pitch, foreign))[-LONGEST:],
            before.fresh + 1 if before.fresh or foreign else 0,
            before.chord_keys,
            before.chord_beat,
            before.repeated or again,
        )

    def heard(self, keys: Iterable[int]) -> "KeyRun":
        """The line after `keys` have become the harmony."""
        chord_keys = frozenset(keys)
        if self.chord_keys and self.chord_keys <= chord_keys:
            return replace(self, fresh=0, chord_keys=chord_keys)
        beats = {pitch: beat for beat, pitch, _ in self.keys if pitch in chord_keys}
        return KeyRun(self.keys, 0, chord_keys, min(beats.values()))

    def settled(self) -> "KeyRun":
        """The line after its newest key has been judged alone."""
        return KeyRun(self.keys)

    def chord(self) -> set[int]:
        """The broken chord that the newest keys make with one the harmony lacks; else nothing."""
        if not self.fresh:
            return set()
        grown = self.grown()
        if grown:
            return grown
        for count in (self._run(), *range(self.fresh, CHORD_SIZE - 1, -1)):
            newest = self.keys[-count:]
            pitches = {pitch for _, pitch, _ in newest}
            foreign = any(foreign for _, _, foreign in newest)
            if foreign and len({p % 12 for p in pitches}) >= CHORD_SIZE and chordlike(pitches):
                return pitches
        return set()

    def grown(self) -> set[int]:
        """The broken chord that was heard with the newest key, where it is not complete yet.

        It is complete when keys of it come again, from two beats on.
        """
        beat, pitch, foreign = self.keys[-1]
        grown = {*self.chord_keys, pitch}
        if not (self.chord_keys and foreign and chordlike(grown)):
            return set()
        lowest, highest = min(self.chord_keys), max(self.chord_keys)
        if self.repeated:
            young = beat - self.chord_beat <= COMPLETE_BEATS
            return grown if young and lowest < pitch < highest else set()
        going_down = len(self.keys) > 1 and self.keys[-2][1] == lowest
        return grown if pitch > lowest - NEAR * going_down else set()

    def last(self, keys: set[int]) -> set[int]:
        """`keys` and the keys before them, as far as they make a chord together."""
        beat = self.keys[-1][0]
        recent = [pitch for at, pitch, _ in self.keys if at >= beat - STEP_BEATS]
        for start in range(len(recent)):
            together = {*recent[start:], *keys}
            if chordlike(together):
                return together
        return set(keys)

    def walks(self, floor: int) -> bool:
        """Whether the newest keys are a bass line below `floor` that leaves the harmony."""
        low = [pitch for _, pitch, foreign in self.keys[-self.fresh :] if foreign and pitch < floor]
        foreign = self.fresh > 0 and self.keys[-1][2] and self.pitch < floor
        return foreign and len({p % 12 for p in low}) > 1 and not chordlike(low[-2:])

    def bass(self, beat: float, below: int) -> set[int]:
        """The bass of a chord struck at `beat` from `below` on: the newest key, or none.

        Keys that went up to it in skips belong to it. The end of a broken chord, or of a line that
        leads up to the chord by step, is no bass.
        """
        if not self.keys or beat - self.keys[-1][0] > STEP_BEATS or self.pitch > below - SKIP:
            return set()
        if self.chord_keys and not self.keys[-1][2]:
            return set()
        bass = {self.pitch}
        for at, pitch, _ in self.keys[-2::-1]:
            if beat - at > STEP_BEATS or pitch > min(bass) - SKIP:
                break
            bass.add(pitch)
        return bass

    def _run(self) -> int:
        """How many of the newest keys go one way in skips, and are enough to tell a new chord."""
        pitches = [pitch for _, pitch, _ in self.keys]
        count, way, widest = 1, 0, 0
        while count < len(pitches):
            skip = pitches[-count] - pitches[-count - 1]
            if abs(skip) < SKIP or way * skip < 0:
                break
            count, way, widest = count + 1, skip, max(widest, abs(skip))
        foreign = sum(foreign for _, _, foreign in self.keys[-count:])
        close = count > CHORD_SIZE and widest < NEAR
        return count if way > 0 or foreign > 1 or close else 1


def chordlike(pitches: Iterable[int]) -> bool:
    """Whether keys lie in thirds or wider, in the mean.

    >>> chordlike([48, 52, 55, 57]), chordlike([48, 50, 53])
    (True, False)
    """
    keys = sorted(set(pitches))
    return keys[-1] - keys[0] >= SKIP * (len(keys) - 1)
