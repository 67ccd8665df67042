"""Small live figures: how punctual the port has been, and how often the plan was there."""

from collections import deque
from dataclasses import dataclass, field

RECENT = 256
"""Messages that the jitter is taken over: about half a minute of playing."""


@dataclass(slots=True)
class Meters:
    """What views show while the report is not yet written; the log remains the evidence.

    Threads: the stage's alone.
    """

    _late_ms: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    _frames: int = 0
    _valid: int = 0

    def left(self, due_seconds: float, sent_seconds: float) -> None:
        """A message left the port."""
        self._late_ms.append(abs(sent_seconds - due_seconds) * 1e3)

    def frame(self, valid: bool) -> None:
        """A 16th was reached, with a plan for it or not."""
        self._frames += 1
        self._valid += valid

    @property
    def jitter_ms(self) -> float | None:
        """p99 of the difference between due and sent, of late; None before the first message."""
        ordered = sorted(self._late_ms)
        return ordered[int(0.99 * (len(ordered) - 1))] if ordered else None

    @property
    def isr(self) -> float | None:
        """Share of 16ths with a valid plan, from the beginning; None before the first."""
        return self._valid / self._frames if self._frames else None
