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
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import ConfigDict

from jambot import __version__
from jambot.control.mcp_server import making, prompts
from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.driving import Driving
from jambot.control.mcp_server.studio import OpenStudio, Studio
from jambot.control.mcp_server.watching import Watching
from jambot.control.room.room import PORT
from jambot.control.room.shelf import Shelf
from jambot.errors import JamBotError

WATCHES = """JAM_BOT improvises a jazz solo, live, over the chords a person plays. These tools watch
it and read back what was played; none of them plays a note."""
DRIVES = " They may also start, steer and stop a jam: a person may be playing, so be gentle."
ONLY_WATCHES = " This server only watches; to steer, start it with --allow-drive."

MOST_TOLD = 50
"""Takes that a model is told of."""
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

    shelf = Shelf(offer.takes, MOST_TOLD)
    watching = Watching(band, shelf)
    tools = [*_looking(watching)]
    if offer.allow_drive:
        tools += _steering(Driving(band, shelf))
    if offer.studio is not None:
        tools += _in_the_studio(Studio(offer.studio), offer.allow_drive)
    server: MCPServer[None] = MCPServer(
        name="jambot",
        title="JAM_BOT",
        version=__version__,
        instructions=WATCHES + (DRIVES if offer.allow_drive else ONLY_WATCHES),
        lifespan=life,
        log_level="WARNING",
        tools=tools,
    )
    _add_resources(server, watching)
    server.prompt(title="Bandleader")(prompts.bandleader)
    server.prompt(title="Practice partner")(prompts.practice_partner)
    return server


def _looking(watching: Watching) -> list[Tool]:
    looks: tuple[ToolMethod, ...] = (
        watching.list_ports, watching.status, watching.plan, watching.played, watching.takes,
        watching.report, watching.doctor,
    )  # fmt: skip
    return [*(_tool(look, LOOKS) for look in looks), _tool(watching.panic, ENDS)]


def _steering(driving: Driving) -> list[Tool]:
    steers: tuple[ToolMethod, ...] = (
        driving.start, driving.drive, driving.set_knob, driving.set_sampling, driving.set_stage,
        driving.set_adapter, driving.set_tempo, driving.hold_tempo, driving.set_form,
        driving.set_voice, driving.set_feel, driving.set_performer, driving.trade,
        driving.lay_out, driving.end_phrase, driving.trigger, driving.lock_bar, driving.reroll_bar,
        driving.thin_bar, driving.keep, driving.export_take, making.generate,
    )  # fmt: skip
    return [*(_tool(steer, STEERS) for steer in steers), _tool(driving.stop, ENDS)]


def _in_the_studio(studio: Studio, allow_drive: bool) -> list[Tool]:
    tools = [_tool(studio.fl_status, LOOKS)]
    if allow_drive:
        tools += [_tool(studio.fl_transport, STEERS), _tool(studio.fl_tempo, STEERS)]
        tools += [_tool(studio.fl_record_take, ENDS)]
    return tools


def _tool(method: ToolMethod, annotations: ToolAnnotations) -> Tool:
    """A method as a tool: its docstring told, its faults told as sentences.

    An argument that it does not have is refused by name: left out in silence it would be missed.
    """

    @functools.wraps(method)
    async def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return await method(*args, **kwargs)
        except JamBotError as error:
            raise ToolError(str(error)) from error

    description = " ".join((method.__doc__ or "").split())
    tool = Tool.from_function(told, description=description, annotations=annotations)
    lenient = tool.fn_metadata.arg_model
    strict: type[Any] = type(
        lenient.__name__, (lenient,), {"model_config": ConfigDict(extra="forbid")}
    )
    tool.fn_metadata.arg_model = strict
    tool.parameters = _untitled(strict.model_json_schema(by_alias=True))
    tool.fn_metadata.output_schema = _untitled(tool.fn_metadata.output_schema)
    return tool


def _untitled(schema: Any) -> Any:
    """A schema without the titles that only repeat its names: a model reads all of it."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(part)
        for key, part in schema.items()
        if key != "title" or not isinstance(part, str)
    }


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
