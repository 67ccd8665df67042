"""Tools that speak with FL Studio through JAM_BOT's script.

A deed counts as done once FL Studio shows it on a later tick than the one that did it.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from jambot.control.fl_studio.state import FLState
from jambot.control.fl_studio.studio import FLStudio
from jambot.control.mcp_server.results import FLPicture, FLTake
from jambot.errors import FLStudioError

OpenStudio = Callable[[], AbstractContextManager[FLStudio]]
SLACK_SECONDS = 3.0
"""Beyond the time that the music takes, for a busy FL Studio."""

T = TypeVar("T")


class Studio:
    """Opens the link for each request, and lets go of the cables afterwards.

    Threads: one event loop; the talk itself is in its pool, one request at a time.
    """

    def __init__(self, open_studio: OpenStudio) -> None:
        self._open = open_studio
        self._talking = asyncio.Lock()

    async def fl_status(self) -> FLPicture:
        """What FL Studio is doing: transport, tempo, position, loop, selected channel. Fails, with
        the cure, where its script does not answer within three seconds."""
        return await self._talk(picture_of)

    async def fl_transport(self, action: Literal["play", "stop"]) -> FLPicture:
        """Start or stop FL Studio's transport; done once it shows, within two seconds. A person may
        be recording: look at `fl_status` first."""

        def move(studio: FLStudio) -> FLPicture:
            studio.wait(studio.play() if action == "play" else studio.stop())
            return picture_of(studio)

        return await self._talk(move)

    async def fl_tempo(self, bpm: Annotated[float, Field(ge=10, le=522)]) -> FLPicture:
        """Set the project's tempo, to a thousandth. The jam follows where it takes FL Studio's
        clock; else `set_tempo` has to be told as well."""

        def change(studio: FLStudio) -> FLPicture:
            studio.wait(studio.set_tempo(bpm))
            return picture_of(studio)

        return await self._talk(change)

    async def fl_record_take(
        self, beats: Annotated[int, Field(ge=1, le=256, description="Quarter notes.")] = 32
    ) -> FLTake:
        """Record the solo into FL Studio: arm, play, wait for so many beats, stop, disarm. Takes as
        long as the music. What is recorded, and where, is as FL Studio is set; notes that are there
        may be overdubbed. Refused while it plays."""
        return await self._talk(lambda studio: record(studio, beats))

    async def _talk(self, work: Callable[[FLStudio], T]) -> T:
        def talk() -> T:
            with self._open() as studio:
                studio.connect()
                return work(studio)

        async with self._talking:
            return await asyncio.to_thread(talk)


def record(studio: FLStudio, beats: int) -> FLTake:
    """Arm, play, wait, stop, disarm; whatever happens, FL Studio is left stopped and disarmed."""
    before = _state(studio)
    if before.playing:
        raise FLStudioError("FL Studio is playing", "a transport at rest", "stop it first")
    seconds = beats * 60.0 / before.bpm
    studio.wait(studio.record())
    try:
        studio.wait(studio.play())
        start = _state(studio).position_beats
        end = _state(studio).seconds + seconds
        whole = studio.watch(
            lambda state: state.seconds >= end or not state.playing, seconds + SLACK_SECONDS
        )
        cut = not whole or not _state(studio).playing
    finally:
        studio.wait(studio.stop())
        studio.wait(studio.record(on=False))
    return FLTake(
        from_beat=round(start, 3), beats=beats, whole=not cut, fl_studio=picture_of(studio)
    )


def picture_of(studio: FLStudio) -> FLPicture:
    """What FL Studio last said of itself."""
    state = _state(studio)
    loop = state.loop_beats
    return FLPicture(
        version=studio.status.fl_version or "",
        script=studio.status.script_version or "",
        playing=state.playing,
        recording=state.recording,
        mode="song" if state.song_mode else "pattern",
        bpm=state.bpm,
        position_beats=round(state.position_beats, 3),
        loop_beats=None if loop is None else list(loop),
        channel=state.channel,
        channel_name=state.channel_name,
    )


def _state(studio: FLStudio) -> FLState:
    state = studio.status.state
    if state is None:
        raise FLStudioError("FL Studio has stopped answering", "its state", studio.status.cure)
    return state
