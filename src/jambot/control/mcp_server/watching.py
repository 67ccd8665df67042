"""Tools that steer nothing: what is there, what is played, what will be played, how it went.

Their docstrings are what a model is told of them, limits included. `panic` is among them: silence
is everybody's right. What a jam that was started elsewhere plays is asked of its live view.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.error import URLError
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from pydantic import Field

from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.link import JamLink
from jambot.control.mcp_server.results import (
    Diagnosis,
    Obeyed,
    PlannedMusic,
    Played,
    Port,
    PortList,
    Report,
    Status,
    TakeRow,
    Takes,
)
from jambot.control.mcp_server.roll import text_roll
from jambot.control.mcp_server.telling import changed, chord_rows, note_rows, status_of
from jambot.control.room.shelf import Shelf
from jambot.errors import JamBotError
from jambot.evaluation.take.report import session_report
from jambot.music.take import read_take
from jambot.realtime.orders import Panic, as_dict
from jambot.realtime.ports import list_ports

MOST_BARS = 32
FEWEST_BARS = 3
"""Shown of a plan that expects chords, however far its notes reach."""
DOCTOR_SECONDS = 60.0
WAIT_SECONDS = 30.0
"""A long take is measured anew before it is told."""
LastBars = Annotated[int, Field(ge=1, le=MOST_BARS, description="How many bars back, at most 32.")]
TakeName = Annotated[
    str | None,
    Field(description="As `takes` lists it; none: the one played now, else the newest."),
]


class Watching:
    """Looks at one `band` and one `shelf`.

    Threads: one event loop; what reads the disk or asks drivers goes to its pool.
    """

    def __init__(self, band: Band, shelf: Shelf) -> None:
        self._band, self._shelf = band, shelf

    async def list_ports(self) -> PortList:
        """The MIDI ports of this machine that `start` can name. Empty is no fault: a jam without
        ports has a built-in pianist and sounds in the browser. Takes about a second."""
        found = await asyncio.to_thread(list_ports)
        return PortList(
            ports=[Port(backend=p.backend, direction=p.direction, name=p.name) for p in found]
        )

    async def status(self) -> Status:
        """The jam at this moment: where the music is, what the hands hold, every setting, every
        fault. At most a tenth of a second old. Fails where no jam runs."""
        return status_of(await self._band.link())

    async def plan(self) -> PlannedMusic:
        """What the bot is going to play in the next bars, as notes and as a text piano roll, and
        the chords it expects there. Promised notes will sound; tentative ones are replaced as soon
        as the chord or a setting changes. By the time you have read this, some of it is past."""
        link = await self._band.link()
        told, now = link.history, link.history.beat
        promised, tentative = told.promised(), told.tentative()
        meter = told.beats_per_bar
        start = now // meter * meter
        last = max((note.onset_beats for note in (*promised, *tentative)), default=now)
        bars = max(FEWEST_BARS * bool(told.coming), int((last - start) // meter) + 1)
        chords = told.chords(start, now) + told.coming
        roll = text_roll([*promised, *tentative], [], chords, start, bars, meter)
        bar, beat = divmod(max(0.0, now), meter)
        return PlannedMusic(
            bar=int(bar) + 1,
            beat=round(beat + 1, 2),
            chord=link.picture["chord"],
            coming=chord_rows(told.coming, meter),
            promised=note_rows(promised, meter),
            tentative=note_rows(tentative, meter),
            roll=roll,
        )

    async def played(self, bars: LastBars = 4) -> Played:
        """What was played in the last bars, the one under way included: the solo, the hands, the
        chords by name, and a text piano roll. Known from when this server first looked at the jam
        (and six bars before that in 4/4); `export_take` has all of it. Chords are recognised by
        ear: a rootless voicing may carry another name than the player has in mind."""
        link = await self._band.link()
        told = link.history
        meter = told.beats_per_bar
        end = (max(0.0, told.beat) // meter + 1) * meter
        start = max(0.0, end - bars * meter)
        length = int((end - start) // meter)
        solo, hands = told.solo(start, end), told.hands(start, end)
        chords = told.chords(start, end)
        return Played(
            first_bar=int(start // meter) + 1,
            last_bar=int(end // meter),
            chords=chord_rows(chords, meter),
            solo=note_rows(solo, meter),
            hands=note_rows(hands, meter),
            roll=text_roll(solo, hands, chords, start, length, meter),
        )

    async def takes(self) -> Takes:
        """The recorded sessions in this server's folder of takes, newest first, at most 50. A jam
        that was started elsewhere may keep its take in another folder."""
        running = self._band.folder if self._band.own else None
        takes = await asyncio.to_thread(self._shelf.takes, running)
        rows = [
            TakeRow(
                name=take.name,
                running=take.running,
                seconds=take.seconds,
                notes=take.notes,
                files=[*take.files],
            )
            for take in takes
        ]
        return Takes(folder=str(self._shelf.folder), takes=rows)

    async def report(self, take: TakeName = None) -> Report:
        """How well a take kept time and how well it listened: latencies in ms (p50, p95, p99),
        faults counted, density, chord-tone share, repetition, dead air; `gates` say which goals
        were met. Of the running take as far as it goes. Measured anew each time: seconds for a
        long one. docs/kpi.md defines every figure."""
        if take is None and not self._band.own and await self._band.runs():
            running = await running_report((await self._band.link()).url)
            if running is not None:
                return running
        path = self._shelf.find(take)
        return await asyncio.to_thread(_measured, path)

    async def doctor(self) -> Diagnosis:
        """Is this machine fit to jam: ports, timer, disk, model speed, time to the first note; a
        cure for whatever is not well. Takes about ten seconds and a core, and plays some seconds of
        a jam of its own, unheard. Refused while a jam runs, which might feel it, and whose figures
        `report` has."""
        command = [sys.executable, "-m", "jambot", "doctor", "--json"]
        command += ["--report", str(self._shelf.folder)]

        def examine() -> str:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=DOCTOR_SECONDS, check=False,
            )  # fmt: skip
            return done.stdout or done.stderr

        async with self._band.resting():
            said = await asyncio.to_thread(examine)
        try:
            return Diagnosis.model_validate(json.loads(said))
        except ValueError as error:
            raise JamBotError(f"the doctor said: {said[-200:]}", "its findings") from error

    async def panic(self) -> Obeyed:
        """Silence, now: every solo note ends, the plan and the keys held are forgotten. It begins
        again with the next chord. Allowed to everybody, whoever drives."""
        link: JamLink = await self._band.link()
        before = status_of(link)
        shown = await link.order(Panic(), lambda picture: not picture["playing"])
        told = changed(before, status_of(link))
        return Obeyed(order=as_dict(Panic()), shown=shown, changed=told)


def _measured(path: Path) -> Report:
    """A take's figures, taken from its log as far as it has been written."""
    take = read_take(path)
    return Report(take=path.name, whole=take.whole, figures=session_report(take).as_dict())


async def running_report(url: str) -> Report | None:
    """The figures of the take that is being played at `url`, as far as it goes; None without one.

    JamBotError where the live view does not answer.
    """
    rows = await asyncio.to_thread(_get, url, "/takes")
    running = next((row["name"] for row in rows if row["running"]), None)
    if running is None:
        return None
    figures = await asyncio.to_thread(_get, url, f"/takes/{quote(running)}/report.json")
    return Report(take=running, whole=False, figures=figures)


def _get(url: str, path: str) -> Any:
    parts = urlsplit(url)
    token = parse_qs(parts.query).get("token", [""])[0]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asked = Request(urlunsplit((parts.scheme, parts.netloc, path, "", "")), headers=headers)
    try:
        with urlopen(asked, timeout=WAIT_SECONDS) as answer:
            return json.loads(answer.read())
    except (URLError, TimeoutError, ValueError) as error:
        raise JamBotError(f"{parts.netloc}{path}: {error}", "the takes of the jam") from error
