"""Options that several commands share, and the settings they make."""

from typing import TYPE_CHECKING, Annotated

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


def session_settings(
    bpm: float, beats_per_bar: int, response: str, seed: int, lookahead: float
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
    )
