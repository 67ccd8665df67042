"""How a jam is played: what a session is told before it begins."""

from dataclasses import dataclass, field
from enum import StrEnum

from jambot.band import Feel
from jambot.errors import UsageError
from jambot.music import Chart, parse_chart
from jambot.realtime.gestures import GestureMap
from jambot.tokens import UNSTEERED, Controls


class Response(StrEnum):
    """When the answer to a trigger begins."""

    now = "now"
    beat = "beat"
    bar = "bar"


class Sync(StrEnum):
    """Whose beats are played: the stage's own, the hands', a host's MIDI clock's, those shared by
    Link, or those of the host that our plugin is in; `auto` is `host` where the plugin plays, else
    `internal`.
    """

    internal = "internal"
    hands = "hands"
    midi = "midi"
    link = "link"
    host = "host"
    auto = "auto"


class Performing(StrEnum):
    """When the built-in pianist plays: where nobody else does, asked anew each time or not."""

    auto = "auto"
    on = "on"
    off = "off"


VOICES = ("bass", "drums")


@dataclass(frozen=True, slots=True)
class BandSettings:
    """Which voices of the band play from the start, and where; channels are 0–15.

    The others are there and silent, and may be asked for while it plays.
    """

    voices: tuple[str, ...] = ()
    bass_channel: int = 1
    drums_channel: int = 9
    feel: Feel = Feel.auto

    def channel(self, voice: str) -> int:
        """Where a voice leaves."""
        return self.bass_channel if voice == "bass" else self.drums_channel

    def shared_with(self, voice: str, solo_channel: int) -> str:
        """Who leaves on the same channel as `voice`, the solo or the other voice; else empty."""
        others = {"solo": solo_channel, "bass": self.bass_channel, "drums": self.drums_channel}
        mine = others.pop(voice)
        return next((name for name, channel in others.items() if channel == mine), "")


def read_voices(words: str) -> tuple[str, ...]:
    """The voices of `bass,drums`; `none` and nothing are none. UsageError for any other."""
    asked = [word.strip().lower() for word in words.split(",") if word.strip()]
    if asked == ["none"]:
        return ()
    for word in asked:
        if word not in VOICES:
            raise UsageError(
                f"no voice {word!r} in the band",
                f"some of {', '.join(VOICES)}, or none",
                "give --band bass,drums",
            )
    return tuple(voice for voice in VOICES if voice in asked)


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a jam is played. Lengths in beats unless the name says bars or seconds."""

    bpm: float = 120.0
    bpm_told: bool = True
    """Whether anybody asked for that tempo; where nobody did, `Sync.hands` finds it."""
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
    performer: Performing = Performing.auto
    """Whether the built-in pianist comes back by itself (on), is offered (auto), or neither."""
    count_in_bars: int = 1
    """So many bars are counted in before the pianist, or a chart that leads alone, begins."""
    yield_bars: float = 2.0
    """After so many bars in which nobody played, it does so."""
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
    band: BandSettings = BandSettings()

    @property
    def chart(self) -> Chart | None:
        """What `form` says; None where there is none. Raises UsageError where it is no chart."""
        return None if self.form is None else parse_chart(self.form, self.beats_per_bar)
