"""Commands that make music: jam, demo, generate."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jambot.cli.company import daw, room
from jambot.cli.help_pages import CommandPage
from jambot.cli.option_groups import grouped, sampled, steered
from jambot.cli.options import (
    Adapter,
    BandOptions,
    BeatsPerBar,
    Bpm,
    FilmOptions,
    FormChart,
    InName,
    OutName,
    PageOptions,
    PianistOptions,
    PortOptions,
    Seed,
    Sound,
    TimeOptions,
    TurnOptions,
    session_settings,
)
from jambot.cli.screen import out, say
from jambot.cli.take_folder import take_folder
from jambot.errors import UsageError

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.tokens import Controls

app = typer.Typer()
TRIO = BandOptions("bass,drums")


@app.command(cls=CommandPage)
@sampled
@steered
@grouped
def jam(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    in_name: InName = None,
    out_name: OutName = None,
    bpm: Annotated[
        float | None,
        typer.Option(min=20, max=400, help="Tempo. Default: 120; --clock hands finds yours."),
    ] = None,
    form: FormChart = None,
    adapter: Adapter = "piano",
    clock: Annotated[
        str,
        typer.Option(
            help="Who keeps the beat: internal (JAM_BOT), hands (you), host (the plugin's DAW),"
            " midi (a MIDI clock), link (Ableton Link), or auto (host if the plugin plays, else"
            " internal)."
        ),
    ] = "auto",
    report: Annotated[
        Path | None, typer.Option(help="New folder for the take. Default: takes/<date>.")
    ] = None,
    sound: Sound = None,
    seed: Seed = 1,
    ports: PortOptions,
    time: TimeOptions,
    turns: TurnOptions,
    pianist: PianistOptions,
    page: PageOptions,
    band: BandOptions,
) -> None:
    """Play chords on your keyboard and hear a solo over them.

    While nobody plays, a built-in pianist comps --form or a tune of its own. Your first key takes
    its place.
    """
    from jambot.cli.sitting import sit
    from jambot.cli.terminal_keys import typing
    from jambot.music.take_files import refuse_taken
    from jambot.realtime.main import JamSettings
    from jambot.realtime.stopping import Stopping

    if ports.fl is not None and clock not in ("auto", "internal"):
        raise UsageError(f"--fl with --clock {clock}", "one host", "leave one of them out")
    settings = JamSettings(
        session_settings(
            120.0 if bpm is None else bpm,
            time.beats_per_bar,
            turns.response,
            seed,
            time.lookahead,
            form,
            bpm_told=bpm is not None,
            controls=knobs,
            band=band.settings(ports.out_channel - 1),
            **time.settings(clock if ports.fl is None else "midi"),
            **ports.settings(),
            **turns.settings(),
            **pianist.settings(),
        ),
        sampling,
        adapter,
        ports.backend,
        in_name,
        out_name,
        time.clock_in,
        pianist.comping,
        time.seconds,
    )
    if report is not None:
        refuse_taken(report)
    with (
        Stopping() as stopping,
        room(page.page(), ports.in_channel) as company,
        daw(ports.fl, ports.backend, company.hear) as hear,
    ):
        if page.until_input_ends:
            stopping.when_input_ends()
        with typing(replace(company, hear=hear), page.until_input_ends) as everybody:
            sit(settings, report, sound, everybody, stopping)


@app.command(cls=CommandPage)
@sampled
@steered
@grouped
def demo(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="New folder for the take. Default: takes/<date>.")
    ] = None,
    sound: Sound = None,
    seconds: Annotated[float, typer.Option(min=1, help="Length in seconds.")] = 60.0,
    seed: Seed = 1,
    realtime: Annotated[
        bool, typer.Option("--realtime/--fast", help="In real time, or as fast as the machine can.")
    ] = False,
    comping: Annotated[Path | None, typer.Option(help="MIDI file that plays the chords.")] = None,
    form: FormChart = None,
    bpm: Bpm = 120.0,
    beats_per_bar: BeatsPerBar = 4,
    adapter: Annotated[
        str | None, typer.Option(help="Style of the solo. Default: piano; in a film, all in turn.")
    ] = None,
    film: FilmOptions,
    band: BandOptions = TRIO,
) -> None:
    """Record a jam with the built-in pianist: take, report, and sound if FluidSynth is installed.

    With --fast the session does not wait for real time. The notes for a seed stay the same.
    --video and --clip make a film of a jam.
    """
    from jambot.assets import FIRST_STYLE
    from jambot.music.take_files import LOG_FILE
    from jambot.realtime.main import JamSettings
    from jambot.realtime.main import jam as play
    from jambot.realtime.settings import Performing
    from jambot.realtime.stopping import Stopping

    settings = JamSettings(
        session_settings(
            bpm,
            beats_per_bar,
            "now",
            seed,
            2.0,
            form,
            controls=knobs,
            performer=Performing.on,
            count_in_bars=0,
            band=band.settings(),
        ),
        sampling,
        adapter or FIRST_STYLE,
        "memory",
        comping=comping,
        seconds=seconds,
        realtime=realtime,
    )
    if film.video is not None or film.clip is not None or film.check:
        from jambot.cli.filming import Filming, shoot_demo
        from jambot.video.production import PictureSize

        read = [Path(name) for name in (comping, form) if name]
        size = PictureSize(film.height, film.fps)
        asked = Filming(film.video, film.clip, size, film.check)
        asked.refuse_to_lose(read, force=film.force)
        with take_folder(out_dir, sound) as folder:
            shoot_demo(asked, settings, adapter, folder)
        return
    with Stopping() as stopping, take_folder(out_dir, sound) as folder:
        play(settings, folder / LOG_FILE, stopping=stopping)


@app.command(cls=CommandPage)
@sampled
@steered
@grouped
def generate(
    *,
    sampling: "SamplingSettings",
    knobs: "Controls",
    conditioning: Annotated[
        Path | None, typer.Argument(help="MIDI file with the chords. Without one, give --form.")
    ] = None,
    solo: Annotated[Path, typer.Option("-o", "--out", help="MIDI file to write.")],
    primer: Annotated[
        Path | None, typer.Option(help="MIDI file with a melody. The solo continues it.")
    ] = None,
    adapter: Adapter = "piano",
    seed: Seed = 1,
    bars: Annotated[int | None, typer.Option(min=1, help="Length. Default: as the chords.")] = None,
    form: FormChart = None,
    bpm: Annotated[
        float | None, typer.Option(min=20, max=400, help="Tempo for --form without a MIDI file.")
    ] = None,
    beats_per_bar: BeatsPerBar = 4,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    band: BandOptions,
) -> None:
    """Write a solo over a MIDI file of chords, or over a chart that the built-in pianist comps.

    The new file holds the solo and the chords it was played over.
    """
    from jambot.generation.accompaniment import Voices
    from jambot.generation.solo import solo_over_chart, solo_over_file
    from jambot.music import chart_text
    from jambot.realtime.main import make_generator
    from jambot.storage import refuse_to_lose

    read = [Path(name) for name in (conditioning, primer, form) if name]
    refuse_to_lose(solo, read, force=force)
    chart = None if form is None else chart_text(form)
    playing = band.settings()
    voices = Voices(playing.voices, playing.feel, seed)
    if conditioning is None:
        if chart is None:
            raise UsageError(
                "neither a MIDI file nor --form",
                "chords to solo over",
                "name a MIDI file with chords, or give --form, such as --form blues",
            )
        if primer is not None:
            raise UsageError("--primer without a MIDI file", "a MIDI file", "leave --primer out")
        generator = make_generator(adapter, sampling, seed)
        made = solo_over_chart(
            generator, chart, solo, bars, bpm or 120.0, beats_per_bar, seed, knobs, voices
        )
        say(f"comped by the built-in pianist: {made.heard}")
        if not made.heard.chords:
            say("warning: the chart has no chord, so the solo follows nothing")
        out.print(f"{solo}: {made}")
        return
    if bpm is not None:
        raise UsageError(
            f"--bpm {bpm:g} with {conditioning}",
            "the tempo of the file",
            "leave out --bpm or the file",
        )
    generator = make_generator(adapter, sampling, seed)
    made = solo_over_file(generator, conditioning, solo, primer, bars, knobs, chart, voices)
    say(f"heard in {conditioning}: {made.heard}")
    if not made.heard.chords:
        led = "the solo follows --form alone" if form else "the solo follows nothing"
        say(f"warning: no chord was heard, so {led}; expected two or more keys struck together")
    out.print(f"{solo}: {made}")
