"""Commands about the plugin: put it where the DAW looks, see how it is, take it out."""

from typing import Annotated

import typer

from jambot.cli.screen import out

app = typer.Typer(no_args_is_help=True)
FORCE = typer.Option("--force", help="Also replace or remove what this command did not install.")


@app.callback()
def _group() -> None:
    """Install the plugin: JAM_BOT as an instrument in a DAW."""


@app.command()
def install(force: Annotated[bool, FORCE] = False) -> None:
    """Install the plugin where your DAW finds it, for this user only."""
    from jambot.control.plugin_install import formats
    from jambot.control.plugin_install import install as put

    for path in put(formats(), force=force):
        out.print(f"installed: {path}")
    out.print("next: have the DAW scan its plugins, put JAM_BOT on a channel, and run `jambot jam`")


@app.command()
def status() -> None:
    """Show which formats are installed, and whether the plugin reaches JAM_BOT."""
    from jambot.control.doctor.plugin import talk
    from jambot.control.plugin_install import formats

    for form in formats():
        if form.there is None:
            said = (
                "not installed"
                if form.shipped
                else "not installed, and none ships with this JAM_BOT"
            )
        elif form.current:
            said = "installed"
        elif form.fresh is None:
            said = "installed; none ships with this JAM_BOT to compare it with"
        else:
            said = "installed in another version: jambot plugin install"
        out.print(f"{form.name}: {said} ({form.path})")
    for check in talk():
        cure = f" ▸ {check.cure}" if check.cure else ""
        out.print(f"{check.name}: {check.found}{cure}")


@app.command()
def uninstall(force: Annotated[bool, FORCE] = False) -> None:
    """Remove what `jambot plugin install` installed."""
    from jambot.control.plugin_install import formats
    from jambot.control.plugin_install import uninstall as take_out

    found = formats()
    gone = take_out(found, force=force)
    for path in gone:
        out.print(f"removed: {path}")
    left = [form.path for form in found if form.there is not None and form.path not in gone]
    for path in left:
        out.print(f"left, since this command did not install it: {path} (--force removes it)")
    if not gone and not left:
        out.print("nothing was installed")
