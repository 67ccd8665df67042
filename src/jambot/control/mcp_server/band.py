"""The jam that is led: the one that runs, or one that was started here."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from jambot.control.mcp_server.link import JamLink
from jambot.errors import JamBotError
from jambot.storage import new_folder

LOAD_SECONDS = 90.0
SILENT_SECONDS = 90.0
"""A jam that was told to end says what it does; one that has said nothing for so long is hung."""
LOOK_SECONDS = 0.1
MOST_WORDS = 60
"""How much of what a jam that did not start has said is told: a whole error, wrapped or not."""
WORDS_FILE = "jam.txt"
EXAMINED = ("the doctor is at work", "nothing beside it", "ask again in ten seconds")
PAGE = re.compile(r"live view: (http://\S+)")

Told = Callable[[str], Awaitable[None]]


async def unheard(step: str) -> None:
    """For whoever does not want to hear."""


class Band:
    """One jam at a time, through its live view at `url`; takes of jams started here go to `takes`.

    Threads: one event loop. A jam started here is a process of its own and ends with `close`.
    """

    def __init__(self, url: str, takes: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._asked_url = url
        self._takes, self._now = takes, now
        self._link: JamLink | None = None
        self._resting = False
        self._process: subprocess.Popen[bytes] | None = None
        self.folder: Path | None = None
        """Of the take of the last jam that was started here."""

    @property
    def own(self) -> bool:
        """Whether the jam that runs was started here."""
        return self._process is not None and self._process.poll() is None

    async def link(self) -> JamLink:
        """The view of the jam that runs; JamBotError where none does."""
        if self._link is None or not self._link.alive:
            link = JamLink(self._asked_url)
            await link.open()
            self._link = link
        return self._link

    async def runs(self) -> bool:
        """Whether a jam answers."""
        try:
            await self.link()
        except JamBotError:
            return False
        return True

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """None runs that was started here or answers at `url`, and none is started meanwhile.

        For the doctor, which plays a jam of its own. JamBotError where one runs, or it is at work.
        """
        if self._resting:
            raise JamBotError(*EXAMINED)
        self._resting = True
        try:
            if self.own or await self.runs():
                raise JamBotError(
                    "a jam is running, and the doctor would start a second one",
                    "no running jam, since the test could disturb it",
                    "look at `status` and `report`, or ask again when the jam has ended",
                )
            yield
        finally:
            self._resting = False

    async def start(self, options: Sequence[str]) -> JamLink:
        """Start `jambot jam` with these options, and look at it.

        JamBotError where a jam runs already, the doctor is at work, or it does not start.
        """
        if self.own or await self.runs():
            raise JamBotError("a jam is running", "none", "stop it, or lead that one")
        if self._resting:
            raise JamBotError(*EXAMINED)
        self.folder = new_folder(self._takes / datetime.now().strftime("%Y-%m-%d_%H-%M-%S"))
        command = [
            sys.executable, "-m", "jambot", "jam", "--no-open", "--until-input-ends", *options,
            "--report", str(self.folder),
        ]  # fmt: skip
        with (self.folder / WORDS_FILE).open("wb") as words:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=words,
                stderr=subprocess.STDOUT,
            )
        link = JamLink(await self._page())
        deadline = time.monotonic() + LOAD_SECONDS
        while True:
            try:
                await link.open()
                break
            except JamBotError:
                self._still_starting(deadline)
                await asyncio.sleep(LOOK_SECONDS)
        self._link = link
        return link

    async def stop(self, told: Told = unheard) -> int:
        """End the jam that was started here, and wait for its report; its exit code.

        `told` hears each step as the jam says it: an hour's take is some seconds of work. Killed is
        only what says nothing any more. JamBotError for another's jam: whoever started it ends it.
        """
        process = self._process
        if process is None:
            raise JamBotError(
                "this jam was not started here", "one that `start` started", "Ctrl-C where it runs"
            )
        _ask_to_end(process)
        said, heard_at = self._words(), self._now()
        while process.poll() is None and self._now() - heard_at < SILENT_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            before, said = said, self._words()
            if said != before:
                heard_at = self._now()
                await told(said.splitlines()[-1])
        if process.poll() is None:
            process.kill()
            process.wait()
        if self._link is not None:
            await self._link.close()
        self._link = self._process = None
        return int(process.returncode)

    async def close(self) -> None:
        """End what was started here, and look away from what was not."""
        if self._process is not None:
            await self.stop()
        elif self._link is not None:
            await self._link.close()

    async def _page(self) -> str:
        """Where the jam that is starting says its page is."""
        deadline = time.monotonic() + LOAD_SECONDS
        while not (found := PAGE.search(self._words())):
            self._still_starting(deadline)
            await asyncio.sleep(LOOK_SECONDS)
        return found[1]

    def _still_starting(self, deadline: float) -> None:
        """JamBotError where the process has ended, or takes too long."""
        process = self._process
        if process is None or process.poll() is not None or time.monotonic() > deadline:
            last = " ".join(self._words().split()[-MOST_WORDS:])
            if process is not None:
                _ask_to_end(process)
                process.kill()
                process.wait()
            self._process = None
            raise JamBotError(f"the jam did not start: {last or 'it said nothing'}")

    def _words(self) -> str:
        assert self.folder is not None
        return (self.folder / WORDS_FILE).read_text(encoding="utf-8", errors="replace")


def _ask_to_end(process: "subprocess.Popen[bytes]") -> None:
    """The jam then ends its notes and writes its report; so it does when this server is killed."""
    assert process.stdin is not None
    process.stdin.close()
