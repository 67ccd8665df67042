"""The player process: the model, alone on its core, away from the stage's clock."""

import select
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue

from jambot.children import begin
from jambot.errors import JamBotError
from jambot.realtime.player.improviser import READY, improvise
from jambot.realtime.player.player import Answer, Extension, Message, Prepare, Prepared, Request
from jambot.realtime.player.repertoire import MakeGenerator

UNTAKEN = 2
"""Messages that may lie unread in the pipe: a frozen player must not block the stage."""
FROZEN_SECONDS = 2.0
"""A player that takes nothing for this long is killed and started again."""
LOADING_SECONDS = 60.0
"""A player that has not loaded its model by then is killed and started again."""
TRIES = 2
"""Players that may die while they make a style ready, or soon after they began to play it."""
SHORT_LIFE_SECONDS = 20.0
PAUSE_SECONDS = 1.0
"""Before trying again with one that died while it was loading; doubled each time, up to 32 s."""


class PlayerProcess:
    """Improvises in a process of its own; when it dies it is started again, in the background.

    `make` is called in that process with the name of a style, at first `adapter`; after a restart
    with the one that played last, or with `adapter` again where that one ends it twice.

    Threads: the stage's thread calls; starting happens in a thread, because spawning may take
    100 ms. The child runs `improvise` and shares nothing with the stage but a pipe.
    """

    def __init__(self, make: MakeGenerator, adapter: str) -> None:
        self._make, self._adapter, self._first = make, adapter, adapter
        self._asked_for_since = 0.0
        self._died_playing = 0
        self._preparing: Prepare | None = None
        self._prepares_in: _Child | None = None
        self._died_preparing = 0
        self._unsaid: list[Answer | Prepared] = []
        self._current: _Child | None = None
        self._latest: Request | Extension | None = None
        self._closed = False
        self._failures = 0
        self.refusal: JamBotError | None = None
        self.restarts = -1
        self._start()

    @property
    def ready(self) -> bool:
        """Whether the process has loaded its model and lives."""
        return self._current is not None and self._current.ready

    @property
    def pid(self) -> int | None:
        """The process's number, for tests that kill it."""
        return self._current.process.pid if self._current else None

    def ask(self, message: Message) -> None:
        """Send, or keep until the process takes messages again; the newest wins."""
        if isinstance(message, Prepare):
            self._preparing, self._prepares_in = message, None
            self._died_preparing = 0
            self._send_latest()
            return
        if isinstance(message, Request) and message.adapter not in (None, self._adapter):
            self._adapter = message.adapter or self._first
            self._asked_for_since, self._died_playing = time.monotonic(), 0
        if isinstance(message, Extension) and isinstance(self._latest, Request):
            message = replace(self._latest, until_beats=message.until_beats)
        self._latest = message
        self._send_latest()

    def poll(self) -> list[Answer | Prepared]:
        """What has been answered; a dead or frozen process is replaced."""
        child = self._current
        fetched, self._unsaid = self._unsaid, []
        if child is None:
            return fetched
        try:
            while child.spoke():
                message = child.pipe.recv()
                if isinstance(message, Answer | Prepared):
                    fetched.append(message)
                    self._note_prepared(message)
                elif isinstance(message, JamBotError):
                    self.refusal = message
                else:
                    child.heard(message)
        except (EOFError, OSError):
            self._replace()
            return fetched
        if child.frozen():
            self._replace()
        self._send_latest()
        return fetched

    def wait_until_ready(self, seconds: float) -> bool:
        """Block until the model is loaded, at most `seconds`; for before the music starts.

        False, and `refusal` says why, as soon as the model refuses to load.
        """
        end = time.monotonic() + seconds
        while not (self.ready or self.refusal) and time.monotonic() < end:
            self.poll()
            time.sleep(0.01)
        return self.ready

    def close(self) -> None:
        """End the process."""
        self._closed = True
        if self._current is not None:
            self._current.end()
            self._current = None

    def _send_latest(self) -> None:
        child = self._current
        if child is None or not child.ready:
            return
        if self._latest is not None and child.untaken < UNTAKEN:
            child.give(self._latest)
            self._latest = None
        new_here = self._prepares_in is not child
        if self._preparing is not None and new_here and child.untaken < UNTAKEN:
            child.give(self._preparing)
            self._prepares_in = child

    def _note_prepared(self, reply: Answer | Prepared) -> None:
        """What is ready need not be asked for again of the next process."""
        wanted = self._preparing
        if wanted and isinstance(reply, Prepared) and reply.adapter == wanted.adapter:
            self._preparing = None

    def _replace(self) -> None:
        child, self._current = self._current, None
        if child is not None:
            self._doubt_the_style(child)
            self._doubt_what_plays(child)
            threading.Thread(target=child.end, daemon=True).start()
        if not self._closed:
            self._failures = 0 if child is not None and child.ready else self._failures + 1
            pause = PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 5) if self._failures else 0.0
            threading.Thread(target=self._start, args=(pause,), daemon=True).start()

    def _doubt_what_plays(self, child: "_Child") -> None:
        """A style in which one player after another dies at once gives way to the first."""
        if self._adapter == self._first:
            return
        lived = time.monotonic() - max(child.started, self._asked_for_since)
        self._died_playing = self._died_playing + 1 if lived < SHORT_LIFE_SECONDS else 0
        if self._died_playing < TRIES:
            return
        why = f" ({self.refusal.found})" if self.refusal else ""
        self._unsaid.append(Prepared(self._adapter, f"the player died twice playing it{why}"))
        self._adapter, self._died_playing = self._first, 0
        if isinstance(self._latest, Request):
            self._latest = replace(self._latest, adapter=self._first)

    def _doubt_the_style(self, child: "_Child") -> None:
        """A style over which one player after another dies is not asked for a third time."""
        wanted = self._preparing
        if wanted is None or self._prepares_in is not child:
            return
        self._died_preparing += 1
        if self._died_preparing >= TRIES:
            self._preparing = None
            self._unsaid.append(Prepared(wanted.adapter, "the player died twice while loading it"))

    def _start(self, pause: float = 0.0) -> None:
        child: _Child | None = None
        while child is None and not self._closed:
            time.sleep(pause)
            pause = PAUSE_SECONDS
            try:
                child = _Child(self._make, self._adapter)
            except OSError:  # no memory or no process left: it may come back
                continue
        if child is None:
            return
        self.restarts += 1
        self._current = child
        if self._closed:
            self.close()


