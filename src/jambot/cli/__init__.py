"""The front door: the command `jambot`.

Each command parses, calls one function of the house, and says where the result lies. What a command
needs is imported inside it, so that playing never pays for training.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from jambot import __version__
from jambot.cli import (
    fl,
    gestures,
    learning,
    machine,
    mcp,
    playing,
    plugin,
    stage_a,
    style,
    takes,
)
from jambot.cli.help_pages import FrontPage
from jambot.cli.screen import complain, out
from jambot.console import UNBOUNDED, allow_any_sign, is_terminal
from jambot.errors import JamBotError, add_extra

app = typer.Typer(
    cls=FrontPage,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={} if is_terminal(sys.stdout) else {"terminal_width": UNBOUNDED},
    pretty_exceptions_enable=False,
    help="You play chords. JAM_BOT improvises the solo, in time, as plain MIDI.",
)
app.add_typer(playing.app)
app.add_typer(machine.app)
app.add_typer(takes.app)
app.add_typer(learning.app)
app.add_typer(style.app)
app.add_typer(stage_a.app)
app.add_typer(mcp.app)
app.add_typer(fl.app, name="fl")
app.add_typer(plugin.app, name="plugin")
app.add_typer(gestures.app, name="gestures")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; faults of ours end with their message and their exit code."""
    allow_any_sign()
    try:
        app(arguments)
    except JamBotError as error:
        complain(error.found, error.expected, error.cure)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").split(".")[0])
        if extra is None:
            raise
        clone = "`make train-setup` in a clone, or " if extra == "train" else ""
        complain(
            f"this command needs {error.name}, which playing does not",
            cure=f"{clone}{add_extra(extra)}",
        )
        sys.exit(1)


EXTRAS = dict.fromkeys(
    (
        "accelerate", "onnx", "onnx_ir", "peft", "safetensors", "sklearn", "tensorboard",
        "torch", "transformers",
    ),
    "train",
) | {"mcp": "mcp", "av": "video", "PIL": "video"}  # fmt: skip
"""What brings a module that only some commands need."""


def _version(asked: bool) -> None:
    if asked:
        out.print(f"jambot {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """You play chords. JAM_BOT improvises the solo, in time, as plain MIDI."""
