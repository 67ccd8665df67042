"""What is known of FL Studio: whether it is there, and what it was doing when it last said so."""

from dataclasses import dataclass
from enum import StrEnum

from jambot.control.fl_studio.protocol import NO_CHANNEL, Frame


class StudioLink(StrEnum):
    """How things stand between JAM_BOT and the script."""

    WAITING = "waiting"
    CONNECTED = "connected"
    LOST = "lost"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class FLState:
    """What FL Studio was doing at `seconds` of the clock.

    `position_beats` counts quarter notes from the start of the song, or of the pattern in pattern
    mode. `loop_beats` is start and end of what is played round and round, None where nothing is.
    `jumps` counts the leaps of the position while playing. `channel` counts the channel rack as it
    is shown from 0, None where none is selected.
    """

    seconds: float
    playing: bool
    recording: bool
    song_mode: bool
    bpm: float
    position_beats: float
    jumps: int
    loop_beats: tuple[float, float] | None
    channel: int | None
    channel_name: str


@dataclass(frozen=True, slots=True)
class FLStatus:
    """Who is there and what it does; `state` is None unless connected, `cure` empty if so."""

    link: StudioLink
    state: FLState | None
    fl_version: str | None
    script_version: str | None
    api_version: int | None
    cure: str


def state_of(frame: Frame, seconds: float) -> FLState:
    """What a `state` frame that came at `seconds` of the clock says."""
    numbers = frame.numbers
    ppq = max(1, numbers["ppq"])
    start, end = numbers["loop_start"] / ppq, numbers["loop_end"] / ppq
    channel = numbers["channel"]
    return FLState(
        seconds=seconds,
        playing=bool(numbers["playing"]),
        recording=bool(numbers["recording"]),
        song_mode=bool(numbers["song_mode"]),
        bpm=numbers["milli_bpm"] / 1000,
        position_beats=numbers["position"] / ppq,
        jumps=numbers["jumps"],
        loop_beats=(start, end) if start < end else None,
        channel=None if channel == NO_CHANNEL else channel,
        channel_name=frame.texts["channel_name"],
    )
