"""Options that several commands share, and the settings they make."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.realtime.settings import SessionSettings

Seed = Annotated[int, typer.Option(help="Same seed, same chords: same solo.")]
Adapter = Annotated[
    str, typer.Option(help="Who solos: a shipped style, `chord-tones`, or an exported folder.")
]
Bpm = Annotated[float, typer.Option(min=20, max=400, help="Tempo in beats per minute.")]
BeatsPerBar = Annotated[int, typer.Option(min=1, max=12, help="Quarter-note beats in a bar.")]
Temperature = Annotated[float, typer.Option(min=0, max=2, help="0 is certain, 1 as trained.")]
TopP = Annotated[
    float, typer.Option(min=0.01, max=1, help="Keep the likeliest pitches up to this.")
]
Channel = Annotated[int, typer.Option(min=1, max=16, help="MIDI channel of the solo.")]
AnyChannel = Annotated[
    int | None, typer.Option(min=1, max=16, help="MIDI channel that is heard; default: all.")
]
Guidance = Annotated[
    float, typer.Option(min=0, max=4, help="How strongly the chords pull the pitches inside.")
]
Register = Annotated[
    float, typer.Option(min=48, max=93, help="MIDI pitch that the line keeps around.")
]
Breath = Annotated[float, typer.Option(min=0, max=4, help="How strongly long rests are ended.")]
Figures = Annotated[
    float, typer.Option(min=0, max=4, help="How readily the line takes up its own figures.")
]


def stage_options(
    clock: str,
    clock_out: bool,
    in_channel: int | None,
    out_channel: int,
    gestures: Path | None,
    split: int,
    trade: int,
) -> "dict[str, Any]":
    """The settings of a session that only a live jam offers, from their options."""
    from jambot.realtime.gestures import GestureMap, read_gestures
    from jambot.realtime.settings import Sync

    if clock not in list(Sync):
        raise UsageError(
            f"--clock {clock}",
            f"one of {', '.join(Sync)}",
            "Ableton Link is not spoken yet; most programs that do also send MIDI clock",
        )
    if clock_out and clock != Sync.internal:
        raise UsageError(
            f"--clock-out with --clock {clock}",
            "one machine that gives the beat",
            "leave one of them out",
        )
    return {
        "clock": Sync(clock),
        "clock_out": clock_out,
        "input_channel": None if in_channel is None else in_channel - 1,
        "output_channel": out_channel - 1,
        "gestures": GestureMap() if gestures is None else read_gestures(gestures),
        "split_pitch": split or None,
        "trade_bars": trade,
    }


def session_settings(
    bpm: float,
    beats_per_bar: int,
    response: str,
    seed: int,
    lookahead: float,
    **others: Any,
) -> "SessionSettings":
    from jambot.realtime.settings import Response, SessionSettings

    if response not in list(Response):
        raise UsageError(f"--response {response}", f"one of {', '.join(Response)}")
    return SessionSettings(
        bpm=bpm,
        beats_per_bar=beats_per_bar,
        response=Response(response),
        lookahead_bars=lookahead,
        seed=seed,
        **others,
    )
