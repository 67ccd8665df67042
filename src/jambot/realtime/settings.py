"""How a jam is played: what a session is told before it begins."""

from dataclasses import dataclass
from enum import StrEnum


class Response(StrEnum):
    """When the answer to a trigger begins."""

    now = "now"
    beat = "beat"
    bar = "bar"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a jam is played. Lengths in beats unless the name says bars or seconds."""

    bpm: float = 120.0
    beats_per_bar: int = 4
    response: Response = Response.now
    lookahead_bars: float = 2.0
    """How far the plan reaches ahead."""
    commit_beats: float = 0.25
    """Notes nearer than this are promised and not replaced any more ..."""
    commit_seconds: float = 0.06
    """... and never nearer than this, whichever is longer."""
    idle_bars: float = 4.0
    """With nothing played or held for so long, the bot ends its phrase and waits."""
    seed: int = 1
    input_channel: int | None = None
    output_channel: int = 0
