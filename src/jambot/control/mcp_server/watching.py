"""Tools that steer nothing: what is there, what is played, what will be played, how it went.

Their docstrings are what a model is told of them, limits included. `panic` is among them: silence
is everybody's right.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.link import JamLink
from jambot.control.mcp_server.pages import running_report
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
