"""Writes down what the player is asked and what it answers, so that the same can be asked again."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from zlib import crc32

from jambot.generation import SamplingSettings
from jambot.music import Note
from jambot.realtime.log.prompt_log import PromptWriter
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.player.player import (
    Answer,
    DirectPlayer,
    Message,
    Player,
    Prepare,
    Prepared,
    Request,
)


class Witness:
    """A player whose every question and answer stands in the log.

    What a player answers depends on what it was asked before and how far it had come when it was
    interrupted; the stage sees both, for answers come in order. `request`: what was asked (a
    `direct` player answers within the question). `answered`: how many steps request `id` went on,
    and a digest of the notes that came of it. `new_player`: from here on a process that has not
    been asked anything yet. `prepare` and `prepared`: another style, asked for and ready.

    Threads: the stage's alone.
    """

    def __init__(self, player: Player, log: SessionLog) -> None:
        self._player, self._log = player, log
        self._direct = isinstance(player, DirectPlayer)
        self._prompts, self._prepares = PromptWriter(), PromptWriter()
        self._sampling: SamplingSettings | None = None
        self._restarts = player.restarts

    @property
    def ready(self) -> bool:
        """Whether the player is."""
        return self._player.ready

    @property
    def restarts(self) -> int:
        """How often the player had to be started again."""
        return self._player.restarts

    def ask(self, message: Message) -> None:
        """Write the question down, and ask it."""
        if isinstance(message, Request):
            asked: dict[str, Any] = self._prompts.told(message.prompt)
            asked["until"] = message.until_beats
            if message.sampling != self._sampling:
                self._sampling = message.sampling
                asked["sampling"] = asdict(message.sampling) if message.sampling else None
            if message.adapter is not None:
                asked["adapter"] = message.adapter
            self._log.write("request", id=message.id, direct=self._direct, asked=asked)
        elif isinstance(message, Prepare):
            asked = self._prepares.told(message.prompt)
            self._log.write("prepare", adapter=message.adapter, asked=asked)
        elif self._direct:
            self._log.write("extended", id=message.id, asked={"until": message.until_beats})
        self._player.ask(message)

    def poll(self) -> list[Answer | Prepared]:
        """The answers; how far each took the player is written down."""
        replies = self._player.poll()
        for reply in replies:
            if isinstance(reply, Prepared):
                self._log.write("prepared", adapter=reply.adapter, refusal=reply.refusal)
        if not self._direct:
            self._write_answers([reply for reply in replies if isinstance(reply, Answer)])
        if self._player.restarts != self._restarts:
            self._restarts = self._player.restarts
            self._log.write("new_player")
        return [reply for reply in replies if isinstance(reply, Prepared) or reply.steps]

    def close(self) -> None:
        """End the player."""
        self._player.close()

    def _write_answers(self, answers: list[Answer]) -> None:
        first = 0
        for i, answer in enumerate(answers):
            if i + 1 == len(answers) or answers[i + 1].id != answer.id:
                same = answers[first : i + 1]
                notes = [note for one in same for note in one.notes]
                steps = sum(one.steps for one in same)
                self._log.write("answered", id=answer.id, steps=steps, notes=digest(notes))
                first = i + 1


def digest(notes: Iterable[Note]) -> int:
    """A number that tells these notes from others; 0 for none."""
    value = 0
    for note in notes:
        told = (note.onset_beats, note.duration_beats, note.pitch, note.velocity)
        value = crc32(repr(told).encode(), value)
    return value
