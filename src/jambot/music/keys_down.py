"""Which keys are down, by the strikes in which they went down, and what the pedal holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jambot.music.harmony import CHORD_SIZE, ROLL_BEATS

APART = 10
"""Semitones between two neighbouring keys of a strike that take two hands."""
BEYOND = 128 + APART


@dataclass(slots=True)
class KeysDown:
    """Keys within `ROLL_BEATS` of a strike's first are one strike, the newest at `strike_beat`."""

    strike_beat: float = float("-inf")
    key_beat: float = float("-inf")
    held: dict[int, float] = field(default_factory=dict)
    """The keys that fingers hold, and the beat of the strike of each."""
    _ringing: dict[int, float] = field(default_factory=dict)
    _strikes: dict[float, set[int]] = field(default_factory=dict)

    @property
    def strike(self) -> set[int]:
        """All keys of the newest strike."""
        return self._strikes.get(self.strike_beat, set())

    def begins(self, beat: float) -> bool:
        """Whether a key at `beat` begins another strike."""
        return beat - self.strike_beat > ROLL_BEATS

    def press(self, beat: float, pitch: int) -> None:
        """A key goes down."""
        if self.begins(beat):
            self.strike_beat = beat
            down = set(self.held.values())
            self._strikes = {at: keys for at, keys in self._strikes.items() if at in down}
        self.key_beat = beat
        self.held[pitch] = self.strike_beat
        self._ringing.pop(pitch, None)
        self._strikes.setdefault(self.strike_beat, set()).add(pitch)

    def lift(self, pitch: int) -> None:
        """A key is up and silent."""
        self.held.pop(pitch, None)
        self._ringing.pop(pitch, None)

    def ring_on(self, pitch: int) -> None:
        """The finger has left a key that the pedal holds."""
        if pitch in self.held:
            self._ringing[pitch] = self.held.pop(pitch)

    def struck_at(self, beat: float) -> set[int]:
        """The keys of the strike at `beat` where they are all still down; else none."""
        keys = self._strikes.get(beat, set())
        return keys if all(self.held.get(pitch) == beat for pitch in keys) else set()

    def under(self, lowest: int) -> set[int]:
        """The keys of earlier strikes that hands hold wholly below `lowest`."""
        return {p for hand in self._hands() if max(hand) < lowest for p in hand}

    def over(self, highest: int, classes: frozenset[int]) -> set[int]:
        """Those that hands hold wholly above `highest` and that have only these pitch classes."""
        over = (hand for hand in self._hands() if min(hand) > highest)
        return {p for hand in over if {p % 12 for p in hand} <= classes for p in hand}

    def around(self, lowest: int, highest: int) -> set[int]:
        """What a hand still holds of a chord, where these lie within it: a voice moved."""
        for at, keys in self._strikes.items():
            down = {pitch for pitch in keys if self.held.get(pitch) == at}
            lifting = at < self.strike_beat and CHORD_SIZE <= len(keys) != len(down) > 1
            if lifting and min(down) < lowest and highest < max(down):
                return down
        return set()

    def ringing(self, since: float, below: int) -> set[int]:
        """The lowest key below `below` that sounds by the pedal, struck after `since`."""
        sounding = [p for p, at in self._ringing.items() if at > since and p < below]
        return {min(sounding)} if sounding else set()

    def _hands(self) -> Iterator[set[int]]:
        """What hands hold of earlier strikes. A hand that has lifted one key is lifting all."""
        for at, keys in self._strikes.items():
            if at == self.strike_beat:
                continue
            hand: set[int] = set()
            for pitch in (*sorted(keys), BEYOND):
                if hand and pitch - max(hand) >= APART:
                    if all(self.held.get(p) == at for p in hand):
                        yield hand
                    hand = set()
                hand.add(pitch)
