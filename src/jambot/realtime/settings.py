"""How a jam is played: what a session is told before it begins."""

from dataclasses import dataclass, field
from enum import StrEnum

from jambot.realtime.gestures import GestureMap
from jambot.tokens import UNSTEERED, Controls


class Response(StrEnum):
    """When the answer to a trigger begins."""

    now = "now"
    beat = "beat"
    bar = "bar"


class Sync(StrEnum):
    """Whose beats are played: the stage's own, a host's MIDI clock's, or those shared by Link."""

    internal = "internal"
    midi = "midi"
    link = "link"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a jam is played. Lengths in beats unless the name says bars or seconds."""

    bpm: float = 120.0
    beats_per_bar: int = 4
    response: Response = Response.now
    lookahead_bars: float = 2.0
    """How far the plan reaches ahead."""
    commit_beats: float = 0.0
    """Notes nearer than this are promised and not replaced any more ..."""
    commit_seconds: float = 0.06
    """... and never nearer than this, whichever is longer."""
    idle_bars: float = 4.0
    """With nothing played or held for so long, the bot ends its phrase and waits."""
    split_pitch: int | None = 60
    """Single notes from here on are a call that the bot yields to and answers; None: none are."""
    form: str | None = None
    """A chord chart whose changes are expected from the first bar; None: only what is heard."""
    trade_bars: int = 0
    """From the start the player and the bot take turns of so many bars; 0: they do not."""
    gestures: GestureMap = field(default_factory=GestureMap)
    clock: Sync = Sync.internal
    clock_out: bool = False
    """Send a MIDI clock with the solo."""
    latency_seconds: float = 0.0
    """So much earlier notes leave: how long whatever sounds them takes to do so."""
    touch: bool = True
    """Hands that strike clearly soft or hard ask for a soft or a loud solo."""
    seed: int = 1
    input_channel: int | None = None
    """The MIDI channel that is heard, 0–15; None hears all."""
    output_channel: int = 0
    controls: Controls = UNSTEERED
    """Where the knobs stand at the start."""
