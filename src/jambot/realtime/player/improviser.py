"""The life of the player process: take the newest request, answer note by note, wait."""

import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from jambot.errors import GenerationError, JamBotError
from jambot.generation import Generator
from jambot.music.harmony import CHORD_SIZE
from jambot.realtime.player.player import Answer, Prepare, Prepared, Request, Work
from jambot.realtime.player.repertoire import MakeGenerator, Repertoire
from jambot.realtime.priority import PLAYER, no_long_collections, priority_for
from jambot.tokens import Prompt

READY, TAKEN = "ready", "taken"
"""What it says besides answers: that its model is loaded, and that it has read a message."""

PRESSING_SECONDS = 0.02
"""A first note that takes longer than this gives way to a newer question after all."""


def improvise(pipe: Connection, make: MakeGenerator, adapter: str) -> None:
    """Load the style `adapter` and play until the stage has gone."""
    _leave_interrupts_to_the_stage()
    try:
        repertoire = Repertoire(make(adapter), adapter, make)
    except Exception as error:
        pipe.send(_told(error, adapter))
        return
    with priority_for(PLAYER), no_long_collections():
        _Improviser(pipe, repertoire).live()


@dataclass(slots=True)
class _Task:
    """What the process is working at."""

    id: int
    until_beats: float
    taken: float
    first_note_wanted: bool = False
    """It asks for the answer to a trigger and knows enough of the chord for that to sound."""
    computed: float | None = None
    told: bool = False

    @property
    def pressing(self) -> bool:
        """Whether it is finished first, though a newer one may wait: each key of a roll asks."""
        urgent = self.first_note_wanted and not self.told
        return urgent and time.perf_counter() - self.taken < PRESSING_SECONDS


class _Improviser:
    """The player in its process.

    Threads: one improvises; another makes a style ready meanwhile and says so when it is.
    """

    def __init__(self, pipe: Connection, repertoire: Repertoire) -> None:
        self._pipe, self._repertoire = pipe, repertoire
        self._speaking = threading.Lock()
        self._task: _Task | None = None

    def live(self) -> None:
        """Until the stage has gone."""
        self._say(READY)
        with suppress(EOFError, OSError):
            while True:
                try:
                    self._step()
                except (EOFError, OSError):
                    raise
                except Exception as error:
                    self._step_back(error)

    def _step(self) -> None:
        """What is due next: a message, a note, or work ahead."""
        generator, task = self._repertoire.playing, self._task
        working = task is not None and generator.frontier_beats < task.until_beats
        pressing = working and task is not None and task.pressing
        if not pressing and (self._pipe.poll() or not (working or generator.behind)):
            self._take()
        elif task is not None and working:
            self._go_on(generator, task)
        else:
            generator.catch_up()

    def _step_back(self, error: Exception) -> None:
        """The style that plays has failed: the stage is told, and asks the one before it."""
        broken = self._repertoire.step_back(error)
        self._task = None
        self._say(Prepared(broken.adapter, broken.reason))

    def _go_on(self, generator: Generator, task: _Task) -> None:
        """One step, told where it decided something."""
        decided = generator.frontier_beats
        if task.computed is None and not generator.behind:
            task.computed = time.perf_counter()
        note = generator.advance()
        if note is None and generator.frontier_beats == decided:
            return
        work: Work | None = None
        if not task.told and task.computed is not None:
            work, task.told = Work(task.taken, task.computed, time.perf_counter()), True
        self._say(Answer(task.id, (note,) if note else (), generator.frontier_beats, work=work))

    def _take(self) -> None:
        """Read everything that waits; only the newest request counts."""
        newest: Request | None = None
        while True:
            message: Any = self._pipe.recv()
            self._say(TAKEN)
            if isinstance(message, Prepare):
                threading.Thread(target=self._prepare, args=(message,), daemon=True).start()
            elif isinstance(message, Request):
                newest = message
                self._task = _Task(
                    message.id,
                    message.until_beats,
                    time.perf_counter(),
                    _knows_its_chord(message.prompt),
                )
            elif self._task is not None and message.id == self._task.id:
                self._task.until_beats = max(self._task.until_beats, message.until_beats)
            if not self._pipe.poll():
                break
        if newest is not None:
            self._repertoire.take_up(newest.prompt, newest.sampling, newest.adapter)
            begun = self._repertoire.playing.frontier_beats
            self._say(Answer(newest.id, (), begun, steps=0))

    def _prepare(self, asked: Prepare) -> None:
        refusal = self._repertoire.prepare(asked.adapter, asked.prompt)
        with suppress(OSError):
            self._say(Prepared(asked.adapter, refusal))

    def _say(self, word: str | Answer | Prepared) -> None:
        with self._speaking:
            self._pipe.send(word)


def _told(error: Exception, adapter: str) -> JamBotError:
    if isinstance(error, JamBotError):
        return error
    return GenerationError(
        f"style {adapter} fails ({type(error).__name__}: {error})",
        "a model that can be loaded",
        "export it again, or play another style",
    )


def _knows_its_chord(prompt: Prompt) -> bool:
    """Whether the first note of this answer may sound however the chord goes on; see `attack`."""
    heard = prompt.harmonies[-1].harmony.pitch_classes if prompt.harmonies else ()
    return prompt.attack and len(heard) >= CHORD_SIZE


def _leave_interrupts_to_the_stage() -> None:
    """Ctrl-C reaches every process of a terminal; only the stage answers it, and ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
