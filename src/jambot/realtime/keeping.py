"""What has just been played, kept: the last bars of a jam that goes on, as a MIDI file."""

import multiprocessing
import signal
import threading
import time
from datetime import datetime
from pathlib import Path

from jambot.errors import JamBotError
from jambot.music import Meter
from jambot.music.take import read_end
from jambot.music.take_midi import write_bars
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.session_log import SessionLog

JUST_BEGUN_BEATS = 1.0
"""Asked for so early in a bar, what is meant ends with the bar before."""
LOOK_SECONDS, WAIT_SECONDS = 0.05, 10.0
"""How often, and for how long, the log is looked into until it tells of the asking."""
NOWHERE = "nothing of this jam is written down, so nothing can be kept: jam with --report"


class Keeper:
    """Keeps bars on request, beside the log of the session.

    `kept` is the name of the last file asked for, empty before one. The log says what has been
    played, so that is read, by a process of its own: the stage neither waits nor shares its
    interpreter with the reading. Threads: the stage's; one of its own starts each process.
    """

    def __init__(self, log: SessionLog, line: BeatLine, meter: Meter) -> None:
        self._log, self._line, self._meter = log, line, meter
        self.kept = ""

    def keep(self, bars: int, now: float) -> str:
        """Keep the last `bars` bars; the answer says why not, and is empty where it is done."""
        if self._log.path is None:
            return NOWHERE
        beat = self._line.beat_at(now)
        if beat < JUST_BEGUN_BEATS:
            return "nothing has been played yet"
        first, last = last_bars(self._meter, beat, bars)
        moment = datetime.now().strftime("%H-%M-%S")
        self.kept = f"keep_{moment}_bars_{first + 1}-{last}.mid"
        self._log.write(
            "keep", seconds=now - self._log.zero, beat=beat, file=self.kept, first_bar=first + 1,
            last_bar=last,
        )  # fmt: skip
        from_beat, until_beat = self._meter.bar_start(first), self._meter.bar_start(last)
        asked = (self._log.path, self.kept, from_beat, until_beat)
        threading.Thread(target=_start, args=asked, name="jambot keep").start()
        return ""


def last_bars(meter: Meter, beat: float, bars: int) -> tuple[int, int]:
    """(first, last) of the last `bars` bars, from 0, `last` left out; the begun one counts late."""
    last = meter.bar_at(beat - JUST_BEGUN_BEATS) + 1
    return max(0, last - bars), last


def keep_bars(log: Path, file: Path, from_beat: float, until_beat: float) -> int:
    """Write the bars between two bar lines, and how many solo notes they have.

    The file is there whole or not at all. Raises JamBotError for what is no log.
    """
    unfinished = file.with_name(f".{file.name}.new")
    notes = write_bars(read_end(log, from_beat), unfinished, from_beat, until_beat)
    unfinished.replace(file)
    return notes


def _start(log: Path, name: str, from_beat: float, until_beat: float) -> None:
    context = multiprocessing.get_context("spawn")
    asked = (log, name, from_beat, until_beat)
    process = context.Process(target=_keep, args=asked, name="jambot keep", daemon=False)
    process.start()
    process.join()


def _keep(log: Path, name: str, from_beat: float, until_beat: float) -> None:
    """The life of the process: wait for the log to come this far, write, go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the jam, not what was kept of it
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        try:
            if any(e.get("file") == name for e in read_end(log, from_beat).of("keep")):
                break
        except (JamBotError, OSError):
            pass
        time.sleep(LOOK_SECONDS)
    keep_bars(log, log.with_name(name), from_beat, until_beat)
