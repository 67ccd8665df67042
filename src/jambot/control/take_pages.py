"""Takes in the browser: the one that is being played, measured so far, and those beside it.

A take is a folder with a session log. Its MIDI file and report are served as they lie there; for a
take that has none yet they are made, in memory, from the log as far as it has been written.
"""

import tempfile
import threading
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from jambot.control.shelf import Shelf, ShelvedTake, kept_files
from jambot.errors import JamBotError
from jambot.music.take import read_take
from jambot.music.take_midi import write_session_midi

MIDI = "audio/midi"
KINDS = {
    "session.mid": MIDI,
    "report.html": "text/html; charset=utf-8",
    "report.json": "application/json",
    "solo.wav": "audio/wav",
}
"""What of a take is served, and as what."""
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report carries its own style and no script."""


class TakePages:
    """The takes beside `running`, the folder of the one that is being played.

    Threads: the server's pool; what takes long (measuring a take) is done one at a time.
    """

    def __init__(self, running: Path | None) -> None:
        self._running = running
        self._shelf = Shelf(None if running is None else running.parent)
        self._measuring = threading.Lock()

    def routes(self) -> list[Route]:
        """Where takes are asked for: `/takes`, `/takes/<name>/notes`, `/takes/<name>/<file>`.

        `/report` is the report of the running one.
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
        if self._running is None or self._running.name not in self._shelf.folders(self._running):
            return _missing()
        return RedirectResponse(f"takes/{quote(self._running.name)}/report.html")

    def _notes(self, request: Request) -> Response:
        """What a take sounded like: `solo` and `hands` as [second, seconds, pitch, velocity]."""
        folder = self._shelf.folders(self._running).get(request.path_params["name"])
        if folder is None:
            return _missing()
        try:
            take = read_take(folder)
            lines = {"solo": [p.note for p in take.played()], "hands": take.conditioning()}
        except (JamBotError, ValueError) as error:
            return PlainTextResponse(str(error), 409)
        tempo = take.tempo_map()
        return JSONResponse(
            {
                line: [
                    [
                        round(tempo.seconds_at(note.onset_beats), 3),
                        round(
                            tempo.seconds_at(note.end_beats) - tempo.seconds_at(note.onset_beats), 3
                        ),
                        note.pitch,
                        note.velocity,
                    ]
                    for note in notes
                ]
                for line, notes in lines.items()
            }
        )

    def _file(self, request: Request) -> Response:
        folder = self._shelf.folders(self._running).get(request.path_params["name"])
        name = request.path_params["file"]
        if folder is not None and name in kept_files(folder):
            return FileResponse(folder / name, media_type=MIDI, headers=_to_save(name))
        if folder is None or name not in KINDS:
            return _missing()
        headers = {"content-security-policy": REPORT_POLICY} if name == "report.html" else {}
        if name == "session.mid":
            headers = _to_save(f"jambot_{folder.name}.mid")
        path = folder / name
        if path.is_file() and folder != self._running:
            return FileResponse(path, media_type=KINDS[name], headers=headers)
        if name == "solo.wav":
            return _missing()
        try:
            with self._measuring:
                made = _made(folder, name)
        except (JamBotError, ValueError) as error:
            return PlainTextResponse(str(error), 409)
        return Response(made, media_type=KINDS[name], headers=headers)


def _row(take: ShelvedTake) -> dict[str, object]:
    return {
        "name": take.name,
        "running": take.running,
        "when": take.when.isoformat(timespec="minutes"),
        "seconds": take.seconds,
        "notes": take.notes,
        "headline": take.headline,
        "sound": "solo.wav" in take.files,
        "kept": take.kept,
    }


def _made(folder: Path, name: str) -> bytes:
    """A file of a take that does not lie there, made from its log."""
    from jambot.evaluation.take.report import (  # slow, and rarely needed
        session_report,
        write_report,
    )

    take = read_take(folder)
    with tempfile.TemporaryDirectory(prefix="jambot-") as made:
        if name == "session.mid":
            write_session_midi(take, Path(made) / name)
        else:
            write_report(session_report(take), Path(made))
        return (Path(made) / name).read_bytes()


def _to_save(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def _missing() -> Response:
    return PlainTextResponse("There is no such take, or not this file of it.\n", 404)
