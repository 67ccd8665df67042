"""One session, played for the camera: directed by the sections, its plan looked at often.

Threads: the stage's alone; `show` and `orders` are called by it in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jambot.realtime.orders import End, LayOut, Order, SetAdapter, SetStage, Trigger
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.status import SessionStatus
from jambot.video.arrangement import Section

ENTRY_BEATS = 3.5
"""The soloist is asked in so long before its section, and enters on the bar line."""
CHANGE_BEATS = 2.0
"""The next style is asked for so long before its section."""
END_BEATS = 1.0
"""Into the ending the soloist plays on, to the end of that bar."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was intended on `beat`: the notes not yet promised, in order."""

    beat: float
    planned: tuple[PlannedNote, ...]


@dataclass(slots=True)
class Recording:
    """Gives the orders of the sections when their beats come; keeps every look at the plan."""

    sections: Sequence[Section]
    looks: list[Look] = field(default_factory=list)
    _beat: float = float("-inf")
    _given: int = 0
    _script: list[tuple[float, Order]] = field(init=False)

    def __post_init__(self) -> None:
        self._script = script(self.sections)

    def show(self, status: SessionStatus) -> None:
        """Look at the session."""
        before = self.looks[-1].planned if self.looks else ()
        planned = before if status.planned == before else status.planned
        self._beat = status.beat
        self.looks.append(Look(status.beat, planned))

    def orders(self) -> list[Order]:
        """What is due by the beat that was looked at last."""
        first = self._given
        while self._given < len(self._script) and self._script[self._given][0] <= self._beat:
            self._given += 1
        return [order for _, order in self._script[first : self._given]]


def script(sections: Sequence[Section]) -> list[tuple[float, Order]]:
    """(beat, order) in playing order: who enters, changes style and ends where."""
    orders: list[tuple[float, Order]] = []
    playing: str | None = None
    begun = False
    for i, section in enumerate(sections):
        if section.style is None:
            if playing is not None:
                orders.append((section.beat + END_BEATS, End()))
            elif i == 0:
                orders += [(-1e9, LayOut(True)), (-1e9, SetStage("response", "bar"))]
        elif not begun:
            begun = True
            if i > 0:
                orders.append((section.beat - ENTRY_BEATS, Trigger()))
        elif section.style != playing:
            orders.append((section.beat - CHANGE_BEATS, SetAdapter(section.style)))
        playing = section.style
    return orders
