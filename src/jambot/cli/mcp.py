"""The command `jambot mcp`."""

from pathlib import Path
from typing import Annotated

import typer

from jambot.cli.screen import err

app = typer.Typer()
HTTP_PORT = 8766
"""Beside the live view's."""


@app.command()
def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP on this machine, not over stdio.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of --http.")] = HTTP_PORT,
    jam: Annotated[
        str, typer.Option(help="The live view of the jam to lead, as `jambot jam` says it.")
    ] = "http://127.0.0.1:8765",
    takes: Annotated[Path, typer.Option(help="Where takes lie, and go.")] = Path("takes"),
    allow_drive: Annotated[
        bool, typer.Option("--allow-drive", help="Offer start, stop and steering too.")
    ] = False,
) -> None:
    """Let a language model lead a jam: an MCP server, over stdio unless told otherwise."""
    from jambot.control.mcp_server import Offer, make_server

    server = make_server(Offer(jam, takes, allow_drive))
    if not http:
        server.run()
        return
    err.print(f"MCP: http://127.0.0.1:{port}/mcp", highlight=False)
    server.run("streamable-http", host="127.0.0.1", port=port)
