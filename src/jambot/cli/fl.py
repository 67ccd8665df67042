"""Commands about FL Studio: put the script in place, ask whether it answers."""

from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.screen import out

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Install JAM_BOT's script for FL Studio, and check whether it answers."""


@app.command()
def install(
    folder: Annotated[
        Path | None, typer.Option(help="FL Studio's user data folder, or its Hardware folder.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a newer or changed script too.")
    ] = False,
) -> None:
    """Install JAM_BOT's script where FL Studio finds it."""
    from jambot.control.fl_studio.install import install as put

    out.print(f"script: {put(folder, force)}")
    out.print(
        "next: restart FL Studio, open Options ▸ MIDI settings, and\n"
        "  1. Input: enable `jambot solo`, controller type JamBot, port 10\n"
        "  2. Output: enable `jambot back`, port 10 as well\n"
        "  3. `jambot fl status --in back --out solo` says whether it answers\n"
        "docs/fl_studio.md has all ten steps.",
    )


@app.command()
def status(
    in_name: Annotated[str | None, typer.Option("--in", help="The cable from FL Studio.")] = None,
    out_name: Annotated[str | None, typer.Option("--out", help="The cable to FL Studio.")] = None,
    backend: Annotated[
        str, typer.Option(help="MIDI system: auto, rtmidi, jack or memory.")
    ] = "auto",
) -> None:
    """Ask JAM_BOT's script what FL Studio is doing."""
    from jambot.control.fl_studio.link import open_studio

    with open_studio(backend, in_name, out_name) as studio:
        found = studio.connect()
    out.print(f"{found.fl_version}, script {found.script_version}")
    state = found.state
    if state is not None:
        out.print(
            f"{'playing' if state.playing else 'stopped'} at beat {state.position_beats:.2f}, "
            f"{state.bpm:g} bpm, {'recording' if state.recording else 'not recording'}, "
            f"{'song' if state.song_mode else 'pattern'} mode, "
            f"channel {state.channel_name or 'none'}",
        )
