"""Options that several commands share, and the settings they make."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jambot.dials import SAMPLING
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.realtime.settings import SessionSettings
    from jambot.tokens import Controls

Command = Callable[..., None]

Seed = Annotated[int, typer.Option(help="Same seed, same chords: same solo.")]
Adapter = Annotated[
    str,
    typer.Option(help="Who solos: a style by name, `chord-tones`, or an exported folder."),
]
Bpm = Annotated[float, typer.Option(min=20, max=400, help="Tempo in beats per minute.")]
BeatsPerBar = Annotated[int, typer.Option(min=1, max=12, help="Quarter-note beats in a bar.")]
FormChart = Annotated[
    str | None,
    typer.Option(
        "--form",
        help="A chord chart, 'Dm7 G7 C' or '3/4 | Dm7 | G7 | C | % |', a link of iReal Pro, or a"
        " file with one. Its metre, where it is written, goes before --beats-per-bar.",
    ),
]
Channel = Annotated[int, typer.Option(min=1, max=16, help="MIDI channel of the solo.")]
AnyChannel = Annotated[
    int | None, typer.Option(min=1, max=16, help="MIDI channel that is heard; default: all.")
]
Sound = Annotated[
    bool | None,
    typer.Option("--sound/--no-sound", help="Make solo.wav; default: of takes up to 5 minutes."),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="JAMBOT_TOKEN",
        help="What the live view asks for. Others on this machine see it in the process list:"
        " the environment, or --token-file, hides it.",
    ),
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="A file with the token on its first line.")
]
FILM = "A film of it"
Video = Annotated[
    Path | None, typer.Option(help="Make a film: .mp4 or .webm.", rich_help_panel=FILM)
]
Clip = Annotated[
    Path | None,
    typer.Option(help="Make a short silent loop: .gif, .webm or .mp4.", rich_help_panel=FILM),
]
PictureHeight = Annotated[int, typer.Option(help="Rows of the picture.", rich_help_panel=FILM)]
PicturesPerSecond = Annotated[int, typer.Option(min=1, max=120, rich_help_panel=FILM)]
ReplaceFilm = Annotated[
    bool,
    typer.Option("--force", help="Replace a film or loop that is there.", rich_help_panel=FILM),
]
CheckFilm = Annotated[
    bool,
    typer.Option("--check", help="Decode the film again and measure it.", rich_help_panel=FILM),
]

KNOBS: Mapping[str, str] = {
    "density": "Few notes or many.",
    "register": "Low or high.",
    "intensity": "Soft or loud.",
    "inside_outside": "On the chords or off them.",
    "swing": "Straight eighths or swung.",
}
"""Options that are knobs, the fields of `Controls`: from 0 to 1, free where they are not given."""


def read_token(token: str | None, file: Path | None) -> str | None:
    """The token of the file where one is named, else `token`. UsageError where it has none."""
    if file is None:
        return token
    wanted = "a file with the token on its first line"
    try:
        words = file.read_text(encoding="utf-8").split()
    except OSError as error:
        raise UsageError(f"--token-file {file}: {error.strerror}", wanted) from error
    except ValueError as error:
        raise UsageError(f"--token-file {file} is no text", wanted) from error
    if not words:
        raise UsageError(f"--token-file {file} is empty", wanted)
    return words[0]


def sampled(command: Command) -> Command:
    """Give a command the dials of `SAMPLING` as options; it takes what they make as `sampling`."""
    options = {
        name: (
            Annotated[
                type(dial.usual),
                typer.Option(
                    min=dial.least, max=dial.most, help=dial.said, rich_help_panel="How it plays"
                ),
            ],
            dial.usual,
        )
        for name, dial in SAMPLING.items()
    }
    return _with_options(command, options, "sampling", _sampling)


def steered(command: Command) -> Command:
    """Give a command the options of `KNOBS`; it takes what they make as `knobs`."""
    options = {
        name: (
            Annotated[
                float | None,
                typer.Option(min=0, max=1, help=f"{said} 0 to 1.", rich_help_panel="Knobs"),
            ],
            None,
        )
        for name, said in KNOBS.items()
    }
    return _with_options(command, options, "knobs", _knobs)


def _sampling(**given: Any) -> "SamplingSettings":
    from jambot.generation import SamplingSettings

    return SamplingSettings(**given)


def _knobs(**given: Any) -> "Controls":
    from jambot.tokens import Controls

    return Controls(**given)


def _with_options(
    command: Command,
    options: Mapping[str, tuple[Any, Any]],
    name: str,
    make: Callable[..., Any],
) -> Command:
    """The command with its parameter `name` replaced by `options` (annotation and default each)."""

    def asked(**given: Any) -> None:
        made = make(**{option: given.pop(option) for option in options})
        command(**given, **{name: made})

    own = [p for p in inspect.signature(command).parameters.values() if p.name != name]
    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(option, kind, default=default, annotation=annotation)
        for option, (annotation, default) in options.items()
    ]
    parameters = [*(p.replace(kind=kind) for p in own), *added]
    asked.__name__, asked.__doc__ = command.__name__, command.__doc__
    asked.__annotations__ = {p.name: p.annotation for p in parameters}
    asked.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return asked


def stage_options(
    clock: str,
    clock_in: str | None,
    clock_out: bool,
    in_channel: int | None,
    out_channel: int,
    gestures: Path | None,
    split: int,
    trade: int,
) -> "dict[str, Any]":
    """The settings of a session that only a live jam offers, from their options."""
    from jambot.realtime.gesture_file import read_gestures
    from jambot.realtime.gestures import GestureMap
    from jambot.realtime.settings import Sync

    if clock not in list(Sync):
        raise UsageError(
            f"--clock {clock}",
            f"one of {', '.join(Sync)}",
            "leave --clock out to keep the stage's own",
        )
    if clock_in is not None and clock != Sync.midi:
        raise UsageError(
            f"--clock-in {clock_in} with --clock {clock}", "--clock midi", "add --clock midi"
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
    form: str | None,
    **others: Any,
) -> "SessionSettings":
    from jambot.music import chart_beats, chart_text, parse_chart
    from jambot.realtime.settings import Response, SessionSettings

    if response not in list(Response):
        raise UsageError(f"--response {response}", f"one of {', '.join(Response)}")
    chart = None if form is None else chart_text(form)
    if chart is not None:
        beats_per_bar = chart_beats(chart) or beats_per_bar
        parse_chart(chart, beats_per_bar)
    return SessionSettings(
        form=chart,
        bpm=bpm,
        beats_per_bar=beats_per_bar,
        response=Response(response),
        lookahead_bars=lookahead,
        seed=seed,
        **others,
    )