class _Child:
    """One running process and its end of the pipe.

    Threads: a thread of its own writes to the pipe, which blocks while a frozen process leaves it
    full (from 8 KiB on, by platform: one long prompt); the stage's thread does the rest.
    """

    def __init__(self, make: MakeGenerator, adapter: str) -> None:
        self.process, self.pipe = begin(improvise, make, adapter, name="jambot player")
        self.spoke = _readiness(self.pipe)
        self.ready = False
        self.untaken = 0
        self._last_taken = self.started = time.monotonic()
        self._outbox: SimpleQueue[Message | None] = SimpleQueue()
        self._sender = threading.Thread(target=self._send, name="to the player", daemon=True)
        self._sender.start()

    def give(self, message: Message) -> None:
        if self.untaken == 0:
            self._last_taken = time.monotonic()
        self._outbox.put(message)
        self.untaken += 1

    def heard(self, word: str) -> None:
        self._last_taken = time.monotonic()
        if word == READY:
            self.ready = True
        else:
            self.untaken -= 1

    def frozen(self) -> bool:
        now = time.monotonic()
        if not self.ready:
            return now - self.started > LOADING_SECONDS
        return self.untaken > 0 and now - self._last_taken > FROZEN_SECONDS

    def end(self) -> None:
        self._outbox.put(None)
        self.process.kill()
        self.process.join(timeout=2.0)
        self._sender.join(timeout=2.0)
        self.pipe.close()

    def _send(self) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                self.pipe.send(message)
        except OSError:
            return  # it died: whoever polls the pipe finds out


def _readiness(pipe: Connection) -> Callable[[], bool]:
    """Whether something can be read from `pipe`, or it has broken.

    `Connection.poll` makes a selector each time: at a thousand times a second a fifth of the
    stage's work.
    """
    if not hasattr(select, "poll"):
        return pipe.poll
    poller = select.poll()
    poller.register(pipe.fileno(), select.POLLIN)
    return lambda: bool(poller.poll(0))
