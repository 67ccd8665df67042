"""A take made again: the same questions to the same model, and whether the answers are the same.

What a session played follows from its seed, its model and what the player was asked, and from how
far it had come each time the next question reached it. The log has all of that (`witness`,
`prompt_log`), so a take in real time can be made again as exactly as one on a manual clock, in less
time than it took. Not made again: how late a note was, and what the hands did.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from jambot import __version__
from jambot.errors import JamBotError, UsageError
from jambot.generation import SamplingSettings
from jambot.generation.dynamics import struck
from jambot.music import Note
from jambot.music.take import Take
from jambot.realtime.log.prompt_log import PromptReader
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.player.fallback import Fallback
from jambot.realtime.player.player import Request
from jambot.realtime.player.repertoire import MakeGenerator, Repertoire
from jambot.realtime.player.witness import digest
from jambot.tokens import VOCABULARY, Controls, Prompt

DAMAGE = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What comes of asking what no stage has asked."""
MOST_AHEAD = 1000.0
"""Beats that a question reaches beyond all that happened, or any other number in it."""
MOST_STEPS = 10_000
"""Of one answer."""
PLACES = 6
"""Decimals that the log keeps of what was played."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was made again: the solo, how many questions were asked, and what differs first.

    `difference` is a sentence, empty where every note is the same.
    """

    notes: tuple[Note, ...]
    asked: int
    difference: str


def replay(take: Take, make: MakeGenerator) -> Replayed:
    """Ask a fresh generator everything that the player of `take` was asked.

    `make` gives a generator as the take's player was made, each time anew, by the name of a style.
    Raises JamBotError for a log that does not say what was asked, or says it wrongly.
    """
    if not any(event["event"] == "request" for event in take.events) and take.played:
        raise JamBotError(
            "the log does not say what the player was asked",
            "a take of this version",
            "play it again",
        )
    followed = 0
    try:
        again = _Again(take, make)
        for event in take.events:
            again.follow(event)
            followed += 1
    except DAMAGE as error:
        raise JamBotError(
            f"line {followed + 1} of the log cannot be asked again ({error!r})",
            "a log as it was written",
        ) from error
    return Replayed(tuple(again.played), again.asked, again.difference)


def seed_of(take: Take) -> int:
    """The take's seed. JamBotError where the log does not say."""
    if "seed" not in take.session:
        raise JamBotError("the log does not say the seed", "a take of this version")
    return int(take.session["seed"])


def same_player(take: Take, model: str) -> None:
    """Refuse, with a UsageError, a take that this version or this `model` did not play."""
    session = take.session
    for what, recorded, present, cure in (
        ("version", session.get("version"), __version__, "use that version of jambot"),
        ("vocabulary", session.get("vocabulary"), VOCABULARY.fingerprint, "use its version"),
        ("model", session.get("model"), model, "name the take's own model with --adapter"),
    ):
        if recorded != present:
            raise UsageError(
                f"the take was played by {what} {recorded or 'unknown'}", f"{present}", cure
            )


def sampling_of(take: Take) -> SamplingSettings:
    """How the take's player sampled at the start. JamBotError where the log does not say."""
    try:
        knobs = take.session["knobs"]
        return SamplingSettings(**{f.name: knobs[f.name] for f in fields(SamplingSettings)})
    except (LookupError, TypeError) as error:
        raise JamBotError(
            f"the log does not say how the player sampled ({error!r})", "a take of this version"
        ) from error


