"""What has just been played, kept: the last bars of a jam that goes on, as a MIDI file."""

import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue

from jambot.children import begin
from jambot.errors import JamBotError
from jambot.music import Meter
from jambot.music.take import read_end
from jambot.music.take_midi import write_bars
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.log.session_log import SessionLog

JUST_BEGUN_BEATS = 1.0
"""Asked for so early in a bar, what is meant ends with the bar before."""
LOOK_SECONDS, WAIT_SECONDS = 0.05, 10.0
"""How often, and for how long, the log is looked into until it tells of the asking."""
MOST_WAITING = 4
"""So many may be asked for and not be there yet."""
WRITE_SECONDS = 60.0
"""A process that takes longer is ended."""
CLOSE_SECONDS = 30.0
"""How long the end of a jam waits for what was asked for."""
NOWHERE = "nothing of this jam is written down, so nothing can be kept: jam with --report"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The bars between two bar lines, and the file beside the log that they go into."""

    log: Path
    name: str
    from_beat: float
    until_beat: float


class Keeper:
    """Keeps bars on request, beside the log of the session, one file after another.

    `kept` is the name of the last file that is there, empty before one. The log says what has been
    played, so that is read, by a process of its own: the stage neither waits nor shares its
    interpreter with the reading. Threads: the stage's; one of its own has the files written.
    """

    def __init__(self, log: SessionLog, line: BeatLine, meter: Meter) -> None:
        self._log, self._line, self._meter = log, line, meter
        self.kept = ""
        self._names: set[str] = set()
        self._waiting = 0
        self._asked: deque[_Asked] = deque()
        self._lock = threading.Lock()
        """Held for `_asked` and `_writer` alone."""
        self._writer: threading.Thread | None = None
        self._done: SimpleQueue[tuple[str, str]] = SimpleQueue()

    def keep(self, bars: int, now: float) -> str:
        """Have the last `bars` bars kept; the answer says why not, and is empty where it will be
        done. `mind` tells what came of it."""
        if self._log.path is None:
            return NOWHERE
        beat = self._line.beat_at(now)
        if beat < JUST_BEGUN_BEATS:
            return "nothing has been played yet"
        if self._waiting >= MOST_WAITING:
            return f"{self._waiting} files of kept bars are still being written: ask again then"
        first, last = last_bars(self._meter, beat, bars)
        name = self._free_name(f"bars_{first + 1}-{last}.mid")
        self._log.write(
            "keep", state="asked", seconds=now - self._log.zero, beat=beat, file=name,
            first_bar=first + 1, last_bar=last,
        )  # fmt: skip
        from_beat, until_beat = self._meter.bar_start(first), self._meter.bar_start(last)
        self._waiting += 1
        self._have_written(_Asked(self._log.path, name, from_beat, until_beat))
        return ""

    def mind(self, now: float) -> Iterator[str]:
        """Note what has become of what was asked for; gives why each failed that did."""
        while True:
            try:
                name, reason = self._done.get_nowait()
            except Empty:
                return
            self._waiting -= 1
            told = {"state": "failed", "reason": reason} if reason else {"state": "kept"}
            self._log.write("keep", seconds=now - self._log.zero, file=name, **told)
            if reason:
                yield f"{name} was not kept: {reason}"
            else:
                self.kept = name

    def close(self, now: float) -> None:
        """Wait for what was asked for; what is not there in time is written all the same."""
        writer = self._writer
        if writer is not None:
            writer.join(timeout=CLOSE_SECONDS)
        for _ in self.mind(now):
            pass

    def _free_name(self, bars: str) -> str:
        """A name that no file of this jam has: the folder is this jam's alone."""
        moment, number = datetime.now().strftime("%H-%M-%S"), 1
        name = f"keep_{moment}_{bars}"
        while name in self._names:
            number += 1
            name = f"keep_{moment}.{number}_{bars}"
        self._names.add(name)
        return name

    def _have_written(self, asked: _Asked) -> None:
        with self._lock:
            self._asked.append(asked)
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="jambot keep")
                self._writer.start()

    def _write(self) -> None:
        """Write what is asked for until nothing is."""
        while True:
            with self._lock:
                if not self._asked:
                    self._writer = None
                    return
                asked = self._asked.popleft()
            self._done.put((asked.name, _by_a_process(asked)))


def last_bars(meter: Meter, beat: float, bars: int) -> tuple[int, int]:
    """(first, last) of the last `bars` bars, from 0, `last` left out; the begun one counts late."""
    last = meter.bar_at(beat - JUST_BEGUN_BEATS) + 1
    return max(0, last - bars), last


def keep_bars(log: Path, file: Path, from_beat: float, until_beat: float) -> int:
    """Write the bars between two bar lines, and how many solo notes they have.

    The file is there whole or not at all. Raises JamBotError for what is no log, OSError where
    the disk does not take it.
    """
    return write_bars(read_end(log, from_beat), file, from_beat, until_beat)


def _by_a_process(asked: _Asked) -> str:
    """Have the file written; why it is not there, empty where it is."""
    try:
        process, ours = begin(_keep, asked, name="jambot keep", daemon=False)
    except OSError as error:
        return f"no process could be started ({error.strerror})"
    with ours:
        answered = ours.poll(WRITE_SECONDS)
        if not answered:
            process.kill()
        process.join()
        try:
            return str(ours.recv()) if answered else f"it took longer than {WRITE_SECONDS:g} s"
        except EOFError:
            return f"its process ended with status {process.exitcode}"


def _keep(answer: Connection, asked: _Asked) -> None:
    """The life of the process: wait for the log to come this far, write, say how it went, go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the jam, not what was kept of it
    try:
        end = time.monotonic() + WAIT_SECONDS
        while not _tells_of(asked):
            if time.monotonic() > end:
                raise JamBotError(
                    f"the log was not written up to these bars within {WAIT_SECONDS:g} s"
                )
            time.sleep(LOOK_SECONDS)
        keep_bars(asked.log, asked.log.with_name(asked.name), asked.from_beat, asked.until_beat)
    except JamBotError as error:
        answer.send(error.found)
    except OSError as error:
        answer.send(error.strerror or str(error))
    else:
        answer.send("")


def _tells_of(asked: _Asked) -> bool:
    try:
        kept = read_end(asked.log, asked.from_beat).of("keep")
    except (JamBotError, OSError):
        return False
    return any(event.get("file") == asked.name for event in kept)
