"""Which harmony held in each beat, as far back as is remembered."""

from dataclasses import dataclass, field

from jambot.music.harmony import SILENCE, Harmony
from jambot.music.likeness import gain, likeness


@dataclass(slots=True)
class BeatMemory:
    """Beats by their numbers, each with the harmony that held in it, or none.

    `first` is the number of the oldest. Harmonies are kept once each, and so is how like each
    other they are.
    """

    first: int = 0
    _slots: list[int] = field(default_factory=list)
    """What holds in each beat, by its place in `_kinds`; 0: nothing."""
    _kinds: list[Harmony] = field(default_factory=lambda: [SILENCE])
    _places: dict[Harmony, int] = field(default_factory=dict)
    _alike: dict[int, list[float]] = field(default_factory=dict)
    """By place, how like the others that one is."""

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def end(self) -> int:
        """The beat after the newest."""
        return self.first + len(self._slots)

    @property
    def newest(self) -> Harmony | None:
        """What held in the newest beat."""
        return self.at(self.end - 1)

    def at(self, beat: int) -> Harmony | None:
        """What held in this beat; None where that was nothing, or is not remembered."""
        at = beat - self.first
        place = self._slots[at] if 0 <= at < len(self._slots) else 0
        return self._kinds[place] if place else None

    def last_time(self, beat: int, length: int) -> Harmony | None:
        """What held at this place of a form of `length` beats, the last time that it was known."""
        back = max(1, -((self.end - 1 - beat) // length))
        for times in range(back, back + 3):
            harmony = self.at(beat - times * length)
            if harmony is not None:
                return harmony
        return None

    def gain(self, back: int) -> float | None:
        """How far the newest beat speaks for a round of `back` beats; None where nothing was."""
        slots, then = self._slots, len(self._slots) - 1 - back
        if not slots[then]:
            return None
        alike = self._alike.setdefault(slots[-1], [])
        now = self._kinds[slots[-1]]
        alike.extend(likeness(now, kind) for kind in self._kinds[len(alike) :])
        near = slots[max(0, then - 1) : then + 2 : 2]
        return gain(alike[slots[then]], (alike[place] for place in near))

    def add(self, harmony: Harmony | None) -> None:
        """Another beat is over."""
        self._slots.append(self._place(harmony))

    def put(self, beat: int, harmony: Harmony) -> None:
        """This is what held in a beat that is remembered."""
        self._slots[beat - self.first] = self._place(harmony)

    def drop(self, beats: int) -> None:
        """Forget so many beats, the oldest."""
        del self._slots[:beats]
        self.first += beats
        self._tidy()

    def forget(self) -> None:
        """Forget all."""
        self._slots.clear()
        self._tidy()

    def _place(self, harmony: Harmony | None) -> int:
        if harmony is None:
            return 0
        if harmony not in self._places:
            self._places[harmony] = len(self._kinds)
            self._kinds.append(harmony)
        return self._places[harmony]

    def _tidy(self) -> None:
        """Forget harmonies that no beat holds any more."""
        kinds = self._kinds
        self._kinds, self._places = [SILENCE], {}
        self._alike.clear()
        self._slots = [self._place(kinds[place]) if place else 0 for place in self._slots]
