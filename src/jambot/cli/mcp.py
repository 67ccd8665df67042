"""The command `jambot mcp`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.options import Token, TokenFile, read_token
from jambot.cli.screen import err

app = typer.Typer()
HTTP_PORT = 8766
"""Beside the live view's."""


@app.command()
def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP on this machine, not over stdio.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port for --http.")] = HTTP_PORT,
    jam: Annotated[
        str, typer.Option(help="Address of the jam's live view, as `jambot jam` prints it.")
    ] = "http://127.0.0.1:8765",
    token: Token = None,
    token_file: TokenFile = None,
    takes: Annotated[Path, typer.Option(help="Folder of the takes.")] = Path("takes"),
    allow_drive: Annotated[
        bool, typer.Option("--allow-drive", help="Let the model start, stop and steer.")
    ] = False,
    fl: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="IN OUT", help="FL Studio's cables: from it and to it."),
    ] = None,
    backend: Annotated[
        str, typer.Option(help="MIDI system for --fl: auto, rtmidi or jack.")
    ] = "auto",
) -> None:
    """Serve MCP, so that a language model can watch or lead a jam. Uses stdio by default."""
    from jambot.control.fl_studio.link import open_studio
    from jambot.control.mcp_server import Offer, make_server
    from jambot.control.room.address import with_token

    studio = None if fl is None else partial(open_studio, backend, *fl)
    url = with_token(jam, read_token(token, token_file))
    server = make_server(Offer(url, takes, allow_drive, studio))
    if not http:
        server.run()
        return
    err.print(f"MCP: http://127.0.0.1:{port}/mcp")
    server.run("streamable-http", host="127.0.0.1", port=port)