@dataclass(slots=True)
class _Again:
    """Follows a log line by line; keeps the first difference."""

    take: Take
    make: MakeGenerator
    asked: int = 0
    difference: str = ""
    played: list[Note] = field(default_factory=list)
    _repertoire: Repertoire = field(init=False)
    _fallback: Fallback = field(init=False)
    _reader: PromptReader = field(init=False)
    _fallback_reader: PromptReader = field(init=False)
    _prepare_reader: PromptReader = field(init=False)
    _sampling: SamplingSettings | None = None
    _adapter: str = ""
    """What the last request asked for: a process made anew begins with it."""
    _prepares: dict[str, Prompt] = field(default_factory=dict)
    _waiting: dict[int, Request] = field(default_factory=dict)
    _current: int = 0
    _made: dict[int, list[Note]] = field(default_factory=dict)
    """The notes of each request; those of the fallback under 0."""
    _reach: float = field(init=False)
    """No number of a question is larger."""
    _known: set[tuple[float, ...]] = field(default_factory=set)
    """Everything that a prompt may say was played."""

    def __post_init__(self) -> None:
        self._adapter = str(self.take.session["adapter"])
        self._begin()
        self._fallback = Fallback(seed_of(self.take), SessionLog())
        beats = (event.get("beat") or 0.0 for event in self.take.events)
        self._reach = max(beats, default=0.0) + MOST_AHEAD
        self._reader = PromptReader(self.take.meter)
        self._fallback_reader = PromptReader(self.take.meter)
        self._prepare_reader = PromptReader(self.take.meter)

    def follow(self, event: dict[str, Any]) -> None:
        """Do again what a line says was done, or see whether it is what has been made."""
        _check_reach(event.get("asked"), self._reach)
        match event["event"]:
            case "request":
                self._ask(event)
            case "extended":
                self._improvise(event["id"], event["asked"]["until"])
            case "answered":
                self._answer(event)
            case "new_player":
                self._begin()
            case "prepare":
                self._prepares[event["adapter"]], _ = self._prepare_reader.read(event["asked"])
            case "prepared":
                name = event["adapter"]
                self._repertoire.prepare(name, self._prepares[name])
            case "fallback":
                prompt, added = self._fallback_reader.read(event["asked"])
                self._check_prompt(added, "the fallback")
                self._keep(0, self._fallback.phrase(prompt, event["asked"]["until"]))
            case "heard" if event["on"]:
                self._known.add((event["beat"], event["pitch"], event["velocity"]))
            case "played":
                self._compare(event)
            case _:
                pass

    def _begin(self) -> None:
        generator = self.make(self._adapter)
        self._repertoire = Repertoire(generator, self._adapter, self.make)
        self._current = 0

    def _ask(self, event: dict[str, Any]) -> None:
        asked = event["asked"]
        prompt, added = self._reader.read(asked)
        if "sampling" in asked:
            told = asked["sampling"]
            self._sampling = None if told is None else SamplingSettings(**told)
        self._check_prompt(added, f"request {event['id']}")
        self.asked += 1
        adapter = asked.get("adapter")
        self._adapter = adapter or self._adapter
        request = Request(event["id"], prompt, asked["until"], self._sampling, adapter)
        if event["direct"]:
            self._repertoire.take_up(prompt, request.sampling, adapter)
            self._improvise(request.id, request.until_beats)
        else:
            self._waiting[request.id] = request

    def _improvise(self, request: int, until_beats: float) -> None:
        self._keep(request, list(self._repertoire.playing.notes_until(until_beats)))

    def _answer(self, event: dict[str, Any]) -> None:
        request = event["id"]
        if request != self._current:
            asked = self._waiting[request]
            self._repertoire.take_up(asked.prompt, asked.sampling, asked.adapter)
            self._waiting = {i: r for i, r in self._waiting.items() if i > request}
            self._current = request
        _check_reach(event["steps"], MOST_STEPS)
        steps = (self._step() for _ in range(event["steps"]))
        notes = [note for note in steps if note is not None]
        self._keep(request, notes)
        if digest(notes) != event["notes"]:
            self._differs(f"request {request} is answered with other notes: {_told(notes)}")

    def _step(self) -> Note | None:
        """One step that decides something, as the player tells of them."""
        generator = self._repertoire.playing
        decided = generator.frontier_beats
        note = generator.advance()
        while note is None and generator.frontier_beats == decided:
            note = generator.advance()
        return note

    def _keep(self, request: int, notes: list[Note]) -> None:
        self._made.setdefault(request, []).extend(notes)
        for note in notes:
            self._known.add((note.onset_beats, note.duration_beats, note.pitch, note.velocity))
            self._known.add((note.duration_beats, note.pitch, note.velocity))

    def _check_prompt(self, added: list[Note], asker: str) -> None:
        """Every note that a prompt takes for played was made here, or played by the hands."""
        for note in added:
            whole = (note.onset_beats, note.duration_beats, note.pitch, note.velocity)
            by_hand = (round(note.onset_beats, PLACES), note.pitch, note.velocity)
            if not self._known.intersection((whole, whole[1:], by_hand)):
                self._differs(f"{asker} tells of a note that nobody made: {_told([note])}")

    def _compare(self, event: dict[str, Any]) -> None:
        note = Note(
            event["onset_beats"], event["duration_beats"], event["pitch"], event["velocity"]
        )
        request = 0 if event["source"] == "fallback" else event["prompt"]
        controls = Controls(intensity=event["intensity"])
        made = [struck(one, controls) for one in self._made.get(request, [])]
        for one in made:
            placed = replace(one, onset_beats=note.onset_beats) if event["at_once"] else one
            if _rounded(placed) == _rounded(note):
                self.played.append(placed)
                return
        near = [one for one in made if abs(one.onset_beats - note.onset_beats) < 1.0]
        who = f"request {request}" if request else "the fallback"
        self._differs(f"{_told([note])} was played; {who} now gives {_told(near)} there")

    def _differs(self, sentence: str) -> None:
        self.difference = self.difference or sentence


def _check_reach(asked: Any, reach: float) -> None:
    """Raise ValueError for a question that would be answered for ever."""
    if isinstance(asked, dict):
        for name, part in asked.items():
            if name != "seed":  # any number is one
                _check_reach(part, reach)
    elif isinstance(asked, list):
        for part in asked:
            _check_reach(part, reach)
    elif isinstance(asked, int | float) and not abs(asked) <= reach:
        raise ValueError(f"{asked:g} in a question")


def _rounded(note: Note) -> tuple[float, float, int, int]:
    onset, length = round(note.onset_beats, PLACES), round(note.duration_beats, PLACES)
    return onset, length, note.pitch, note.velocity


def _told(notes: list[Note]) -> str:
    told = [
        f"{n.pitch} on beat {n.onset_beats:.3f} for {n.duration_beats:.3f} at {n.velocity}"
        for n in notes[:4]
    ]
    return "; ".join(told) + (" …" if len(notes) > 4 else "") if told else "nothing"
