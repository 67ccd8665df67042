"""Who improvises for the stage: questions out, answers in, never waiting.

The stage asks with a `Request` and polls for `Answer`s, a note or a beat at a time. A newer request
makes the answers to older ones void. `DirectPlayer` answers within the call (files, tests, manual
clock); `generation_worker.PlayerProcess` answers from a process of its own.
"""

from dataclasses import dataclass
from typing import Protocol

from jambot.generation import Generator, SamplingSettings
from jambot.music import Note
from jambot.tokens import Prompt


@dataclass(frozen=True, slots=True)
class Request:
    """Go on from `prompt`, up to `until_beats`.

    With `sampling` like that from here on; None leaves it as it is.
    """

    id: int
    prompt: Prompt
    until_beats: float
    sampling: SamplingSettings | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Go on with request `id`, now up to `until_beats`."""

    id: int
    until_beats: float


@dataclass(frozen=True, slots=True)
class Answer:
    """More of the solo asked for by request `id`, which is now decided up to `frontier_beats`."""

    id: int
    notes: tuple[Note, ...]
    frontier_beats: float


class Player(Protocol):
    """The stage's view of whoever improvises."""

    @property
    def ready(self) -> bool:
        """Whether requests are being answered; False while starting or after dying."""
        ...

    @property
    def restarts(self) -> int:
        """How often it had to be started again."""
        ...

    def ask(self, message: Request | Extension) -> None:
        """Ask; returns at once."""
        ...

    def poll(self) -> list[Answer]:
        """What has been answered since the last call."""
        ...

    def close(self) -> None:
        """End it."""
        ...


def take_up(generator: Generator, request: Request) -> None:
    """Put the generator where a request wants it to go on."""
    if request.sampling is not None:
        generator.settings = request.sampling
    generator.prompt(request.prompt)


def answers(generator: Generator, request: int, until_beats: float) -> list[Answer]:
    """One answer: everything up to `until_beats`."""
    notes = tuple(generator.notes_until(until_beats))
    return [Answer(request, notes, generator.frontier_beats)] if notes or until_beats else []


class DirectPlayer:
    """Answers within `ask`, in the stage's own thread: for files, tests and the manual clock."""

    ready = True
    restarts = 0

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._answers: list[Answer] = []

    def ask(self, message: Request | Extension) -> None:
        """Improvise at once, as far as asked."""
        if isinstance(message, Request):
            self._answers.clear()
            take_up(self._generator, message)
        self._answers += answers(self._generator, message.id, message.until_beats)

    def poll(self) -> list[Answer]:
        """The answers not yet fetched."""
        fetched, self._answers = self._answers, []
        return fetched

    def close(self) -> None:
        """Nothing to end."""
