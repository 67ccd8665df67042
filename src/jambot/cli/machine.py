"""Commands about this machine: its ports, whether it is fit, how well it plays."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import Progress
from rich.text import Text

from jambot.cli.options import Adapter, ClockIn, InName, OutName
from jambot.cli.screen import bench_tables, err, out

if TYPE_CHECKING:
    from jambot.control.doctor import Check

app = typer.Typer()
MARKS = {
    "good": ("✓", "green"),
    "weak": ("!", "yellow"),
    "broken": ("✕", "red"),
    "absent": ("–", ""),
}


@app.command()
def ports() -> None:
    """List the MIDI ports that --in and --out can name."""
    from jambot.realtime.ports import list_ports, windows_pair

    found = list_ports()
    if not found:
        out.print("No MIDI ports. Plug in a keyboard, or jam without: a built-in pianist comps.")
        out.print("A DAW needs none with JAM_BOT's plugin in it: jambot plugin install")
        return
    out.print("back end  use with  name")
    for port in found:
        out.print(f"{port.backend:<8}  --{port.direction:<6}  {port.name}")
    pair = windows_pair(port.name for port in found if port.direction == "out")
    if pair is not None:
        out.print(
            f"Windows' own cable: --out '{pair[0]}' here, and '{pair[1]}' as input in the DAW"
        )


@app.command()
def doctor(
    in_name: InName = None,
    out_name: OutName = None,
    clock_in: ClockIn = None,
    backend: Annotated[
        str, typer.Option(help="MIDI system: auto, plugin, rtmidi, jack or memory.")
    ] = "auto",
    loopback: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="IN OUT", help="Measure the cable that leads from OUT to IN."),
    ] = None,
    adapter: Adapter = "piano",
    report: Annotated[Path, typer.Option(help="Folder for takes.")] = Path("takes"),
    fl_folder: Annotated[Path | None, typer.Option(help="FL Studio's user data folder.")] = None,
    fl: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="IN OUT", help="FL Studio's cables: from its script and to it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    panic: Annotated[
        bool, typer.Option("--panic", help="Only end every note on every output.")
    ] = False,
) -> None:
    """Check this machine and say what to do about each fault. Exits with 1 if you cannot jam."""
    from jambot.control.doctor import DoctorWishes, as_dict, examine, may_jam
    from jambot.control.doctor import panic as end_all_notes

    if panic:
        checks = end_all_notes()
        if not checks and not as_json:
            out.print("No MIDI output, so nothing that could sound.")
    else:
        wishes = DoctorWishes(
            backend, in_name, out_name, clock_in, loopback, adapter, report, fl_folder, fl
        )
        with err.status("looking") as status:
            checks = examine(wishes, lambda words: status.update(f"looking at the {words}"))
    if as_json:
        typer.echo(json.dumps(as_dict(checks), indent=2))
    elif checks:
        out.print(_screen(checks))
    raise typer.Exit(0 if may_jam(checks) else 1)


@app.command()
def bench(
    out_file: Annotated[Path, typer.Option("--out", help="JSON Lines file. The run is appended.")],
    bpm: Annotated[
        list[float] | None,
        typer.Option(min=20, max=400, help="Tempo. Repeat the option for more. Default: 120."),
    ] = None,
    jack: Annotated[
        bool | None, typer.Option("--jack/--no-jack", help="Use JACK. Default: if it is there.")
    ] = None,
    triggers: Annotated[int, typer.Option(min=1, help="How many first notes to measure.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="How long to comp.")] = 60.0,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the takes and their reports.")
    ] = None,
    band: Annotated[str, typer.Option(help="Who plays along: bass,drums, one, or none.")] = "none",
    clock: Annotated[
        Literal["internal", "hands"], typer.Option(help="Who keeps the beat: JAM_BOT or the hands.")
    ] = "internal",
    adapter: Adapter = "piano",
) -> None:
    """Measure a jam on this machine from outside: its latencies and its faults.

    A test program comps to a jam over JACK. Then it asks for first notes out of silence, again and
    again. The tables show the limit, the aim and the result of each figure.
    """
    from jambot.evaluation.bench.bench import append_line, expected_seconds
    from jambot.evaluation.bench.bench import bench as measure

    tempi = bpm or [120.0]
    expected = expected_seconds(seconds, triggers, tempi)
    err.print(f"about {expected / 60:.1f} minutes")
    with Progress(console=err) as progress:
        bar = progress.add_task("starting", total=expected)

        def told(words: str, gone: float) -> None:
            progress.update(bar, description=words, advance=gone)

        run = measure(
            adapter=adapter,
            seconds=seconds,
            triggers=triggers,
            tempi=tempi,
            jack=jack,
            folder=report,
            options=("--band", band, "--clock", clock),
            told=told,
        )
    append_line(run, out_file)
    for table in bench_tables(run):
        out.print(table)
    out.print(f"added to {out_file}")


def _screen(checks: "Sequence[Check]") -> Text:
    """One line a part, and the cure below it; no line is broken, so that a cure can be copied."""
    widest = max(len(check.name) for check in checks)
    told = Text()
    for check in checks:
        mark, colour = MARKS[check.state]
        told.append(f" {mark} ", style=colour).append(f"{check.name:<{widest}}  {check.found}\n")
        if check.cure:
            told.append(f"   {'':{widest}}  ▸ {check.cure}\n", style=colour)
    told.rstrip()
    return told
