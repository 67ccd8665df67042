"""What the MCP server offers: tools, resources and prompts around one band."""

import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import ToolAnnotations

from jambot import __version__
from jambot.control.mcp_server import prompts
from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.driving import Driving
from jambot.control.mcp_server.studio import OpenStudio, Studio
from jambot.control.mcp_server.watching import Watching
from jambot.control.room import PORT
from jambot.control.shelf import Shelf
from jambot.errors import JamBotError

WATCHES = """JAM_BOT improvises a jazz solo, live, over the chords a person plays. These tools watch
it and read back what was played; none of them plays a note."""
DRIVES = " They may also start, steer and stop a jam: a person may be playing, so be gentle."
ONLY_WATCHES = " This server only watches; to steer, start it with --allow-drive."

ToolMethod = Callable[..., Awaitable[Any]]
JSON = "application/json"
LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
STEERS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
ENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
"""What is cut short, forgotten or played over does not come back."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Which jam is led, where takes lie, whether more than looking is allowed.

    `studio` opens the link with FL Studio; None where its cables were not named.
    """

    url: str = f"http://127.0.0.1:{PORT}"
    takes: Path = Path("takes")
    allow_drive: bool = False
    studio: OpenStudio | None = None


def make_server(offer: Offer) -> MCPServer[None]:
    """A server; a jam that was started through it ends with it."""
    band = Band(offer.url, offer.takes)

    @asynccontextmanager
    async def life(server: MCPServer[None]) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await band.close()

    server: MCPServer[None] = MCPServer(
        name="jambot",
        title="JAM_BOT",
        version=__version__,
        instructions=WATCHES + (DRIVES if offer.allow_drive else ONLY_WATCHES),
        lifespan=life,
        log_level="WARNING",
    )
    shelf = Shelf(offer.takes)
    watching = Watching(band, shelf)
    looks: tuple[ToolMethod, ...] = (
        watching.list_ports, watching.status, watching.plan, watching.played, watching.takes,
        watching.report, watching.doctor,
    )  # fmt: skip
    for tool in looks:
        _add(server, tool, LOOKS)
    _add(server, watching.panic, ENDS)
    if offer.allow_drive:
        driving = Driving(band, shelf)
        steers: tuple[ToolMethod, ...] = (
            driving.start, driving.drive, driving.set_knob, driving.set_sampling,
            driving.set_stage, driving.set_adapter, driving.set_tempo, driving.set_form,
            driving.trade, driving.lay_out, driving.end_phrase, driving.trigger, driving.lock_bar,
            driving.reroll_bar, driving.thin_bar, driving.keep, driving.export_take,
        )  # fmt: skip
        for tool in steers:
            _add(server, tool, STEERS)
        _add(server, driving.stop, ENDS)
    if offer.studio is not None:
        _add_studio(server, Studio(offer.studio), offer.allow_drive)
    _add_resources(server, watching)
    server.prompt(title="Bandleader")(prompts.bandleader)
    server.prompt(title="Practice partner")(prompts.practice_partner)
    return server


def _add_studio(server: MCPServer[None], studio: Studio, allow_drive: bool) -> None:
    _add(server, studio.fl_status, LOOKS)
    if allow_drive:
        _add(server, studio.fl_transport, STEERS)
        _add(server, studio.fl_tempo, STEERS)
        _add(server, studio.fl_record_take, ENDS)


def _add(server: MCPServer[None], tool: ToolMethod, annotations: ToolAnnotations) -> None:
    """Offer a method as a tool: its docstring told, its faults told as sentences."""

    @functools.wraps(tool)
    async def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return await tool(*args, **kwargs)
        except JamBotError as error:
            raise ToolError(str(error)) from error

    description = " ".join((tool.__doc__ or "").split())
    server.add_tool(told, description=description, annotations=annotations)


def _add_resources(server: MCPServer[None], watching: Watching) -> None:
    @server.resource("jambot://report", title="Report of the newest take", mime_type=JSON)
    async def report() -> str:
        """The figures of the newest take, a running one as far as it goes."""
        return await _json(watching.report())

    @server.resource("jambot://takes", title="Takes", mime_type=JSON)
    async def takes() -> str:
        """The recorded sessions."""
        return await _json(watching.takes())

    @server.resource("jambot://takes/{name}/report", title="Report of a take", mime_type=JSON)
    async def report_of(name: str) -> str:
        """The figures of one take."""
        return await _json(watching.report(name))


async def _json(result: Awaitable[Any]) -> str:
    try:
        found = await result
    except JamBotError as error:
        raise ResourceError(str(error)) from error
    return json.dumps(found.model_dump(), indent=1, default=str)
