"""The command that makes a style of one's own playing: style."""

import re
from pathlib import Path
from typing import Annotated

import typer

from jambot.assets import shipped_styles
from jambot.cli.screen import out, progress_bar, say
from jambot.errors import UsageError

app = typer.Typer()

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.IGNORECASE)
TRAINING = ("torch", "transformers", "peft", "tensorboard", "onnx", "onnx_ir")
"""Of the `train` extra; asked for before anything is read, not after minutes."""


@app.command()
def style(
    sources: Annotated[list[Path], typer.Argument(help="Folders, MIDI files or takes.")],
    name: Annotated[
        str, typer.Option(help="Name of the style, for `--adapter` and the page.")
    ] = "me",
    track: Annotated[
        str | None, typer.Option(help="Track that leads, by name or number. Default: found.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Most training steps.")] = 80,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to read files with.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="Processor cores to train on.")] = 2,
    fresh: Annotated[bool, typer.Option(help="Start again from zero instead of going on.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all random choices.")] = 1,
) -> None:
    """Teach the player your style from about ten minutes of your own playing.

    Run it again after an interruption, and it goes on where it stopped. Run it with more music, and
    it trains again from the start.
    """
    _check(sources, name)
    _need_training()
    from jambot.cli.style_making import make_style

    with progress_bar(name) as advance:
        made = make_style(
            sources,
            name,
            track=track,
            seed=seed,
            steps=steps,
            jobs=jobs,
            threads=threads,
            fresh=fresh,
            report=advance,
            say=say,
        )
    share = "" if made.strength == 1 else f", at strength {made.strength:g}"
    out.print(
        f"{name}: made of {made.amount.minutes:.1f} minutes{share}, in {made.seconds / 60:.1f}"
        f" minutes; before and after: {made.page}",
    )
    out.print(f"play it: jambot jam --adapter {name}")


def _check(sources: list[Path], name: str) -> None:
    taken = [*shipped_styles(), "chord-tones"]
    if not NAME.fullmatch(name) or name.lower() in taken:
        raise UsageError(
            f"--name {name}",
            f"letters, digits, - and _, at most 32, and none of {', '.join(taken)}",
            "choose another name",
        )
    for source in sources:
        if not source.exists():
            raise UsageError(f"{source}: no such file or folder", "MIDI files", "check the path")


def _need_training() -> None:
    """Raise ModuleNotFoundError, which is told with its cure, where training cannot be had."""
    from importlib.util import find_spec

    for module in TRAINING:
        if find_spec(module) is None:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
