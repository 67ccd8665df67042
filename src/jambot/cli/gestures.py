"""Commands about gestures: what asks for what, and teaching it by moving a control."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from jambot.cli.options import InName
from jambot.cli.screen import err, out
from jambot.errors import PortError, UsageError

app = typer.Typer(no_args_is_help=True)
LOOK_SECONDS = 0.005

File = Annotated[Path, typer.Option(help="TOML file of gestures, for `jam --gestures`.")]


@app.callback()
def _group() -> None:
    """Choose which knob, pedal or pad does what."""


@app.command()
def learn(
    action: Annotated[str, typer.Argument(help="density, trigger, lay_out, tap ... (see `list`)")],
    file: File,
    in_name: InName = None,
    backend: Annotated[
        str, typer.Option(help="MIDI system: auto, rtmidi, jack or memory.")
    ] = "auto",
    seconds: Annotated[float, typer.Option(min=1, help="Seconds to wait for the control.")] = 30.0,
) -> None:
    """Give ACTION to the knob, pedal or pad that you move next."""
    from jambot.realtime.gesture_file import bind_in_file
    from jambot.realtime.gestures import Action
    from jambot.realtime.hands.midi_learn import bound

    if action not in list(Action):
        raise UsageError(f"no action {action!r}", f"one of {', '.join(Action)}", "check the name")
    control = _shown(Action(action), in_name, backend, seconds)
    before = bind_in_file(file, Action(action), control)
    out.print(f"{bound(control, action, before)}   ({file})")


@app.command("list")
def list_(
    file: Annotated[
        Path | None, typer.Option(help="TOML file of gestures. Default: built in.")
    ] = None,
) -> None:
    """List the actions and their controls."""
    from jambot.realtime.gesture_file import read_gestures
    from jambot.realtime.gestures import Action, GestureMap

    controls = (GestureMap() if file is None else read_gestures(file)).controls
    table = Table("action", "control")
    for action in Action:
        given = controls.get(action, [])
        table.add_row(action, given if isinstance(given, str) else ", ".join(given))
    out.print(table)


def _shown(action: str, in_name: str | None, backend: str, seconds: float) -> str:
    """The control that is moved first. PortError where none is within `seconds`."""
    from jambot.realtime.clock import SystemClock
    from jambot.realtime.gestures import Action
    from jambot.realtime.hands.midi_learn import MidiLearn
    from jambot.realtime.ports import open_ports

    listener = MidiLearn(Action(action))
    ports = open_ports(backend, in_name, None, SystemClock())
    try:
        heard = ports.input_name or "whatever is connected to jambot"
        with err.status(Text(f"{heard}: move the knob, pedal or pad for {action}")):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for message in ports.input.poll():
                    control = listener.hear(message.midi)
                    if control is not None:
                        return control
                time.sleep(LOOK_SECONDS)
    finally:
        ports.close()
    raise PortError(
        f"no control was moved within {seconds:g} s",
        "a knob turned far, or a pedal or pad pressed",
        "see `jambot ports`, and give --in the keyboard's name",
    )
