"""Who improvises for the stage: questions out, answers in, never waiting.

The stage asks with a `Request` and polls for `Answer`s, a note or a beat at a time. A newer request
makes the answers to older ones void. Another style is made ready beside the playing (`Prepare`,
`Prepared`) before a request asks for it. `DirectPlayer` answers within the call (files, tests,
manual clock); `generation_worker.PlayerProcess` answers from a process of its own.
"""

from dataclasses import dataclass
from typing import Protocol

from jambot.generation import Generator, SamplingSettings
from jambot.music import Note
from jambot.realtime.player.repertoire import MakeGenerator, Repertoire
from jambot.tokens import Prompt


@dataclass(frozen=True, slots=True)
class Request:
    """Go on from `prompt`, up to `until_beats`.

    With `sampling` and in the style `adapter` from here on; None leaves them as they are.
    """

    id: int
    prompt: Prompt
    until_beats: float
    sampling: SamplingSettings | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Go on with request `id`, now up to `until_beats`."""

    id: int
    until_beats: float


@dataclass(frozen=True, slots=True)
class Prepare:
    """Have the style `adapter` ready, near the situation `prompt`, while the present one plays."""

    adapter: str
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Prepared:
    """The style is ready to be asked for; or it is not, and `refusal` says why.

    Said of the style that plays, a refusal tells that it has failed and that the one before it is
    there again, to be asked anew.
    """

    adapter: str
    refusal: str = ""


Message = Request | Extension | Prepare


@dataclass(frozen=True, slots=True)
class Work:
    """When a request was taken up, its prompt computed and its first step made, in seconds.

    They are of the machine's one counter, see `clock.SystemClock`.
    """

    taken: float
    computed: float
    made: float


@dataclass(frozen=True, slots=True)
class Answer:
    """More of the solo asked for by request `id`, which is now decided up to `frontier_beats`.

    It is `steps` further than the answer before; 0 says that the request was begun.
    The first one to a request tells what `work` it was, where the player keeps time.
    """

    id: int
    notes: tuple[Note, ...]
    frontier_beats: float
    steps: int = 1
    work: Work | None = None


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

    def ask(self, message: Message) -> None:
        """Ask; returns at once."""
        ...

    def poll(self) -> list[Answer | Prepared]:
        """What has been answered since the last call."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class DirectPlayer:
    """Answers within `ask`, in the stage's own thread; with `make` it can change its style.

    Threads: the stage's alone, which waits for it.
    """

    ready = True
    restarts = 0

    def __init__(
        self, generator: Generator, make: MakeGenerator | None = None, adapter: str = ""
    ) -> None:
        self._repertoire = Repertoire(generator, adapter, make)
        self._answers: list[Answer | Prepared] = []

    def ask(self, message: Message) -> None:
        """Improvise at once, as far as asked."""
        if isinstance(message, Prepare):
            refusal = self._repertoire.prepare(message.adapter, message.prompt)
            self._answers.append(Prepared(message.adapter, refusal))
            return
        try:
            self._improvise(message)
        except Exception as error:
            broken = self._repertoire.step_back(error)
            self._answers.append(Prepared(broken.adapter, broken.reason))

    def _improvise(self, message: Request | Extension) -> None:
        if isinstance(message, Request):
            self._answers = [reply for reply in self._answers if isinstance(reply, Prepared)]
            self._repertoire.take_up(message.prompt, message.sampling, message.adapter)
        generator = self._repertoire.playing
        notes = tuple(generator.notes_until(message.until_beats))
        if notes or message.until_beats:
            self._answers.append(Answer(message.id, notes, generator.frontier_beats))

    def poll(self) -> list[Answer | Prepared]:
        """The answers not yet fetched."""
        fetched, self._answers = self._answers, []
        return fetched

    def close(self) -> None:
        """Nothing to end."""
