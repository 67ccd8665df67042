"""The keys of late, as views draw them: when each went down, how hard, and when it came up."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jambot.realtime.hands.midi_input import KeyHeard

KEPT = 48
"""Strokes remembered: more than ten fingers make between two looks at them."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key of the hands, in beats; `end_beats` is None while it is down."""

    onset_beats: float
    pitch: int
    velocity: int
    end_beats: float | None = None


@dataclass(slots=True)
class Strokes:
    """The last `KEPT` keys. Threads: the stage's alone."""

    _kept: list[Stroke] = field(default_factory=list)

    def __iter__(self) -> Iterator[Stroke]:
        """Oldest first."""
        return iter(self._kept)

    def hear(self, key: KeyHeard) -> None:
        """A key went down or came up; one struck again has come up before."""
        self._end(key.beat, key.pitch)
        if key.on:
            self._kept.append(Stroke(key.beat, key.pitch, key.velocity))
            del self._kept[:-KEPT]

    def stop(self, beat: float) -> None:
        """Nothing is down any more."""
        self._end(beat, None)

    def _end(self, beat: float, pitch: int | None) -> None:
        for i, stroke in enumerate(self._kept):
            if stroke.end_beats is None and pitch in (None, stroke.pitch):
                self._kept[i] = replace(stroke, end_beats=max(beat, stroke.onset_beats))
