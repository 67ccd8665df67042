"""Commands that make music: jam, demo, generate."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.company import PageAt, daw, room
from jambot.cli.options import (
    Adapter,
    AnyChannel,
    BeatsPerBar,
    Bpm,
    Channel,
    CheckFilm,
    Clip,
    FormChart,
    PictureHeight,
    PicturesPerSecond,
    ReplaceFilm,
    Seed,
    Sound,
    Token,
    TokenFile,
    Video,
    read_token,
    sampled,
    session_settings,
    stage_options,
    steered,
)
from jambot.cli.screen import out, say
from jambot.cli.take_folder import take_folder
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.tokens import Controls

app = typer.Typer()


@app.command()
@sampled
@steered
def jam(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    in_name: Annotated[str | None, typer.Option("--in", help="Keyboard: part of its name.")] = None,
    out_name: Annotated[str | None, typer.Option("--out", help="Where the solo goes.")] = None,
    in_channel: AnyChannel = None,
    out_channel: Channel = 1,
    backend: Annotated[str, typer.Option(help="auto, rtmidi, jack or memory.")] = "auto",
    bpm: Bpm = 120.0,
    beats_per_bar: BeatsPerBar = 4,
    response: Annotated[str, typer.Option(help="First note: now, beat or bar.")] = "now",
    adapter: Adapter = "jazz",
    seed: Seed = 1,
    seconds: Annotated[float | None, typer.Option(min=1, help="Stop after so long.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="New folder for the take; default takes/<date>.")
    ] = None,
    sound: Sound = None,
    clock: Annotated[
        str, typer.Option(help="internal, midi (a host's clock) or link (Ableton Link).")
    ] = "internal",
    clock_in: Annotated[
        str | None, typer.Option("--clock-in", help="A port for the host's clock alone.")
    ] = None,
    fl: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="IN OUT", help="Follow FL Studio: the cables from and to its script."),
    ] = None,
    clock_out: Annotated[
        bool, typer.Option("--clock-out", help="Send a MIDI clock with the solo.")
    ] = False,
    gestures: Annotated[
        Path | None, typer.Option(help="TOML: which knob, pedal or pad asks for what.")
    ] = None,
    split: Annotated[
        int, typer.Option(min=0, max=127, help="Melodies from this key on are answered; 0: none.")
    ] = 60,
    form: FormChart = None,
    trade: Annotated[int, typer.Option(min=0, max=32, help="Take turns of so many bars.")] = 0,
    touch: Annotated[
        bool, typer.Option("--touch/--no-touch", help="Hard or soft hands: a loud or soft solo.")
    ] = True,
    comping: Annotated[
        Path | None, typer.Option(help="A MIDI file that plays the chords instead of you.")
    ] = None,
    lookahead: Annotated[float, typer.Option(min=1, max=4, help="Bars planned ahead.")] = 2.0,
    latency_ms: Annotated[
        float, typer.Option(min=0, max=250, help="Notes leave so much early: your sound's delay.")
    ] = 0.0,
    no_view: Annotated[bool, typer.Option("--no-view", help="No browser view, no status.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the browser view; 0: any that is free.")
    ] = 8765,
    host: Annotated[
        str,
        typer.Option(help="Address of the browser view; 0.0.0.0: for other machines, by token."),
    ] = "127.0.0.1",
    token: Token = None,
    token_file: TokenFile = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser view by itself.")
    ] = True,
    until_input_ends: Annotated[
        bool,
        typer.Option("--until-input-ends", help="Stop when stdin ends: for other programs."),
    ] = False,
) -> None:
    """Play: your keyboard in, the solo out. Without a keyboard a built-in pianist comps."""
    from jambot.music.take_files import LOG_FILE
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play
    from jambot.realtime.stopping import Stopping

    if fl is not None and clock != "internal":
        raise UsageError(f"--fl with --clock {clock}", "one host", "leave one of them out")
    others = stage_options(
        clock if fl is None else "midi",
        clock_in,
        clock_out,
        in_channel,
        out_channel,
        gestures,
        split,
        trade,
    )
    settings = JamSettings(
        session_settings(
            bpm,
            beats_per_bar,
            response,
            seed,
            lookahead,
            form,
            controls=knobs,
            touch=touch,
            latency_seconds=latency_ms / 1e3,
            **others,
        ),
        sampling,
        adapter,
        backend,
        in_name,
        out_name,
        clock_in,
        comping,
        seconds,
    )
    secret = read_token(token, token_file)
    view = None if no_view else PageAt(port, host, secret, open_page)
    with (
        Stopping() as stopping,
        take_folder(report, sound) as folder,
        room(folder, view, in_channel) as (show, hear, orders, answer),
        daw(fl, backend, hear) as hear_all,
    ):
        if until_input_ends:
            stopping.when_input_ends()
        play(settings, folder / LOG_FILE, show, hear_all, stopping, orders, answer)


@app.command()
@sampled
@steered
def demo(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="New folder for the take; default takes/<date>.")
    ] = None,
    sound: Sound = None,
    seconds: Annotated[float, typer.Option(min=1, help="Length.")] = 60.0,
    seed: Seed = 1,
    realtime: Annotated[
        bool, typer.Option("--realtime/--fast", help="In time, or as fast as it goes.")
    ] = False,
    comping: Annotated[Path | None, typer.Option(help="A MIDI file that plays the chords.")] = None,
    form: FormChart = None,
    bpm: Bpm = 120.0,
    adapter: Annotated[
        str | None, typer.Option(help="Who solos; default: jazz, and in a film one after another.")
    ] = None,
    video: Video = None,
    clip: Clip = None,
    height: PictureHeight = 1080,
    fps: PicturesPerSecond = 60,
    check: CheckFilm = False,
    force: ReplaceFilm = False,
) -> None:
    """A bounded jam with the built-in pianist: take, report, and sound where FluidSynth is found.

    With --fast the same session runs on a clock moved by hand: the same notes for the same seed.
    --video and --clip make a film of it, over comping of its own.
    """
    from jambot.assets import DEMO_COMPING, FIRST_STYLE
    from jambot.music.take_files import LOG_FILE
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play
    from jambot.realtime.stopping import Stopping

    settings = JamSettings(
        session_settings(bpm, 4, "now", seed, 2.0, form, controls=knobs),
        sampling,
        adapter or FIRST_STYLE,
        "memory",
        performer=comping,
        seconds=seconds,
        realtime=realtime,
    )
    if video is not None or clip is not None or check:
        from jambot.cli.filming import Filming, film
        from jambot.video.production import Picture

        read = [Path(name) for name in (comping, form) if name]
        asked = Filming(video, clip, Picture(height, fps), check)
        asked.refuse_to_lose(read, force=force)
        with take_folder(out_dir, sound) as folder:
            film(asked, settings, adapter, folder)
        return
    settings = replace(settings, performer=comping or DEMO_COMPING)
    with Stopping() as stopping, take_folder(out_dir, sound) as folder:
        play(settings, folder / LOG_FILE, stopping=stopping)


@app.command()
@sampled
@steered
def generate(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    conditioning: Annotated[Path, typer.Argument(help="MIDI file with the chords.")],
    solo: Annotated[Path, typer.Option("-o", "--out", help="MIDI file to write.")],
    primer: Annotated[
        Path | None, typer.Option(help="MIDI file whose melody the solo goes on from.")
    ] = None,
    adapter: Adapter = "jazz",
    seed: Seed = 1,
    bars: Annotated[int | None, typer.Option(min=1, help="Length; default: the chords'.")] = None,
    form: FormChart = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Solo over a MIDI file of chords, and say which chords were heard in it."""
    from jambot.generation.solo import solo_over_file
    from jambot.music import chart_text
    from jambot.realtime.main import make_generator
    from jambot.storage import refuse_to_lose

    read = [Path(name) for name in (conditioning, primer, form) if name]
    refuse_to_lose(solo, read, force=force)
    generator = make_generator(adapter, sampling, seed)
    chart = None if form is None else chart_text(form)
    made = solo_over_file(generator, conditioning, solo, primer, bars, knobs, chart)
    say(f"heard in {conditioning}: {made.heard}")
    if not made.heard.chords:
        led = "the solo follows --form alone" if form else "the solo follows nothing"
        say(f"warning: no chord was heard, so {led}; expected two or more keys struck together")
    out.print(f"{solo}: {made}")
