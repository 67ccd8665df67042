"""Files of a take that do not lie there, made from its log by a process of its own.

`python -m jambot.control.room.take_maker FOLDER NAME` writes the file to stdout, or says on stderr
why not. It ends at once when its stdin does: whoever wanted the file has gone.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from jambot.errors import JamBotError
from jambot.music.take_files import LOG_FILE, MIDI_FILE

if TYPE_CHECKING:
    from jambot.music import Note
    from jambot.music.take import Take

NOTES = "notes"
"""What a take sounded like, as JSON: no file on the disk has this name."""
MAKE_SECONDS = 180.0
MOST_WAITING = 8
"""Files that may be asked for at once; one is made at a time."""
MOST_KEPT = 4
NICENESS = 5
GIVES_WAY = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""A jam comes first; Windows says so from outside."""
REFUSED = 3
"""How the process ends where it has said why."""

Key = tuple[Path, str, int, int]


class BusyError(JamBotError):
    """So many files are being made that one more would be long in coming."""


class TakeMaker:
    """Makes files, one at a time.

    Whoever asks for the same file of the same log gets the same one; what nobody waits for any more
    is not made, and ended where it is being made.

    Threads: one event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._jobs: dict[Key, _Job] = {}
        self._made: dict[Key, bytes] = {}

    async def make(self, folder: Path, name: str) -> bytes:
        """The file `name` of the take in `folder`. JamBotError where its log gives none."""
        try:
            log = (folder / LOG_FILE).stat()
        except OSError as error:
            raise JamBotError(f"{folder.name}: {error.strerror}", "the log of a take") from error
        key = (folder, name, log.st_mtime_ns, log.st_size)
        if key in self._made:
            return self._made[key]
        if key not in self._jobs:
            if len(self._jobs) >= MOST_WAITING:
                raise BusyError("other takes are being measured", cure="ask again in a minute")
            self._jobs[key] = _Job(asyncio.create_task(self._in_turn(key)))
        job = self._jobs[key]
        job.wanted += 1
        try:
            return await asyncio.shield(job.task)
        finally:
            job.wanted -= 1
            if not job.wanted:
                job.task.cancel()
                self._jobs.pop(key, None)

    async def _in_turn(self, key: Key) -> bytes:
        async with self._turn:
            made = await _make_elsewhere(*key[:2])
        self._made[key] = made
        while len(self._made) > MOST_KEPT:
            del self._made[next(iter(self._made))]
        return made


class _Job:
    def __init__(self, task: "asyncio.Task[bytes]") -> None:
        self.task, self.wanted = task, 0


async def _make_elsewhere(folder: Path, name: str) -> bytes:
    """Have another process make it, which is ended when this is cancelled or takes too long."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jambot.control.room.take_maker", str(folder), name,
        stdin=pipe, stdout=pipe, stderr=pipe, creationflags=GIVES_WAY,
    )  # fmt: skip
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin is not None
    assert stdout is not None
    assert stderr is not None
    try:
        async with asyncio.timeout(MAKE_SECONDS):
            made, said = await asyncio.gather(stdout.read(), stderr.read())
            code = await process.wait()
    except TimeoutError as error:
        raise JamBotError(
            f"{folder.name} takes longer than {MAKE_SECONDS:g} s to measure",
            cure="end the jam and look at its report, or run `jambot report` on the take",
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
        stdin.close()
        await asyncio.gather(stdout.read(), stderr.read(), process.wait())
    if code == 0:
        return made
    told = said.decode("utf-8", "replace").strip()
    if code == REFUSED:
        raise JamBotError(told)
    last = told.splitlines()[-1:] or [f"exit code {code}"]
    raise JamBotError(f"{name} of {folder.name} could not be made: {last[0]}")


def made_file(folder: Path, name: str) -> bytes:
    """A file of a take, made from its log. Raises JamBotError for a log that gives none."""
    from jambot.music.take import read_take
    from jambot.music.take_midi import write_session_midi

    take = read_take(folder)
    if name == NOTES:
        return json.dumps(_notes(take)).encode()
    with tempfile.TemporaryDirectory(prefix="jambot-") as made:
        if name == MIDI_FILE:
            write_session_midi(take, Path(made) / name)
        else:
            from jambot.evaluation.take.report import session_report, write_report

            write_report(session_report(take), Path(made))
        return (Path(made) / name).read_bytes()


def _notes(take: "Take") -> dict[str, list[list[float]]]:
    """`solo`, `hands` and the voices of the band as [second, seconds, pitch, velocity]."""
    tempo = take.tempo_map()

    def row(note: "Note") -> list[float]:
        start, end = tempo.seconds_at(note.onset_beats), tempo.seconds_at(note.end_beats)
        return [round(start, 3), round(end - start, 3), note.pitch, note.velocity]

    parts = {"solo": [played.note for played in take.played], "hands": take.conditioning()}
    parts |= {voice: [p.note for p in played] for voice, played in take.band.items()}
    return {name: [row(note) for note in notes] for name, notes in parts.items()}


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(REFUSED)


def main(folder: str, name: str) -> None:
    """The life of the process; it gives way to a jam."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    if sys.platform != "win32":
        os.nice(NICENESS)
    try:
        made = made_file(Path(folder), name)
    except (JamBotError, OSError) as error:
        sys.stderr.buffer.write(str(error).encode())
        sys.stderr.flush()
        os._exit(REFUSED)
    sys.stdout.buffer.write(made)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
