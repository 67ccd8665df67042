"""Options that several commands share, in groups, and the settings they make."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jambot.cli.help_pages import FIRST
from jambot.cli.option_groups import Options
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.cli.company import PageAt
    from jambot.evaluation.exam.evaluate import ExamSettings
    from jambot.generation import SamplingSettings
    from jambot.realtime.settings import BandSettings, SessionSettings

PAGE = "The page, and other programs"

Seed = Annotated[int, typer.Option(help="The same seed and chords give the same solo.")]
Adapter = Annotated[
    str,
    typer.Option(
        help="Style of the solo: its name, an exported folder, or `chord-tones` (rules, no model)."
    ),
]
InName = Annotated[str | None, typer.Option("--in", help="Your keyboard: part of its port name.")]
OutName = Annotated[
    str | None, typer.Option("--out", help="Where the solo goes: part of a port name.")
]
ClockIn = Annotated[
    str | None, typer.Option("--clock-in", help="Input port for the MIDI clock only.")
]
Bpm = Annotated[float, typer.Option(min=20, max=400, help="Tempo in beats per minute.")]
BeatsPerBar = Annotated[
    int, typer.Option(min=1, max=12, help="Quarter-note beats in a bar.", rich_help_panel="Time")
]
FormChart = Annotated[
    str | None,
    typer.Option(
        "--form",
        help="The tune's chords: a chart such as 'Dm7 G7 C' or '3/4 | Dm7 | G7 | C | % |', an iReal"
        " Pro link, a file with either, or a built-in tune such as 'blues'. A metre in the chart"
        " overrides --beats-per-bar.",
    ),
]
Sound = Annotated[
    bool | None,
    typer.Option(
        "--sound/--no-sound", help="Make solo.wav. Default: only for takes up to 5 minutes."
    ),
]
RoleDir = Annotated[Path, typer.Argument(help="Role dataset; its held-out tunes are used.")]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="JAMBOT_TOKEN",
        help="Token that opens the live view. Other users can read it in the process list; to hide"
        " it, set JAMBOT_TOKEN or use --token-file.",
        rich_help_panel=PAGE,
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", help="File with the token on its first line.", rich_help_panel=PAGE
    ),
]


@dataclass(frozen=True)
class PortOptions(Options):
    """Where a jam's MIDI comes from and goes to."""

    PANEL = "Ports and channels"
    backend: Annotated[
        str, typer.Option(help="MIDI system: auto, plugin, rtmidi, jack or memory.")
    ] = "auto"
    in_channel: Annotated[
        int | None, typer.Option(min=1, max=16, help="MIDI channel to listen to. Default: all.")
    ] = None
    out_channel: Annotated[int, typer.Option(min=1, max=16, help="MIDI channel of the solo.")] = 1
    gestures: Annotated[Path | None, typer.Option(help="TOML file: which control does what.")] = (
        None
    )
    latency_ms: Annotated[
        float,
        typer.Option(min=0, max=250, help="Send notes so many ms early, if your sound is late."),
    ] = 0.0
    fl: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="IN OUT", help="Follow FL Studio: name the cables from its script and to it."
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Those of a session."""
        from jambot.realtime.gesture_file import read_gestures
        from jambot.realtime.gestures import GestureMap

        return {
            "input_channel": None if self.in_channel is None else self.in_channel - 1,
            "output_channel": self.out_channel - 1,
            "gestures": GestureMap() if self.gestures is None else read_gestures(self.gestures),
            "latency_seconds": self.latency_ms / 1e3,
        }


@dataclass(frozen=True)
class TimeOptions(Options):
    """The beat of a jam."""

    PANEL = "Time"
    beats_per_bar: BeatsPerBar = 4
    clock_in: ClockIn = None
    clock_out: Annotated[
        bool, typer.Option("--clock-out", help="Send a MIDI clock with the solo.")
    ] = False
    lookahead: Annotated[float, typer.Option(min=1, max=4, help="How many bars to plan ahead.")] = (
        2.0
    )
    seconds: Annotated[float | None, typer.Option(min=1, help="Stop after so many seconds.")] = None

    def settings(self, clock: str) -> dict[str, Any]:
        """Those of a session on this `clock`. UsageError where they do not go together."""
        from jambot.realtime.settings import Sync

        if clock not in list(Sync):
            raise UsageError(
                f"--clock {clock}",
                f"one of {', '.join(Sync)}",
                "leave out --clock for JAM_BOT's own beat",
            )
        if self.clock_in is not None and clock != Sync.midi:
            raise UsageError(
                f"--clock-in {self.clock_in} with --clock {clock}",
                "--clock midi",
                "add --clock midi",
            )
        if self.clock_out and clock not in (Sync.internal, Sync.auto, Sync.hands):
            raise UsageError(
                f"--clock-out with --clock {clock}",
                "one source of the beat",
                "leave one of them out",
            )
        return {"clock": Sync(clock), "clock_out": self.clock_out}


@dataclass(frozen=True)
class TurnOptions(Options):
    """When and how the solo answers."""

    PANEL = "Who plays when"
    response: Annotated[
        str, typer.Option(help="Begin the solo now, at the next beat or at the next bar.")
    ] = "now"
    split: Annotated[
        int,
        typer.Option(min=0, max=127, help="Answer melodies from this MIDI key upwards. 0: never."),
    ] = 60
    trade: Annotated[
        int, typer.Option(min=0, max=32, help="Take turns of so many bars. 0: never.")
    ] = 0
    touch: Annotated[
        bool, typer.Option("--touch/--no-touch", help="Play louder when you play harder.")
    ] = True

    def settings(self) -> dict[str, Any]:
        """Those of a session, but for the response."""
        return {
            "split_pitch": self.split or None, "trade_bars": self.trade, "touch": self.touch
        }  # fmt: skip


@dataclass(frozen=True)
class PianistOptions(Options):
    """Who plays the chords where nobody else does."""

    PANEL = "The built-in pianist"
    performer: Annotated[
        str,
        typer.Option(
            help="When the built-in pianist plays: auto (without a keyboard, until you play), on"
            " (whenever nobody plays) or off."
        ),
    ] = "auto"
    comping: Annotated[
        Path | None, typer.Option(help="MIDI file that plays the chords until you do.")
    ] = None
    yield_bars: Annotated[
        float,
        typer.Option(
            min=0.5, max=64, help="Bring the pianist back after so many bars without you."
        ),
    ] = 2.0
    count_in: Annotated[
        int, typer.Option(min=0, max=4, help="Bars of count-in before the pianist or a chart.")
    ] = 1

    def settings(self) -> dict[str, Any]:
        """Those of a session. UsageError for another word, or off with a file to play."""
        from jambot.realtime.settings import Performing

        if self.performer not in list(Performing):
            raise UsageError(f"--performer {self.performer}", f"one of {', '.join(Performing)}")
        if self.performer == Performing.off and self.comping is not None:
            raise UsageError(
                f"--performer off with --comping {self.comping}",
                "one of them",
                "leave out --comping or --performer",
            )
        return {
            "performer": Performing(self.performer),
            "yield_bars": self.yield_bars,
            "count_in_bars": self.count_in,
        }


@dataclass(frozen=True)
class PageOptions(Options):
    """The browser view, and programs that start a jam."""

    PANEL = PAGE
    until_input_ends: Annotated[
        bool,
        typer.Option(
            "--until-input-ends",
            help="Stop when standard input ends. For programs that start a jam.",
        ),
    ] = False
    no_view: Annotated[
        bool, typer.Option("--no-view", help="Show no browser view and no status.")
    ] = False
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the browser view. 0: any free port.")
    ] = 8765
    host: Annotated[
        str, typer.Option(help="Address of the view. 0.0.0.0 lets other machines in, with a token.")
    ] = "127.0.0.1"
    token: Token = None
    token_file: TokenFile = None
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser view at the start.")
    ] = True

    def page(self) -> "PageAt | None":
        """Where the view is; None where none is wanted."""
        from jambot.cli.company import PageAt

        secret = read_token(self.token, self.token_file)
        return None if self.no_view else PageAt(self.port, self.host, secret, self.open_page)


@dataclass(frozen=True)
class BandOptions(Options):
    """Bass and drums."""

    PANEL = "The band"
    band: Annotated[
        str, typer.Option(help="Who plays along: bass,drums, one, or none.", rich_help_panel=FIRST)
    ] = "none"
    bass_channel: Annotated[int, typer.Option(min=1, max=16, help="MIDI channel of the bass.")] = 2
    drums_channel: Annotated[
        int, typer.Option(min=1, max=16, help="MIDI channel of the drums.")
    ] = 10
    feel: Annotated[
        str, typer.Option(help="Feel: auto, swing, two, brushes, straight, bossa, waltz or pedal.")
    ] = "auto"

    def settings(self, solo_channel: int = 0) -> "BandSettings":
        """Who plays where. UsageError for a word that is none, or where a voice that plays has the
        channel (0–15) of another or of the solo."""
        from jambot.band import Feel
        from jambot.realtime.settings import BandSettings, read_voices

        if self.feel not in list(Feel):
            raise UsageError(
                f"--feel {self.feel}", f"one of {', '.join(Feel)}", "leave --feel out for auto"
            )
        voices, bass, drums = read_voices(self.band), self.bass_channel - 1, self.drums_channel - 1
        band = BandSettings(voices, bass, drums, Feel(self.feel))
        for voice in band.voices:
            if other := band.shared_with(voice, solo_channel):
                raise UsageError(
                    f"the {voice} and the {other} share MIDI channel {band.channel(voice) + 1}",
                    "a channel for each",
                    "change --bass-channel, --drums-channel or --out-channel; if your instrument"
                    " hears one channel only, leave out --band",
                )
        return band


@dataclass(frozen=True)
class FilmOptions(Options):
    """What is filmed of a demo."""

    PANEL = "A film of it"
    video: Annotated[Path | None, typer.Option(help="Make a film: .mp4 or .webm.")] = None
    clip: Annotated[
        Path | None, typer.Option(help="Make a short silent loop: .gif, .webm or .mp4.")
    ] = None
    height: Annotated[int, typer.Option(help="Height in pixels.")] = 1080
    fps: Annotated[int, typer.Option(min=1, max=120, help="Pictures per second.")] = 60
    check: Annotated[
        bool, typer.Option("--check", help="Decode the finished film and check it.")
    ] = False
    force: Annotated[bool, typer.Option("--force", help="Replace an existing film or loop.")] = (
        False
    )


@dataclass(frozen=True)
class ModelOptions(Options):
    """Which models are examined, and where that goes."""

    PANEL = FIRST
    model: Annotated[
        list[str] | None,
        typer.Option(help="A style or an exported folder. Repeat the option for more."),
    ] = None
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the exam.")] = Path("exam")
    seed: Seed = 1

    def settings(self, sampling: "SamplingSettings", **others: Any) -> "ExamSettings":
        """Those of an exam."""
        from jambot.evaluation.exam.evaluate import ExamSettings

        models = tuple(self.model or ["piano"])
        return ExamSettings(models=models, seed=self.seed, sampling=sampling, **others)


@dataclass(frozen=True)
class ExamOptions(ModelOptions):
    """And over which tunes."""

    source: Annotated[str, typer.Option(help="One corpus, or `all`.")] = "wjd"
    bars: Annotated[int, typer.Option(min=4, help="Length of each solo in bars.")] = 32
    limit: Annotated[int | None, typer.Option(min=1, help="How many tunes. Default: all.")] = None

    def settings(self, sampling: "SamplingSettings", **others: Any) -> "ExamSettings":
        """Those of an exam."""
        source = None if self.source == "all" else self.source
        tunes = {"source": source, "bars": self.bars, "limit": self.limit}
        return super().settings(sampling, **tunes, **others)


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
        raise UsageError(f"--token-file {file} is not a text file", wanted) from error
    if not words:
        raise UsageError(f"--token-file {file} is empty", wanted)
    return words[0]


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
