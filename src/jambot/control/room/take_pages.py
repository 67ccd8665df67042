"""Takes in the browser: the one that is being played, measured so far, and those beside it.

A take is a folder with a session log. Its MIDI file and report are served as they lie there; for a
take that has none yet they are made from the log as far as it has been written, and not kept there.
A file that is a link to elsewhere is none of the take's.
"""

import asyncio
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from jambot.control.room.outbox import TakeNews, TakeState
from jambot.control.room.shelf import Shelf, ShelvedTake, is_own_file, kept_files
from jambot.control.room.take_maker import NOTES, BusyError, TakeMaker
from jambot.errors import JamBotError, UsageError
from jambot.music.take_files import FIGURES_FILE, MIDI_FILE, PAGE_FILE, SOUND_FILE

MIDI = "audio/midi"
JSON = "application/json"
BUSY = 503
KINDS = {
    NOTES: JSON,
    MIDI_FILE: MIDI,
    PAGE_FILE: "text/html; charset=utf-8",
    FIGURES_FILE: JSON,
    SOUND_FILE: "audio/wav",
}
"""What of a take is served, and as what."""
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report carries its own style and no script."""


class TakePages:
    """The takes in one folder, of which one may be played just now.

    Threads: the server's event loop, and its pool for the disk; any other may call `follow`. What
    takes long (measuring a take) is left to a `TakeMaker`.
    """

    def __init__(self, folder: Path | None) -> None:
        self._running: Path | None = None
        self._last: Path | None = None
        self._shelf = Shelf(folder)
        self._maker = TakeMaker()

    def follow(self, news: TakeNews) -> None:
        """Know which take is being played, and where it and its neighbours lie."""
        played = news.state in (TakeState.playing, TakeState.ending)
        self._last = news.folder
        self._running = news.folder if played else None
        self._shelf = Shelf(news.folder.parent)

    def entitle(self, take: str, title: str) -> None:
        """Call a take something. UsageError where that cannot be."""
        self._shelf.entitle(take, title)

    def delete(self, take: str) -> None:
        """Delete a take, but the one that is being played. UsageError where that cannot be."""
        if self._running is not None and take == self._running.name:
            raise UsageError(f"{take} is being played", "a take that is over", "stop it first")
        self._shelf.delete(take)

    def routes(self) -> list[Route]:
        """Where takes are asked for: `/takes`, `/takes/<name>/notes`, `/takes/<name>/<file>`.

        `/report` is the report of the one that is played, or was played last.
        """
        return [
            Route("/takes", self._list),
            Route("/report", self._report),
            Route("/takes/{name}/notes", self._notes),
            Route("/takes/{name}/{file}", self._file),
        ]

    def _list(self, request: Request) -> Response:
        return JSONResponse([_row(take) for take in self._shelf.takes(self._running)])

    def _report(self, request: Request) -> Response:
        if self._last is None or self._last.name not in self._shelf.folders(self._running):
            return _missing()
        return RedirectResponse(f"takes/{quote(self._last.name)}/report.html")

    async def _notes(self, request: Request) -> Response:
        """What a take sounded like."""
        folder = await run_in_threadpool(self._folder, request)
        return _missing() if folder is None else await self._made(request, folder, NOTES)

    async def _file(self, request: Request) -> Response:
        folder = await run_in_threadpool(self._folder, request)
        name = request.path_params["file"]
        if folder is None:
            return _missing()
        if name in kept_files(folder):
            return FileResponse(folder / name, media_type=MIDI, headers=_headers(folder, name))
        if name in KINDS and folder != self._running and is_own_file(folder, name):
            headers = _headers(folder, name)
            return FileResponse(folder / name, media_type=KINDS[name], headers=headers)
        if name not in KINDS or name == SOUND_FILE:
            return _missing()
        return await self._made(request, folder, name)

    def _folder(self, request: Request) -> Path | None:
        return self._shelf.folders(self._running).get(request.path_params["name"])

    async def _made(self, request: Request, folder: Path, name: str) -> Response:
        """What is made from the log, for as long as somebody waits for it."""
        making = asyncio.ensure_future(self._maker.make(folder, name))
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait((making, gone), return_when=asyncio.FIRST_COMPLETED)
            if not making.done():
                return Response(status_code=BUSY)
            return Response(making.result(), media_type=KINDS[name], headers=_headers(folder, name))
        except BusyError as error:
            return PlainTextResponse(str(error), BUSY, {"retry-after": "60"})
        except JamBotError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            making.cancel()
            gone.cancel()


async def _gone(request: Request) -> None:
    """Wait until whoever asked has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _row(take: ShelvedTake) -> dict[str, object]:
    return {
        "name": take.name,
        "title": take.title,
        "bpm": take.bpm,
        "running": take.running,
        "when": take.when.isoformat(timespec="minutes"),
        "seconds": take.seconds,
        "notes": take.notes,
        "headline": take.headline,
        "sound": SOUND_FILE in take.files,
        "kept": take.kept,
    }


def _headers(folder: Path, name: str) -> dict[str, str]:
    if name == PAGE_FILE:
        return {"content-security-policy": REPORT_POLICY}
    if name == MIDI_FILE:
        return _to_save(f"jambot_{folder.name}.mid")
    return _to_save(name) if name.endswith(".mid") else {}


def _to_save(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def _missing() -> Response:
    return PlainTextResponse("There is no such take, or not this file of it.\n", 404)
