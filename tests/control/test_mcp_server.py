"""The MCP server through the SDK's own client: in memory, over stdio, over HTTP; real jams."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_args

import psutil
import pytest
from mcp import Client, StdioServerParameters
from websockets.sync.client import connect

from jambot.assets import DEMO_COMPING, MODELS
from jambot.control import Room
from jambot.control.mcp_server import Offer, make_server
from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.driving import SamplingName
from jambot.dials import LIVE
from jambot.errors import JamBotError
from jambot.music import read_midi
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.orders import Order, Panic, SetAdapter, SetKnob, Trade
from jambot.realtime.status import SessionStatus
from jambot.tokens import Controls
from scripts.lead_a_jam import rehearse, steps, transcript

Make = Callable[..., SessionStatus]
Wait = Callable[[Callable[[], object]], None]
START = {
    "backend": "memory",
    "comping": str(DEMO_COMPING),
    "adapter": "piano",
    "seed": 3,
    "bpm": 180,
}
NOBODY = "http://127.0.0.1:9"
"""The port of discard: no jam is there."""
LOOKING = {
    "list_ports", "status", "plan", "played", "takes", "report", "doctor", "panic",
}  # fmt: skip
PATIENCE_SECONDS = 100
MOST_TOLD = 40_000
"""Characters of all tools, schemas included: a model reads them in every talk. It was 74,000, with
five tools fewer."""


async def whole_jam(client: Client, folder: Path) -> None:
    """Lead one jam from start to export; look at what each tool gave."""
    answered = await rehearse(client, steps(START, str(folder / "copy")))
    by_tool: dict[str, list[dict[str, Any]]] = {}
    for told in answered:
        by_tool.setdefault(told.step.tool, []).append(told.answer)
    for tool in (
        "set_knob",
        "set_sampling",
        "set_stage",
        "set_tempo",
        "trade",
        "lay_out",
        "trigger",
        "set_adapter",
        "keep",
    ):
        assert all(answer["shown"] for answer in by_tool[tool]), tool
    first, second = by_tool["played"]
    assert len(first["solo"]) > 3
    assert {row["name"] for row in first["chords"]} - {""}
    assert "#" in first["roll"]
    assert "o" in first["roll"]
    assert second["last_bar"] >= first["last_bar"] + 4
    assert by_tool["plan"][0]["tentative"]
    assert {row["name"] for row in by_tool["plan"][1]["coming"]} & {"Am7", "D7", "Gmaj7"}
    assert by_tool["status"][0]["bpm"] == 189
    assert by_tool["status"][0]["settings"]["lookahead_bars"] == 3
    assert by_tool["status"][0]["settings"]["adapter"] == "chord-tones"
    assert by_tool["report"][0]["figures"]["stuck_notes"] == 0
    for found in by_tool["doctor"]:
        assert {"timer", "MIDI ports", "model", "first note"} <= {
            c["name"] for c in found["checks"]
        }
    ended = by_tool["stop"][0]
    assert ended["exit_code"] == 0
    assert {"session.mid", "report.json"} <= set(ended["files"])
    takes = by_tool["takes"][0]["takes"]
    assert [take["name"] for take in takes] == [ended["take"]]
    assert takes[0]["notes"] > 20
    assert (folder / "copy" / "session.mid").is_file()
    report = await client.read_resource(f"jambot://takes/{ended['take']}/report")
    assert json.loads(report.contents[0].text)["whole"] is True
    page = transcript(answered)
    assert '**set_tempo** `{"bpm": 189}`' in page
    assert first["roll"] in page


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_whole_jam_is_led_over_stdio_by_a_real_process(tmp_path: Path) -> None:
    command = ["-m", "jambot", "mcp", "--allow-drive", "--jam", NOBODY]
    process = StdioServerParameters(
        command=sys.executable,
        args=[*command, "--takes", str(tmp_path / "takes")],
        env=dict(os.environ),
    )

    async def lead() -> None:
        async with Client(process, read_timeout_seconds=PATIENCE_SECONDS) as client:
            await whole_jam(client, tmp_path)

    asyncio.run(lead())


@pytest.mark.slow
def test_a_bar_of_the_plan_is_changed_and_a_jam_that_was_started_ends_with_the_server(
    tmp_path: Path,
) -> None:
    async def ahead(client: Client) -> int:
        """The bar after the one under way, once there is a plan for it."""
        while True:
            plan = (await client.call_tool("plan", {})).structured_content
            if any(note["bar"] == plan["bar"] + 1 for note in plan["tentative"]):
                return int(plan["bar"]) + 1
            await asyncio.sleep(0.2)

    async def talk(client: Client) -> None:
        assert not (await client.call_tool("start", START)).is_error
        examined = await client.call_tool("doctor", {})
        assert examined.is_error
        assert "when the jam has ended" in examined.content[0].text
        for tool in ("reroll_bar", "thin_bar", "lock_bar"):
            told = await client.call_tool(tool, {"bar": await ahead(client)})
            assert not told.is_error, told.content
            assert told.structured_content["shown"] is True, tool
            await client.call_tool("lock_bar", {"bar": None})

    with_server(Offer(NOBODY, tmp_path, allow_drive=True), talk)
    assert len(list(tmp_path.glob("*/report.json"))) == 1


def with_server(
    offer: Offer, talk: Callable[[Client], Any], wait_seconds: float = PATIENCE_SECONDS
) -> Any:
    async def run() -> Any:
        async with Client(make_server(offer)) as client:
            return await asyncio.wait_for(talk(client), wait_seconds)

    return asyncio.run(run())


def test_without_leave_to_drive_it_only_looks(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == LOOKING
        assert all(
            tool.annotations is not None and tool.annotations.read_only_hint
            for name, tool in tools.items()
            if name != "panic"
        )
        assert tools["panic"].annotations.destructive_hint
        assert "--allow-drive" in (client.instructions or "")
        refused = await client.call_tool("set_tempo", {"bpm": 90})
        assert refused.is_error

    with_server(Offer(NOBODY, tmp_path), talk)


def test_every_tool_says_what_it_gives_and_its_answer_has_a_schema(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        tools = (await client.list_tools()).tools
        for tool in tools:
            assert len(tool.description or "") > 40, tool.name
            assert tool.output_schema is not None, tool.name
        told = sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools)
        assert told < MOST_TOLD
        ends = {tool.name for tool in tools if tool.annotations.destructive_hint}
        assert ends == {"panic", "stop", "fl_record_take"}
        prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert prompts == {"bandleader", "practice_partner"}
        told = await client.get_prompt("practice_partner", {"goal": "shells", "bpm": "90"})
        assert "shells, at 90 bpm" in told.messages[0].content.text

    with_server(Offer(NOBODY, tmp_path, allow_drive=True, studio=nullcontext), talk)


def test_solo_and_comping_are_made_from_a_chart_alone(tmp_path: Path) -> None:
    file = tmp_path / "waltz.mid"
    asked = {"form": "waltz", "to": str(file), "bars": 4, "adapter": "chord-tones"}

    async def talk(client: Client) -> None:
        made = (await client.call_tool("generate", asked)).structured_content
        assert made["file"] == str(file)
        assert "4 bars of 3 beats" in made["said"]
        again = await client.call_tool("generate", asked)
        assert again.is_error
        assert "--force" in again.content[0].text
        secret = tmp_path / "secret.txt"
        secret.write_text("| Hm7 |")
        read = await client.call_tool("generate", asked | {"form": str(secret)})
        assert read.is_error
        assert "Hm7" not in read.content[0].text

    with_server(Offer(NOBODY, tmp_path / "takes", allow_drive=True), talk)
    assert [track.name for track in read_midi(file).tracks] == ["solo", "comping"]


def test_faults_are_told_with_their_cure(tmp_path: Path) -> None:
    elsewhere = shutil.copytree(MODELS / "piano", tmp_path / "elsewhere")

    async def talk(client: Client) -> None:
        for tool, arguments, said in (
            ("status", {}, "no jam answers"),
            ("report", {"take": "../../etc"}, "no take"),
            ("stop", {}, "not started here"),
            ("start", {"adapter": "nobody"}, "no style named"),
            ("start", {"adapter": str(elsewhere)}, "no style named"),
            ("set_adapter", {"name": str(elsewhere)}, "no path"),
            ("set_knob", {"name": "volume", "value": 0.5}, "density"),
            ("start", {"tempo": 90}, "tempo"),
            ("set_tempo", {"bpm": 90, "swing": 1}, "swing"),
            ("panic", {"now": True}, "now"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert said in result.content[0].text, tool

    with_server(Offer(NOBODY, tmp_path, allow_drive=True), talk)


def test_a_running_jam_is_read_and_its_stage_is_asked(
    room: Room, status: Make, tmp_path: Path, wait_until: Wait
) -> None:
    assert room.url is not None
    room.show(status(log_fault="the log cannot be written"))
    with connect(room.url.replace("http", "ws") + "/ws", open_timeout=PATIENCE_SECONDS) as page:
        page.recv(timeout=PATIENCE_SECONDS)

    async def talk(client: Client) -> None:
        found = (await client.call_tool("status", {})).structured_content
        assert found is not None
        assert (found["chord"], found["bar"], found["beat"]) == ("Dm9", 2, 2.0)
        assert found["log_fault"] == "the log cannot be written"
        turned = asyncio.create_task(
            client.call_tool("set_knob", {"name": "density", "value": 0.75})
        )
        await answered(room, SetKnob("density", 0.75), wait_until)
        room.show(status(beat=5.5, controls=Controls(density=0.75)))
        told = (await turned).structured_content
        assert told is not None
        assert told["shown"] is True
        assert told["changed"] == {"settings.knobs.density": 0.75, "log_fault": ""}
        assert "status" not in told
        asked = asyncio.create_task(client.call_tool("trade", {"bars": 4}))
        await answered(room, Trade(4), wait_until, "not now")
        refused = await asked
        assert refused.is_error
        assert "not now" in refused.content[0].text

    with_server(Offer(room.url, tmp_path, allow_drive=True), talk)


async def answered(room: Room, order: Order, wait_until: Wait, why: str = "") -> None:
    """Be the stage: wait for this order, and say what became of it."""
    asked: list[Order] = []

    def there() -> bool:
        asked.extend(room.orders())
        return asked == [order]

    await asyncio.to_thread(wait_until, there)
    room.answer(asked[0], why)


def test_a_style_that_turns_out_broken_is_told_to_whoever_asked_for_it(
    room: Room, status: Make, tmp_path: Path, wait_until: Wait
) -> None:
    assert room.url is not None
    room.show(status(adapter="piano", refused=1, notice="style mine: it failed some time ago"))

    async def talk(client: Client) -> None:
        asked = asyncio.create_task(client.call_tool("set_adapter", {"name": "mine"}))
        await answered(room, SetAdapter("mine"), wait_until)
        room.show(status(beat=5.5, adapter="piano", next_adapter="mine", refused=1))
        why = "style mine: it fails (RuntimeError: no kernel); jazz plays on"
        room.show(status(beat=6.0, adapter="piano", refused=2, notice=why))
        told = await asked
        assert told.is_error
        assert why in told.content[0].text

    with_server(Offer(room.url, tmp_path, allow_drive=True), talk)


def test_what_another_was_refused_meanwhile_is_no_refusal_of_ours(
    room: Room, status: Make, tmp_path: Path, wait_until: Wait
) -> None:
    assert room.url is not None
    room.show(status())

    async def talk(client: Client) -> None:
        turned = asyncio.create_task(
            client.call_tool("set_knob", {"name": "density", "value": 0.75})
        )
        room.show(status(beat=5.5, refused=1, notice="no style has the program number 9"))
        await answered(room, SetKnob("density", 0.75), wait_until)
        room.show(status(beat=6.0, refused=1, controls=Controls(density=0.75)))
        told = await turned
        assert not told.is_error, told.content
        assert told.structured_content["shown"] is True

    with_server(Offer(room.url, tmp_path, allow_drive=True), talk)


def test_the_doctor_is_kept_from_a_jam_that_somebody_plays_and_a_jam_from_the_doctor(
    room: Room, status: Make, tmp_path: Path
) -> None:
    assert room.url is not None
    room.show(status(log_fault="the log cannot be written"))
    with connect(room.url.replace("http", "ws") + "/ws", open_timeout=PATIENCE_SECONDS) as page:
        page.recv(timeout=PATIENCE_SECONDS)

    async def talk(client: Client) -> None:
        refused = await client.call_tool("doctor", {})
        assert refused.is_error
        assert "the doctor would start a second one" in refused.content[0].text

    with_server(Offer(room.url, tmp_path), talk)

    async def started_meanwhile() -> None:
        band = Band(NOBODY, tmp_path)
        async with band.resting():
            with pytest.raises(JamBotError, match="the doctor is at work"):
                await band.start([])

    asyncio.run(started_meanwhile())


def test_the_report_of_a_jam_started_elsewhere_is_that_of_the_take_being_played(
    status: Make, tmp_path: Path
) -> None:
    take = tmp_path / "elsewhere" / "tonight"
    session = JamSettings(adapter="chord-tones", backend="memory", comping=DEMO_COMPING)
    jam(replace(session, seconds=8.0, realtime=False), made(take) / "session.jsonl")
    room = Room(port=0, terminal=False, take=take)
    assert room.url is not None
    room.show(status(log_fault="the log cannot be written"))
    with connect(room.url.replace("http", "ws") + "/ws", open_timeout=PATIENCE_SECONDS) as page:
        page.recv(timeout=PATIENCE_SECONDS)

    async def talk(client: Client) -> None:
        told = (await client.call_tool("report", {})).structured_content
        assert told is not None
        assert (told["take"], told["whole"]) == ("tonight", False)
        assert told["figures"]["stuck_notes"] == 0
        assert told["figures"]["note_density"] > 0

    try:
        with_server(Offer(room.url, tmp_path / "here"), talk)
    finally:
        room.close()


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_whatever_of_the_sampling_may_be_ordered_a_model_may_ask_for() -> None:
    assert set(get_args(SamplingName)) == set(LIVE)


@pytest.mark.slow
def test_who_plays_on_the_page_keeps_the_wheel_until_it_is_taken(
    room: Room, status: Make, tmp_path: Path, wait_until: Wait
) -> None:
    assert room.url is not None
    room.show(status())
    address = room.url.replace("http", "ws") + "/ws"

    async def talk(client: Client) -> None:
        refused = await client.call_tool("trade", {"bars": 4})
        assert refused.is_error
        assert refused.content[0].text.endswith(
            "another view plays and steers: take over first; expected this client to be the "
            "driver; what to do: ask the performer, then call the tool `drive` with on = true"
        )
        asked = asyncio.create_task(client.call_tool("panic", {}))
        await answered(room, Panic(), wait_until)
        assert not (await asked).is_error
        taken = (await client.call_tool("drive", {"on": True})).structured_content
        assert taken == {"driving": True}
        asked = asyncio.create_task(client.call_tool("trade", {"bars": 4}))
        await answered(room, Trade(4), wait_until)
        assert (await asked).structured_content["shown"] is False
        given = (await client.call_tool("drive", {"on": False})).structured_content
        assert given == {"driving": False}

    with connect(address, origin=room.url, open_timeout=PATIENCE_SECONDS):
        with_server(Offer(room.url, tmp_path, allow_drive=True), talk)


@pytest.mark.timeout(600)
def test_over_http_this_machine_is_served_and_rebound_names_are_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jambot", "mcp", "--http", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--takes", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        answer = raw(port, f"127.0.0.1:{port}")
        assert " 421 " not in answer
        for host in STRANGE_HOSTS:
            assert " 421 " in raw(port, host), host
        for origin in STRANGE_ORIGINS:
            assert " 403 " in raw(port, f"127.0.0.1:{port}", origin.format(port=port)), origin
        for one in psutil.Process(process.pid).net_connections():
            for end in (one.laddr, one.raddr):
                assert not end or ip_address(end.ip).is_loopback

        async def talk() -> None:
            async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                assert {tool.name for tool in (await client.list_tools()).tools} == LOOKING
                found = await client.call_tool("takes", {})
                assert found.structured_content == {"folder": str(tmp_path), "takes": []}

        asyncio.run(talk())
    finally:
        process.kill()
        process.wait()


STRANGE_HOSTS = (
    "evil.example", "evil.example:8766", "127.0.0.1.evil.example", "localhost.evil.example",
    "0.0.0.0:8766", "127.0.0.2:8766", "2130706433", "user@evil.example",
)  # fmt: skip
STRANGE_ORIGINS = (
    "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1.evil.example:{port}",
    "http://localhost.evil.example", "file://", "null",
)  # fmt: skip


def raw(port: int, host: str, origin: str = "") -> str:
    """The first line of the answer to a request for that host name, from that origin."""
    also = f"Origin: {origin}\r\n" if origin else ""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as there:
                there.sendall(
                    f"POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                    f"{also}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()
                )
                return there.recv(4096).decode("latin-1").splitlines()[0]
        except ConnectionError:
            assert time.monotonic() < end, "it does not listen"
            time.sleep(0.1)
